"""Keys are made once, and their DNS records can be published as they are."""

from __future__ import annotations

import os
import pwd
import re
import stat

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _dkim_keys as dkim_keys
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError
from hypothesis import given
from hypothesis import strategies as st

by_root = pytest.mark.skipif(os.geteuid() != 0, reason="root makes the keys, for another user")


@pytest.fixture
def params(tmp_path, monkeypatch):
    monkeypatch.setattr(dkim_keys, "change_lock", lambda _purpose: open(os.devnull))  # noqa: PTH123, SIM115
    return {
        "domains": ["example.org", "xn--caf-dma.example.org"],
        "selector": "infogere",
        "bits": 1024,  # quick to make
        "key_folder": str(tmp_path / "keys"),
        "record_folder": str(tmp_path / "records"),
        "owner": pwd.getpwuid(os.getuid()).pw_name,
    }


@by_root
def test_keys_and_records_are_made_once(params, tmp_path):
    first = dkim_keys.run(params, check_mode=False)
    key = tmp_path / "keys" / "example.org.infogere.key"
    made = key.read_bytes()
    assert first["changed"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o640
    assert "PRIVATE" not in str(first)
    assert not dkim_keys.run(params, check_mode=False)["changed"]
    assert key.read_bytes() == made


@by_root
def test_a_lost_record_is_made_again_from_the_same_key(params, tmp_path):
    before = dkim_keys.run(params, check_mode=False)["records"]
    (tmp_path / "records" / "example.org.txt").unlink()
    again = dkim_keys.run(params, check_mode=False)
    assert again["diff"]["after"] == "make the DNS record of example.org\n"
    assert again["records"] == before


@by_root
def test_a_new_selector_leaves_the_old_key(params, tmp_path):
    dkim_keys.run(params, check_mode=False)
    records = dkim_keys.run(params | {"selector": "next"}, check_mode=False)["records"]
    assert records["example.org"]["name"] == "next._domainkey.example.org"
    assert (tmp_path / "keys" / "example.org.infogere.key").exists()


def test_check_mode_makes_nothing(params, tmp_path):
    result = dkim_keys.run(params, check_mode=True)
    assert result["changed"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "domain", ["../etc", "Example.org", "a b.org", "org", "-a.org", "a..org", "café.org", "a.org\n"]
)
def test_names_that_would_leave_the_folder_are_refused(params, domain):
    with pytest.raises(ModuleError, match="not a domain name"):
        dkim_keys.run(params | {"domains": [domain]}, check_mode=True)


@given(st.binary(min_size=1, max_size=600))
def test_a_record_reads_back_whole_in_strings_that_dns_takes(key):
    body = key.hex()
    text = dkim_keys.zone_lines("s", "example.org", f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    strings = re.findall(r'"([^"]*)"', text)
    assert "".join(strings) == f"v=DKIM1; k=rsa; p={body}"
    assert all(len(string) <= 255 for string in strings)
