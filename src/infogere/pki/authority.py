"""The private CA itself: made at the first use, kept for ten years."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infogere.errors import InfogereError
from infogere.pki import paths

CA_LIFETIME = timedelta(days=3650)
# The longest that browsers and Apple's systems accept is 398 days.
LEAF_LIFETIME = timedelta(days=397)
BACKDATE = timedelta(hours=1)  # a server's clock may be behind the controller's
COMMON_NAME_LIMIT = 64  # RFC 5280, ub-common-name


@dataclass(frozen=True)
class Authority:
    """A CA that is ready to sign."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def sign(self, hostnames: list[str], now: datetime) -> tuple[str, str]:
        """A new key and a certificate for ``hostnames``: ``(certificate PEM, key PEM)``.

        The certificate ends with the CA at the latest. The CA itself is not appended: a client that does
        not have it already would not believe it.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(hostnames[0])
        certificate = (
            _builder(subject, self.certificate.subject, now)
            .public_key(key.public_key())
            .not_valid_after(min(now + LEAF_LIFETIME, self.certificate.not_valid_after_utc))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in hostnames]),
                critical=not list(subject),
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode(), _key_pem(key).decode()


def load_or_create(state_dir: Path, now: datetime) -> Authority:
    """The CA of ``state_dir``; call it with the lock held.

    Raises:
        InfogereError: one of the CA's two files is missing or damaged.
    """
    certificate_path, key_path = paths.ca_path(state_dir), paths.ca_key_path(state_dir)
    if not certificate_path.exists():
        # The certificate is written last: without it nobody has trusted the key, which may be made anew.
        _create(certificate_path, key_path, now)
    try:
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        key = load_pem_private_key(key_path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise InfogereError(
            f"the private CA in {certificate_path.parent} cannot be read: {error}",
            way_out="put its files back from your backup, or move the folder away to start a new CA",
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise InfogereError(
            f"{key_path} is not the key of {certificate_path}",
            way_out="put both back from one backup, or move the folder away to start a new CA",
        )
    return Authority(certificate, key)


def _create(certificate_path: Path, key_path: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # A name of its own, so that two controllers' CAs can stand in one trust store.
    name = _subject(f"infogere private CA {secrets.token_hex(4)}")
    certificate = (
        _builder(name, name, now)
        .public_key(key.public_key())
        .not_valid_after(now + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths.write(key_path, _key_pem(key), 0o600)
    paths.write(certificate_path, certificate.public_bytes(Encoding.PEM), 0o644)


def _builder(subject: x509.Name, issuer: x509.Name, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
    )


def _subject(name: str) -> x509.Name:
    """Empty where the name does not fit; the alternative names are what clients read."""
    fits = len(name) <= COMMON_NAME_LIMIT
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if fits else [])


def _key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
