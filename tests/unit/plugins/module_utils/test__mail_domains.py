"""What is done to the mail panel's database: only what differs, and never to a mailbox."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils import _mail_domains as mail_domains
from ansible_collections.infogere.hosting.plugins.module_utils._errors import ModuleError

ADMIN = "postmaster@example.org"
DOMAIN = {
    "name": "example.org",
    "admin": ADMIN,
    "mailboxes": 50,
    "aliases": 0,
    "mailbox_quota_mb": 0,
    "quota_mb": 1024,
    "active": True,
}
PARAMS = {
    "database": "mail",
    "upgrade_script": "/nonexistent/upgrade.php",
    "domains": [DOMAIN],
    "passwords": {ADMIN: "secret"},
    "password_cost": 4,
    "password_accounts": ["roundcube"],
}


def panel(**changes):
    """The panel as it stands once ``PARAMS`` are done."""
    done = {
        "version": 1847,
        "domains": {"example.org": [50, 0, 0, 1024, 1]},
        "administrators": {ADMIN: True},
        "rights": {(ADMIN, "example.org")},
        "handed_over": {ADMIN: hashlib.sha256(b"secret").hexdigest()},
        "columns": {
            ("roundcube", privilege, column)
            for privilege, columns in mail_domains.PASSWORD_COLUMNS.items()
            for column in columns
        },
        "accounts": {"roundcube"},
    }
    return mail_domains.Panel(**done | changes)


@pytest.mark.parametrize(
    ("changes", "phrases"),
    [
        ({}, []),
        ({"domains": {}}, ["make domain example.org"]),
        ({"domains": {"example.org": [5, 0, 0, 1024, 1]}}, ["change the limits of domain example.org"]),
        ({"administrators": {}}, [f"make administrator {ADMIN}"]),
        ({"administrators": {ADMIN: False}}, [f"let administrator {ADMIN} in again"]),
        ({"handed_over": {ADMIN: "0" * 64}}, [f"set the password of administrator {ADMIN}"]),
        ({"rights": set()}, [f"give example.org to {ADMIN}"]),
        (
            {"rights": {(ADMIN, "example.org"), ("old@example.org", "example.org")}},
            ["take example.org from old@example.org"],
        ),
        ({"rights": {(ADMIN, "example.org"), ("boss@other.org", "other.org")}}, []),
        ({"domains": {"example.org": [50, 0, 0, 1024, 1], "other.org": [1, 1, 1, 1, 1]}}, []),
        ({"columns": set()}, ["let account roundcube change mailbox passwords"]),
        ({"columns": set(), "accounts": set()}, []),
    ],
)
def test_what_differs_is_done_and_nothing_else(changes, phrases):
    assert [phrase for phrase, _act in mail_domains._differences(PARAMS, panel(**changes))] == phrases


@pytest.fixture
def statements(monkeypatch):
    said = []
    monkeypatch.setattr(mail_domains, "execute", lambda sql, *_rest: said.extend(sql))
    monkeypatch.setattr(mail_domains, "_hash", lambda _password, _cost: "$2y$04$hash")
    for _phrase, act in mail_domains._differences(PARAMS, mail_domains.Panel(accounts={"roundcube"})):
        act()
    return said


def test_no_statement_makes_a_mailbox_or_an_alias(statements):
    """A-4.4-2."""
    written = [line for line in statements if line.startswith(("INSERT", "REPLACE", "UPDATE", "DELETE"))]
    assert len(written) == 4
    assert not any("mailbox (" in line or "INTO mailbox" in line or "alias (" in line for line in written)


def test_no_statement_makes_a_super_administrator_or_holds_a_password(statements):
    admin = next(line for line in statements if line.startswith("INSERT INTO admin"))
    assert "NOW(), NOW(), 1, 0)" in admin
    assert not any("'secret'" in line for line in statements)


def test_the_webmail_gets_two_columns_to_write(statements):
    grant = next(line for line in statements if line.startswith("GRANT"))
    assert grant == (
        "GRANT SELECT (username), UPDATE (password, modified) ON `mail`.mailbox TO 'roundcube'@'localhost'"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Example.org"}, "not a domain name"),
        ({"name": "x'; DROP TABLE admin; --.org"}, "not a domain name"),
        ({"admin": "postmaster"}, "not a mail address"),
        ({"admin": "a'b@example.org"}, "not a mail address"),
        ({"admin": "other@example.org"}, "passwords: none for other@example.org"),
    ],
)
def test_bad_input_is_refused(change, words):
    with pytest.raises(ModuleError, match=words):
        mail_domains.run(PARAMS | {"domains": [DOMAIN | change]}, check_mode=True)


def test_a_domain_twice_is_refused():
    with pytest.raises(ModuleError, match="stands there twice"):
        mail_domains.run(PARAMS | {"domains": [DOMAIN, DOMAIN]}, check_mode=True)


def test_before_the_first_converge_check_mode_tells_all():
    actions = mail_domains.run(PARAMS, check_mode=True)["actions"]
    assert actions[0] == "make PostfixAdmin's schema"
    assert f"give example.org to {ADMIN}" in actions
