"""Certificates of servers and sites, issued once and kept until they are due."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from infogere.errors import InfogereError
from infogere.pki import authority, paths

RENEW_BEFORE = timedelta(days=30)
DNS_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


class Issued(NamedTuple):
    """A certificate with its chain, and its key, both PEM."""

    fullchain: str
    key: str


def issue(state_dir: Path, server: str, name: str, hostnames: list[str], *, now: datetime | None = None) -> Issued:
    """The certificate ``name`` of ``server``, valid for all of ``hostnames``.

    The kept one is returned as long as it names the same hosts, was signed by the present CA and is valid
    for 30 days more; else a new one, with a new key, takes its place. Safe when several processes ask.

    Args:
        state_dir: the controller's state folder.
        server: inventory name of the server.
        name: ``server`` for the server's own names, the domain for a site.
        hostnames: DNS names in ASCII (``xn--`` form for others); their order does not matter.
        now: instant to count from; the present unless a test says otherwise.

    Raises:
        InfogereError: a name is not a DNS name, or the CA is damaged or about to end.
    """
    instant = now or datetime.now(UTC)
    wanted = _checked(hostnames, name)
    folder = paths.issued_dir(state_dir, server, name)
    kept = _kept(state_dir, folder, wanted, instant)
    if kept:
        return kept
    with paths.locked(state_dir):
        # Another process may have issued it while this one waited.
        return _kept(state_dir, folder, wanted, instant) or _issue(state_dir, folder, wanted, instant)


def _issue(state_dir: Path, folder: Path, hostnames: list[str], now: datetime) -> Issued:
    ca = authority.load_or_create(state_dir, now)
    end = ca.certificate.not_valid_after_utc
    if end - now < RENEW_BEFORE:
        raise InfogereError(
            f"the private CA {paths.ca_path(state_dir)} ends on {end:%Y-%m-%d}",
            way_out="move its folder away: the next run makes a new CA, which clients then have to trust",
        )
    issued = Issued(*ca.sign(hostnames, now))
    paths.write(folder / "privkey.pem", issued.key.encode(), 0o600)
    paths.write(folder / "fullchain.pem", issued.fullchain.encode(), 0o644)
    return issued


def _kept(state_dir: Path, folder: Path, hostnames: list[str], now: datetime) -> Issued | None:
    """What is there, if it is still good; None in every other case, since it can be made anew."""
    try:
        fullchain, privkey = folder / "fullchain.pem", folder / "privkey.pem"
        kept = Issued(fullchain.read_text("ascii"), privkey.read_text("ascii"))
        certificate = x509.load_pem_x509_certificate(kept.fullchain.encode())
        key = load_pem_private_key(kept.key.encode(), password=None)
        ca = x509.load_pem_x509_certificate(paths.ca_path(state_dir).read_bytes())
        certificate.verify_directly_issued_by(ca)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound, InvalidSignature):
        return None
    good = (
        set(names.get_values_for_type(x509.DNSName)) == set(hostnames)
        # A run that died between the two files left a pair that does not match.
        and key.public_key() == certificate.public_key()
        and certificate.not_valid_after_utc - now >= RENEW_BEFORE
    )
    return kept if good else None


def _checked(hostnames: list[str], name: str) -> list[str]:
    """Lower case, each once, in their order."""
    if not hostnames:
        raise InfogereError(f"certificate {name}: no host name given", way_out="name at least one host")
    wanted = list(dict.fromkeys(hostname.lower() for hostname in hostnames))
    for hostname in wanted:
        if not DNS_NAME.fullmatch(hostname):
            raise InfogereError(
                f"certificate {name}: {hostname!r} is not a host name",
                way_out="use letters, digits and dashes between dots; write other alphabets in xn-- form",
            )
    return wanted
