"""A server's certificate on ports that begin in the clear, as its users' programs get to see it.

The words before TLS: RFC 3207 (SMTP), RFC 9051 (IMAP), RFC 5804 (ManageSieve), RFC 4217 (FTP).
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE = 30.0  # seconds for one connection
_LONGEST = 8192  # bytes of a line; a server that sends more is not one of these
# What is sent, and how the last line of the answer begins. Nothing is sent before the greeting.
_SMTP = (("", "220 "), ("EHLO infogere.invalid", "250 "), ("STARTTLS", "220 "))
DIALOGUES: Mapping[int, Sequence[tuple[str, str]]] = {
    21: (("", "220 "), ("AUTH TLS", "234 ")),
    25: _SMTP,
    143: (("", "* OK"), ("a STARTTLS", "a OK")),
    587: _SMTP,
    4190: (("", "OK"), ("STARTTLS", "OK")),
}
_REFUSAL = re.compile(r"[45]\d\d |(?:\* BYE|a NO|a BAD|NO|BYE)\b")


def certificate(
    address: str, port: int, name: str, context: ssl.SSLContext, *, dialogue: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """The certificate that ``name`` shows on ``port`` at ``address``, checked, as ``ssl`` describes it.

    Args:
        dialogue: one of ``DIALOGUES``; none: TLS from the first byte.

    Raises:
        OSError: the server does not answer, does not offer TLS, or is not to be trusted (``ssl.SSLError``).
    """
    with socket.create_connection((address, port), timeout=PATIENCE) as plain:
        for words, answer in dialogue:
            if words:
                plain.sendall(f"{words}\r\n".encode())
            _await(plain, answer)
        with context.wrap_socket(plain, server_hostname=name) as secured:
            return secured.getpeercert() or {}


def _await(plain: socket.socket, answer: str) -> None:
    """Read lines until one begins with ``answer``. Byte by byte: what follows the last belongs to TLS."""
    while not (line := _line(plain)).startswith(answer):
        if _REFUSAL.match(line):
            raise ConnectionError(f"it answers {line!r}")


def _line(plain: socket.socket) -> str:
    read = bytearray()
    while not read.endswith(b"\n"):
        byte = plain.recv(1)
        if not byte or len(read) == _LONGEST:
            raise ConnectionError("it ends before TLS begins")
        read += byte
    return read.decode(errors="replace").rstrip()
