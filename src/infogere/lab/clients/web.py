"""HTTP and HTTPS to a server whose name is in no DNS."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infogere.lab.clients import tls

TIMEOUT = 30.0  # seconds


@dataclass(frozen=True)
class Response:
    """A server's answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


@dataclass(frozen=True)
class Site:
    """One host name at one address, trusted through one CA."""

    address: str
    name: str
    ca: Path

    def get(self, path: str = "/", *, secure: bool = True, headers: Mapping[str, str] | None = None) -> Response:
        """Fetch ``path``; raises ``ssl.SSLError`` where a browser would warn."""
        connection = _Secured(self) if secure else _Plain(self)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()


class _Plain(http.client.HTTPConnection):
    """Goes to the site's address, whatever its name resolves to."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.name, timeout=TIMEOUT)
        self.site = site

    def connect(self) -> None:
        self.sock = socket.create_connection((self.site.address, 80), TIMEOUT)


class _Secured(_Plain):
    def connect(self) -> None:
        plain = socket.create_connection((self.site.address, 443), TIMEOUT)
        self.sock = tls.context(self.site.ca).wrap_socket(plain, server_hostname=self.site.name)
