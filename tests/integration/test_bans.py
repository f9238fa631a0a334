"""Who keeps failing to log in is shut out: real clients at another address, every service that takes a password."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from infogere.lab.clients import mail
from infogere.lab.clients.mailadmin import Panel
from infogere.lab.subject import SHOP, Subject
from neighbours import client
from neighbours.logins import DENIED, IN, SERVICES, SHUT_OUT, Asked, attempt
from neighbours.patience import until

pytestmark = pytest.mark.lab

FAILURES = 5  # that the roles allow
TABLE = "inet f2b-table"
# service -> (its jail, ports that a ban closes, a service that stays open to the banned address)
JAILS = {
    "submission": ("postfix-sasl", "465,587", "imaps"),
    "smtps": ("postfix-sasl", "465,587", "imaps"),
    "imap": ("dovecot", "143,993,4190", "submission"),
    "imaps": ("dovecot", "143,993,4190", "submission"),
    "sieve": ("dovecot", "143,993,4190", "submission"),
    "ftp": ("proftpd", "21", "imaps"),
    "webmail": ("roundcube", "80,443", "imaps"),
    "disguised webmail": ("roundcube", "80,443", "imaps"),
    "mail panel": ("postfixadmin", "80,443", "imaps"),
}


@dataclass(frozen=True)
class World:
    """A server, somebody at another address who attacks it, and the controller, which is a third address."""

    server: Any
    attacker: client.Client

    @property
    def subject(self) -> Subject:
        return Subject(self.server.machine, self.server.state_dir)

    def account(self, service: str) -> tuple[str, str]:
        """A real user of ``service`` and the right password."""
        subject = self.subject
        if service == "ftp":
            return SHOP.ftp_account, subject.secret(f"ftp_account/{SHOP.ftp_account}")
        if service == "mail panel":
            return subject.mail_administrator, subject.secret(f"mail_administrator/{subject.mail_administrator}")
        login = subject.mailbox("ban")
        return login.user, login.password

    def fail(self, service: str, times: int) -> set[str]:
        """Wrong passwords from the attacker's address, ``times`` at once."""
        # Roundcube makes a user wait who fails three times in a minute, whoever is right then; strangers it lets guess.
        user = f"nobody@{SHOP.domain}" if "webmail" in service else self.account(service)[0]
        return self.attacker.login(service, user, "a wrong password", times)

    def login(self, service: str) -> set[str]:
        """The right password, from the attacker's address."""
        return self.attacker.login(service, *self.account(service))

    def login_from_here(self, service: str) -> set[str]:
        """The right password, from the controller's address."""
        user, password = self.account(service)
        return {attempt(Asked(service, self.server.address, self.server.name, self.server.ca, user, password))}

    def banned(self, jail: str) -> list[str]:
        """Addresses that nftables keeps from the ports of ``jail``."""
        listed = self.server.run(f"nft -j list set {TABLE} addr-set-{jail}")
        if listed.returncode:
            return []  # the set is made with the first ban
        found = [item["set"] for item in json.loads(listed.stdout)["nftables"] if "set" in item]
        return sorted(found[0].get("elem", []))

    def closed(self, jail: str) -> str:
        """The ports that are closed to the addresses in ``jail``."""
        rules = self.server.run(f"nft list chain {TABLE} f2b-chain").stdout
        found = re.search(rf"tcp dport (.+) ip saddr @addr-set-{jail} reject", rules)
        return ",".join(re.findall(r"\d+", found[1])) if found else ""

    def status(self, jail: str) -> str:
        """What fail2ban says of ``jail``."""
        return str(self.server.run(f"fail2ban-client status {jail}").stdout)

    def failures(self, jail: str) -> int:
        """Failures that fail2ban has counted in this jail since it started."""
        found = re.search(r"Total failed:\s+(\d+)", self.status(jail))
        assert found
        return int(found[1])

    @property
    def site_user(self) -> str:
        """Who a site's programs run as."""
        return str(self.server.run(f"stat -c %U /srv/www/{SHOP.domain}/htdocs").stdout.strip())

    def log(self, user: str, identifier: str, line: str, times: int) -> None:
        """Lines that ``user`` writes to the journal under a name of its choice."""
        command = f"logger --priority mail.info --tag {identifier} -- '{line}'"
        done = self.server.run(f"for i in $(seq {times}); do runuser -u {user} -- {command}; done")
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def world(lab) -> World:
    server = lab.provisioned("bans")
    for request in SHOP.requests(server.name):
        done = server.playbook("infogere.hosting.provision", {"request": request})
        assert done.returncode == 0, done.stdout
    made = World(server, client.start(lab.bare("attacker").machine, server))
    subject, login = made.subject, made.subject.mailbox("ban")
    administrator, password = made.account("mail panel")
    panel = Panel(server.address, subject.mail_panel, server.ca, administrator, password)
    panel.make_mailbox(login.user, login.password)
    # Until the filter is up, submission asks to be tried again later.
    assert until(lambda: made.login("submission") == {IN}, mail.DEFERRAL)
    return made


def test_every_service_that_takes_a_password_is_tried() -> None:
    assert set(JAILS) == set(SERVICES)


@pytest.mark.parametrize("service", JAILS)
def test_who_keeps_failing_is_shut_out_of_that_service_alone(world, service) -> None:
    jail, ports, other = JAILS[service]
    address = world.attacker.machine.address
    before = world.failures(jail)
    assert world.fail(service, FAILURES - 1) == {DENIED}
    assert until(lambda: world.failures(jail) == before + FAILURES - 1), world.status(jail)
    assert world.banned(jail) == []
    assert world.login(service) == {IN}  # whoever remembers in time is let in

    assert world.fail(service, 1) == {DENIED}
    assert until(lambda: world.banned(jail) == [address]), world.status(jail)
    try:
        assert world.login(service) == {SHUT_OUT}
        assert world.closed(jail) == ports
        assert world.login(other) == {IN}
        assert world.login_from_here(service) == {IN}
    finally:
        world.server.run(f"fail2ban-client set {jail} unbanip {address}")
    assert until(lambda: world.banned(jail) == [])
    assert world.login(service) == {IN}


# jail -> (who writes, under which name, the line of a failed login)
LOGGED = {
    "postfix-sasl": (
        "postfix",
        "postfix/submission/smtpd",
        "warning: unknown[{}]: SASL LOGIN authentication failed: authentication failure",
    ),
    "roundcube": (
        "infogere-apps",
        "roundcube",
        "<a1b2c3d4> IMAP Error: Login failed for nobody against localhost from {}. AUTHENTICATE PLAIN: Authentication"
        " failed. in /usr/share/roundcube/program/lib/Roundcube/rcube_imap.php on line 211 (POST /?_task=login)",
    ),
    "postfixadmin": ("infogere-apps", "postfixadmin", "PostfixAdmin admin login failed (username: a, ip_address: {})"),
    "proftpd": ("root", "proftpd", "host (host[{}]) - USER nobody: no such user found from host [{}] to 192.0.2.1:21"),
}


@pytest.mark.parametrize("jail", LOGGED)
def test_a_site_cannot_have_somebody_shut_out(world, jail) -> None:
    writer, identifier, line = LOGGED[jail]
    line = line.replace("{}", "198.51.100.7")
    before = world.failures(jail)
    world.log(world.site_user, identifier, line, FAILURES)
    # The same line from its real writer counts, and whatever was written before it has been read by then.
    world.log(writer, identifier, line, 1)
    assert until(lambda: world.failures(jail) > before), world.status(jail)
    assert world.failures(jail) == before + 1
    assert world.banned(jail) == []
