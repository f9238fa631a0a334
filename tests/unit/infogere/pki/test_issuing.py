"""What the private CA issues, keeps and refuses."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from infogere import pki
from infogere.errors import InfogereError
from infogere.pki import issuing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = ["web1.example.org", "webmail.web1.example.org"]


def certificate_of(issued: pki.Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.fullchain.encode())


def names_of(issued: pki.Issued) -> list[str]:
    extension = certificate_of(issued).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_is_signed_by_the_ca_and_fits_its_key(tmp_path):
    issued = pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    certificate = certificate_of(issued)
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(pki.ca_path(tmp_path).read_bytes()))
    assert load_pem_private_key(issued.key.encode(), None).public_key() == certificate.public_key()
    assert names_of(issued) == NAMES
    assert certificate.not_valid_after_utc - NOW <= timedelta(days=398)
    assert certificate.not_valid_before_utc < NOW


def test_keys_are_readable_by_their_owner_alone(tmp_path):
    pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    assert mode_of(tmp_path / "pki") == 0o700
    assert mode_of(tmp_path / "pki" / "ca-key.pem") == 0o600
    assert mode_of(tmp_path / "pki" / "servers" / "web1" / "server" / "privkey.pem") == 0o600


@pytest.mark.parametrize(
    ("hostnames", "later", "same"),
    [
        (NAMES, timedelta(days=366), True),
        (NAMES[::-1], timedelta(0), True),
        ([name.upper() for name in NAMES], timedelta(0), True),
        (NAMES, timedelta(days=368), False),
        (NAMES, timedelta(days=800), False),
        (NAMES[:1], timedelta(0), False),
        ([*NAMES, "mailadmin.web1.example.org"], timedelta(0), False),
    ],
)
def test_is_kept_until_due_or_renamed(tmp_path, hostnames, later, same):
    first = pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    second = pki.issue(tmp_path, "web1", "server", hostnames, now=NOW + later)
    assert (second == first) is same
    assert pki.issue(tmp_path, "web1", "server", hostnames, now=NOW + later) == second


@pytest.mark.parametrize("damage", ["key of another", "half a certificate", "no key", "another CA"])
def test_a_damaged_pair_is_issued_anew(tmp_path, damage):
    first = pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    folder = tmp_path / "pki" / "servers" / "web1" / "server"
    if damage == "key of another":
        folder.joinpath("privkey.pem").write_text(pki.issue(tmp_path, "web2", "server", NAMES, now=NOW).key)
    elif damage == "half a certificate":
        folder.joinpath("fullchain.pem").write_text(first.fullchain[:200])
    elif damage == "no key":
        folder.joinpath("privkey.pem").unlink()
    else:
        pki.ca_path(tmp_path).unlink()
    second = pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    assert second.fullchain != first.fullchain
    assert load_pem_private_key(second.key.encode(), None).public_key() == certificate_of(second).public_key()


def test_processes_that_ask_together_get_one_certificate(tmp_path):
    with ProcessPoolExecutor(4) as pool:
        answers = list(pool.map(pki.issue, [tmp_path] * 8, ["web1"] * 8, ["server"] * 8, [NAMES] * 8))
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    ("server", "name", "hostnames", "words"),
    [
        ("web1", "server", [], "no host name given"),
        ("web1", "server", ["a b.example.org"], "is not a host name"),
        ("web1", "server", ["é.example.org"], "xn--"),
        ("web1", "server", ["-a.example.org"], "is not a host name"),
        ("web1", "server", ["a..example.org"], "is not a host name"),
        ("web1", "server", [f"{'a' * 64}.example.org"], "is not a host name"),
        ("web1", "server", ["a.example.org\n"], "is not a host name"),
        ("web1", "../../etc", NAMES, "cannot name a certificate"),
        ("..", "server", NAMES, "cannot name a certificate"),
    ],
)
def test_refuses_what_is_not_a_name(tmp_path, server, name, hostnames, words):
    with pytest.raises(InfogereError, match=words):
        pki.issue(tmp_path, server, name, hostnames, now=NOW)


@pytest.mark.parametrize("damage", ["key of another", "half a key", "no key"])
def test_a_damaged_ca_is_not_replaced_silently(tmp_path, damage):
    pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    key = tmp_path / "pki" / "ca-key.pem"
    if damage == "no key":
        key.unlink()
    elif damage == "half a key":
        key.write_text(key.read_text()[:100])
    else:
        key.write_text(pki.issue(tmp_path, "web1", "server", NAMES, now=NOW).key)
    with pytest.raises(InfogereError, match="start a new CA"):
        pki.issue(tmp_path, "web1", "other", NAMES, now=NOW)


def test_a_ca_that_ends_is_named(tmp_path):
    pki.issue(tmp_path, "web1", "server", NAMES, now=NOW)
    with pytest.raises(InfogereError, match="ends on 2036"):
        pki.issue(tmp_path, "web1", "server", NAMES, now=NOW + timedelta(days=3640))


def test_a_name_too_long_for_the_subject_stands_in_the_alternative_names(tmp_path):
    long = ".".join(["a" * 60, "b" * 60, "example.org"])
    issued = pki.issue(tmp_path, "web1", "server", [long], now=NOW)
    assert names_of(issued) == [long]
    assert not list(certificate_of(issued).subject)


label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(st.lists(label, min_size=1, max_size=8).map(".".join))
def test_every_dns_name_is_accepted(name):
    assert issuing.DNS_NAME.fullmatch(name)
