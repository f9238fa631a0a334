"""The signing key: made once, the owner's alone, and never silently replaced."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.record.keys import KEY_FILE, signer, trusted_keys
from infogere.record.signatures import signature_fits


def test_a_key_is_made_once(tmp_path):
    assert signer(tmp_path, make=True).public == signer(tmp_path, make=True).public
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_signatures(tmp_path):
    key = signer(tmp_path, make=True)
    signature = key.sign(b"message")
    assert signature_fits(key.public, signature, b"message")
    assert not signature_fits(key.public, signature, b"another")
    assert not signature_fits("not hex", signature, b"message")
    assert not signature_fits(key.public, "00", b"message")


def test_a_damaged_key_is_not_replaced(tmp_path):
    (tmp_path / KEY_FILE).write_text("damaged")
    with pytest.raises(InfogereError, match=r"record\.key"):
        signer(tmp_path, make=True)


def test_verifying_makes_no_key(tmp_path):
    assert trusted_keys(tmp_path) == frozenset()
    assert list(tmp_path.iterdir()) == []
