"""A visitor: HTTP and TLS from outside of the server, with the name asked for in SNI and Host."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection

PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and text of one answer."""

    status: int
    headers: dict[str, str] = field(repr=False)
    text: str


@dataclass(frozen=True)
class Client:
    """Asks the server at ``address``."""

    address: str

    def handshake(self, name: str, context: ssl.SSLContext) -> ssl.SSLSocket:
        plain = socket.create_connection((self.address, 443), timeout=PATIENCE)
        return context.wrap_socket(plain, server_hostname=name)

    def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        """GET ``http(s)://name/path``; the certificate is looked at elsewhere."""
        scheme, _, rest = url.partition("://")
        name, _, path = rest.partition("/")
        connection = HTTPConnection(self.address, 80, timeout=PATIENCE)
        if scheme == "https":
            connection.sock = self.handshake(name, unverified())
        try:
            connection.request("GET", f"/{path}", headers={"Host": name, **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, text)
        finally:
            connection.close()


def unverified() -> ssl.SSLContext:
    """Any certificate will do."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
