"""The mail panel and the webmail, in a browser."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.lab.clients import mail
from infogere.lab.clients.browser import Browser
from infogere.lab.clients.mail import Login, RefusedError, message
from infogere.lab.clients.mailadmin import Panel


def test_the_panel_refuses_a_wrong_password(world):
    with pytest.raises(InfogereError, match="password is not correct"):
        Panel(world.server.address, world.panel_name, world.server.ca, "postmaster@tagged.test", "wrong")


def test_nobody_has_more_than_a_domain_administrators_rights(host):
    query = "SELECT COUNT(*) FROM mail.admin WHERE superadmin = 1"
    assert host.check_output("mariadb -N -e %s", query) == "0"
    query = "SELECT COUNT(*) FROM mail.domain_admins WHERE domain = 'ALL'"
    assert host.check_output("mariadb -N -e %s", query) == "0"


def test_an_administrator_reaches_no_other_domain(world):
    panel = world.panel("tagged.test")
    with pytest.raises(InfogereError):
        panel.make_mailbox("intruder@plain.test", "1 Mailbox of an intruder!")
    assert not world.panel("plain.test").has("intruder@plain.test")


@pytest.mark.parametrize(
    "path",
    ["/setup.php", "/upgrade.php", "/xmlrpc.php", "/users/login.php", "/password-change.php", "/backup.php"],
)
def test_the_panel_has_one_door(world, path):
    browser = Browser(world.server.address, world.panel_name, world.server.ca)
    assert browser.get(path).status == 404


@pytest.mark.parametrize("path", ["/config/config.inc.php", "/installer/", "/plugins/password/config.inc.php", "/SQL/"])
def test_the_webmail_shows_none_of_its_insides(world, path):
    browser = Browser(world.server.address, f"webmail.{world.server.name}", world.server.ca)
    assert browser.get(path).status == 404


def test_the_webmail_shows_mail_and_filters(world, bob):
    new = message("somebody@client.example.net", bob.user, 'Für dich: "Zitat"')
    mail.deliver(world.server, "somebody@client.example.net", bob.user, new)
    mail.await_message(world.server, bob, new["Message-ID"])
    webmail = world.webmail(bob)
    assert 'Für dich: "Zitat"' in webmail.subjects()
    webmail.filters()


def test_the_webmail_changes_a_password_and_the_old_one_is_dead(world):
    old = world.mailbox("grace@plain.test")
    new = Login(old.user, '2 Another password: "quoted" für grace')
    world.webmail(old).change_password(old.password, new.password)
    try:
        with pytest.raises(RefusedError), mail.mailbox(world.server, old):
            pass
        with pytest.raises(InfogereError, match="Login failed"):
            world.webmail(old)
        assert "INBOX" in mail.folders(world.server, Login(new.user, new.password))
    finally:
        world.webmail(new).change_password(new.password, old.password)


def test_a_password_is_kept_as_a_strong_hash(host, bob):
    rows = host.check_output("mariadb -N -e %s", "SELECT username, password FROM mail.mailbox").splitlines()
    kept = dict(row.split("\t") for row in rows)
    assert kept[bob.user].startswith("{BLF-CRYPT}$2")


def test_the_webmails_account_can_change_passwords_and_nothing_else(host):
    grants = host.check_output("mariadb -N -e %s", "SHOW GRANTS FOR roundcube@localhost")
    on_mail = [line for line in grants.splitlines() if "ON `mail`" in line]
    assert on_mail == [
        "GRANT SELECT (`username`), UPDATE (`modified`, `password`) ON `mail`.`mailbox` TO `roundcube`@`localhost`"
    ]


@pytest.mark.parametrize("account", ["postfix", "dovecot"])
def test_mail_servers_only_read_the_database(host, account):
    grants = host.check_output("mariadb -N -e %s", f"SHOW GRANTS FOR {account}@localhost").splitlines()
    assert [line for line in grants if " ON *.* " not in line] == [
        f"GRANT SELECT ON `mail`.* TO `{account}`@`localhost`"
    ]


def test_failed_logins_are_known_to_fail2ban(host, world):
    with pytest.raises(InfogereError):
        Panel(world.server.address, world.panel_name, world.server.ca, "postmaster@tagged.test", "wrong")
    line = host.check_output("journalctl -t postfixadmin -o short -n 1 --no-pager")
    visitor = host.check_output('printf %s "${SSH_CLIENT%% *}"')
    assert host.check_output("fail2ban-regex --out ip %s postfixadmin", line).split() == [visitor]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/postfix/sql/senders.cf",
        "/etc/dovecot/dovecot.conf",
        "/etc/postfixadmin/dbconfig.inc.php",
        "/etc/roundcube/config.inc.php",
        "/etc/roundcube/plugins/password/config.inc.php",
        "/var/lib/rspamd/dkim/tagged.test.infogere.key",
    ],
)
def test_secrets_are_not_readable_by_everybody(host, path):
    assert host.file(path).mode & 0o007 == 0
