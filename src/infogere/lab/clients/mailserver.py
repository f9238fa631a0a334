"""A mail server and the connections to it, by its address, its certificate checked against its name."""

from __future__ import annotations

import imaplib
import smtplib
import socket
from dataclasses import dataclass
from pathlib import Path

from infogere.lab.clients import tls

SMTP, SMTPS, IMAP, IMAPS, MANAGESIEVE = 25, 465, 143, 993, 4190  # ports
TIMEOUT = 30.0  # seconds
HELO = "client.example.net"


@dataclass(frozen=True)
class Server:
    """A mail server: where it is, its name, and the CA that vouches for it."""

    address: str
    name: str
    ca: Path


@dataclass(frozen=True)
class Login:
    """A mailbox and its password."""

    user: str
    password: str

    @property
    def plain(self) -> bytes:
        """What the SASL mechanism PLAIN sends (RFC 4616); the libraries' own take ASCII alone."""
        return f"\0{self.user}\0{self.password}".encode()


class Smtp(smtplib.SMTP):
    """SMTP to the server's address."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        super().__init__(server.name, port, local_hostname=HELO, timeout=TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        return socket.create_connection((self.server.address, port), timeout)


class Smtps(Smtp):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        return tls.context(self.server.ca).wrap_socket(plain, server_hostname=self.server.name)


class Imap(imaplib.IMAP4):
    def __init__(self, server: Server) -> None:
        self.server = server
        super().__init__(server.name, timeout=TIMEOUT)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return socket.create_connection((self.server.address, self.port), timeout)


class Imaps(Imap):
    def __init__(self, server: Server) -> None:
        self.server = server
        imaplib.IMAP4.__init__(self, server.name, IMAPS, timeout=TIMEOUT)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = super()._create_socket(timeout)
        return tls.context(self.server.ca).wrap_socket(plain, server_hostname=self.server.name)
