"""TLS as a browser or mail program checks it: the server's name, against the CA of the controller."""

from __future__ import annotations

import socket
import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 20.0  # seconds


@dataclass(frozen=True)
class Session:
    """What a handshake settled: protocol version (``TLSv1.3``) and application protocol (``h2``, or empty)."""

    version: str
    application: str


def context(ca: Path) -> ssl.SSLContext:
    """A client's context that trusts this CA alone and checks the server's name."""
    return ssl.create_default_context(cafile=str(ca))


def connect(address: str, port: int, name: str, ca: Path, offers: tuple[str, ...] = ()) -> Session:
    """Shake hands with ``name`` at ``address``; raises ``ssl.SSLError`` if a client would not trust it."""
    asking = context(ca)
    if offers:
        asking.set_alpn_protocols(list(offers))
    with (
        socket.create_connection((address, port), timeout=TIMEOUT) as plain,
        asking.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return Session(secured.version() or "", secured.selected_alpn_protocol() or "")


def refuses(address: str, port: int, name: str, newest: ssl.TLSVersion) -> bool:
    """True if the server ends the handshake with a client that knows nothing newer than ``newest``."""
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname = False
    asking.verify_mode = ssl.CERT_NONE
    asking.set_ciphers("ALL:@SECLEVEL=0")  # so that it is the server that refuses, not this library
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asking.minimum_version = ssl.TLSVersion.TLSv1
        asking.maximum_version = newest
    try:
        with (
            socket.create_connection((address, port), timeout=TIMEOUT) as plain,
            asking.wrap_socket(plain, server_hostname=name),
        ):
            return False
    except (ssl.SSLError, ConnectionResetError):
        return True
