"""A request is typed at the border: hostile words are refused in one line, with the key they are in."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.tickets import request

GOOD = {"kind": "database", "server": "web1.example.com", "name": "shop"}


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        {**GOOD, "kind": "vhost", "name": "shop.example.com", "aliases": ["www.shop.example.com"], "hsts": True},
        {**GOOD, "kind": "database_user", "databases": ["shop"], "privileges": "read", "password": "é'\"\\`;-- ü"},
        {**GOOD, "kind": "ftp_account", "site": "shop.example.com", "state": "absent"},
    ],
)
def test_good_requests_keep_their_words(raw):
    parsed = request.parse(raw)
    assert (parsed.kind, parsed.server, parsed.name) == (raw["kind"], raw["server"], raw["name"])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "not a mapping"),
        ("all", "not a mapping"),
        ({}, "request.kind is none of the known ones -> choose one of vhost, database, database_user, ftp_account"),
        ({**GOOD, "kind": "shell"}, "request.kind is none of the known ones"),
        ({**GOOD, "kind": ["vhost"]}, "request.kind is none of the known ones"),
        ({**GOOD, "state": "gone"}, "request.state"),
        ({**GOOD, "extra": 1}, "request.extra: a database has no such key -> its keys: server, name, state, .*, site"),
        ({"kind": "database", "name": "shop"}, "request.server is missing: every database needs one"),
        ({**GOOD, "name": ["shop"]}, "request.name"),
        ({**GOOD, "name": "{{ lookup('pipe', 'id') }}"}, "request.name contains a template"),
        ({**GOOD, "kind": "vhost", "aliases": ["a", "{% set x = 1 %}"]}, r"request.aliases\[1\] contains a template"),
        ({**GOOD, "{{ x }}": 1}, "a key of request contains a template"),
        ({**GOOD, "reference": "a\nb"}, "request.reference"),
        ({**GOOD, "kind": "ftp_account"}, "request.site is missing: every ftp_account needs one -> its keys: .*, site"),
        ({**GOOD, "kind": "vhost", "max_upload_mb": 0}, "request.max_upload_mb"),
    ],
)
def test_bad_requests_are_refused_in_one_line(raw, words):
    with pytest.raises(InfogereError, match=words) as refusal:
        request.parse(raw)
    assert "\n" not in str(refusal.value)


def test_a_mailbox_is_refused_with_its_clause():
    with pytest.raises(InfogereError) as refusal:
        request.parse({**GOOD, "kind": "mailbox"})
    assert refusal.value.clause == "A-4.4-2"


def test_a_password_is_in_no_error():
    with pytest.raises(InfogereError) as refusal:
        request.parse({**GOOD, "kind": "database_user", "password": ["canary"], "databases": "canary"})
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "server", ["all", "web1.example.com:web2.example.com", "web*", "!web1.example.com", "~web", "level_custom"]
)
def test_a_server_is_one_host_and_never_a_pattern(server):
    hosts = (
        ["web1.example.com", "web2.example.com", server]
        if server == "web*"
        else ["web1.example.com", "web2.example.com"]
    )
    with pytest.raises(InfogereError, match="no server of the inventory"):
        request.check_server(server, hosts, ["all", "level_custom"])
    request.check_server("web1.example.com", hosts, ["all", "level_custom"])
