"""What the checks look at: one server with one customer's site on it, and a neighbour's."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infogere import secrets
from infogere.lab.clients import ftp, web
from infogere.lab.clients.mail import Login
from infogere.lab.clients.mail import Server as MailServer
from infogere.lab.servers import DOMAIN, Server
from infogere.pki.paths import ca_path


@dataclass(frozen=True)
class Site:
    """The objects that a customer ordered for one domain."""

    domain: str
    database: str
    database_user: str
    ftp_account: str

    def requests(self, server: str) -> list[dict[str, Any]]:
        """What ``infogere.hosting.provision`` is asked for on ``server``, in order."""
        wanted: list[dict[str, Any]] = [
            {"kind": "vhost", "name": self.domain},
            {"kind": "database", "name": self.database, "site": self.domain},
            {"kind": "database_user", "name": self.database_user, "databases": [self.database]},
            {"kind": "ftp_account", "name": self.ftp_account, "site": self.domain},
        ]
        return [{**request, "server": server, "reason": "hand"} for request in wanted]


SHOP = Site(f"shop.{DOMAIN}", "shop", "shop_app", "shop_ftp")
NEIGHBOUR = Site(f"other.{DOMAIN}", "other", "other_app", "other_ftp")


@dataclass(frozen=True)
class Subject:
    """A server under proof.

    Attributes:
        server: where it is.
        state_dir: the controller's secrets and CA for it.
        site: the customer's site.
        neighbour: another customer's, on the same server.
    """

    server: Server
    state_dir: Path
    site: Site = SHOP
    neighbour: Site = NEIGHBOUR

    @property
    def ca(self) -> Path:
        """The CA that its certificates chain to."""
        return ca_path(self.state_dir)

    @property
    def mail(self) -> MailServer:
        """A mail program's or another mail server's view of it."""
        return MailServer(self.server.address, self.server.host_name, self.ca)

    @property
    def mail_administrator(self) -> str:
        """Login of the one administrator that the customer got (A-4.4-1)."""
        return f"postmaster@{self.site.domain}"

    def mailbox(self, name: str) -> Login:
        """A mailbox of the customer, with a password of the customer's own choice."""
        address = f"{name}@{self.site.domain}"
        password = secrets.get_or_create(self.state_dir, self.server.host_name, f"customer_mailbox/{address}")
        return Login(address, password)

    @property
    def webmail(self) -> str:
        """Host name of the webmail."""
        return f"webmail.{self.server.host_name}"

    @property
    def mail_panel(self) -> str:
        """Host name of the panel in which customers make their mailboxes."""
        return f"mailadmin.{self.server.host_name}"

    def secret(self, name: str) -> str:
        """A secret that the controller made for this server, such as ``ftp_account/shop_ftp``."""
        path = secrets.path_of(self.state_dir, self.server.host_name, name)
        return path.read_text(encoding="ascii").strip()

    def web(self, name: str) -> web.Site:
        """A browser's view of the host name ``name`` on this server."""
        return web.Site(self.server.address, name, self.ca)

    def ftp(self, site: Site) -> AbstractContextManager[ftp.Client]:
        """The customer of ``site``, logged in over FTP."""
        password = self.secret(f"ftp_account/{site.ftp_account}")
        return ftp.session(self.server.address, self.server.host_name, self.ca, site.ftp_account, password)
