"""Two mail domains, of which one has the antispam option, and the mailboxes that their administrators make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from infogere import secrets, settings
from infogere.lab.clients.mail import Login, Server
from infogere.lab.clients.mailadmin import Panel
from infogere.lab.clients.webmail import Webmail

TAGGED, PLAIN = "tagged.test", "plain.test"
STRANGER = "somebody@client.example.net"


@dataclass(frozen=True)
class World:
    """One server, seen from outside."""

    server: Server
    state_dir: Path

    @property
    def panel_name(self) -> str:
        return f"mailadmin.{self.server.name}"

    def panel(self, domain: str) -> Panel:
        """The panel, as the customer's administrator of ``domain``."""
        administrator = f"postmaster@{domain}"
        path = secrets.path_of(self.state_dir, self.server.name, f"mail_administrator/{administrator}")
        password = path.read_text(encoding="ascii").strip()
        return Panel(self.server.address, self.panel_name, self.server.ca, administrator, password)

    def mailbox(self, address: str, *, quota_mb: int = 5) -> Login:
        """A mailbox, made through the panel by its customer unless it is there."""
        login = Login(address, f"1 Mailbox of {address}!")
        panel = self.panel(address.partition("@")[2])
        if not panel.has(address):
            panel.make_mailbox(address, login.password, quota_mb=quota_mb)
        return login

    def webmail(self, login: Login) -> Webmail:
        return Webmail(self.server.address, f"webmail.{self.server.name}", self.server.ca, login)


@pytest.fixture(scope="module")
def world(host) -> World:
    state_dir = settings.load().state_dir
    name = host.check_output("cat /etc/mailname")
    address = host.check_output("hostname -I").split()[0]
    return World(Server(address, name, state_dir / "pki" / "ca.pem"), state_dir)


@pytest.fixture(scope="module")
def ada(world) -> Login:
    """A mailbox of the domain with the antispam option."""
    return world.mailbox(f"ada@{TAGGED}")


@pytest.fixture(scope="module")
def bob(world) -> Login:
    """A mailbox of the domain without it."""
    return world.mailbox(f"bob@{PLAIN}")
