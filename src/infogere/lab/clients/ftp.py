"""FTP over explicit TLS, passive, as FileZilla does it."""

from __future__ import annotations

import ftplib
import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infogere.lab.clients import tls

TIMEOUT = 30.0  # seconds
Refused = ftplib.error_perm


class Client(ftplib.FTP_TLS):
    """``ftplib``'s client, corrected in two places that servers and certificates insist on."""

    def __init__(self, address: str, name: str, ca: Path) -> None:
        super().__init__(context=tls.context(ca), timeout=TIMEOUT)
        self.connect(address, 21)
        self.host = name  # the certificate is checked against it, not against the address

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        # A data connection must resume the control connection's TLS session: that is how the server knows
        # that both come from one client. ftplib starts a session of its own.
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - encrypted below
        control: Any = self.sock
        secured = self.context.wrap_socket(connection, server_hostname=self.host, session=control.session)
        return secured, size

    def put(self, path: str, content: bytes) -> None:
        """Upload ``content`` as ``path``."""
        self.storbinary(f"STOR {path}", io.BytesIO(content))

    def fetch(self, path: str) -> bytes:
        """Content of ``path``."""
        parts: list[bytes] = []
        self.retrbinary(f"RETR {path}", parts.append)
        return b"".join(parts)


@contextmanager
def session(address: str, name: str, ca: Path, user: str, password: str) -> Iterator[Client]:
    """Log in over TLS, data connections protected too; raises ``Refused`` on a wrong password."""
    client = Client(address, name, ca)
    try:
        client.login(user, password)
        client.prot_p()
        yield client
        client.quit()
    finally:
        client.close()


def refuses_plain_login(address: str, user: str, password: str) -> bool:
    """True if the server takes no password over a connection that is not encrypted."""
    with ftplib.FTP(timeout=TIMEOUT) as client:  # noqa: S321 - that it is refused is what is looked at
        client.connect(address, 21)
        try:
            client.login(user, password)
        except Refused:
            return True
        return False
