"""Sign through an agent that speaks the ssh-agent protocol, so that this user never holds the key.

Only two of its requests are needed: which keys there are, and to sign with one. An Ed25519 signature of an agent
covers the message as it is, so whoever verifies needs to know nothing of SSH. Source: draft-ietf-sshm-ssh-agent,
RFC 8709 (form of keys and signatures).
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from infogere.record.database import RecordError

_REQUEST_IDENTITIES, _IDENTITIES = 11, 12
_SIGN_REQUEST, _SIGN_RESPONSE = 13, 14
_KEY_TYPE = b"ssh-ed25519"
_LARGEST_ANSWER = 256 * 1024  # what OpenSSH's own client accepts
_PATIENCE = 10.0


class AgentKey:
    """One key of the agent that listens at ``path``."""

    def __init__(self, path: Path, public: str) -> None:
        self.public = public
        self._path = path

    def sign(self, message: bytes) -> str:
        """Signature in hex; ``RecordError`` if the agent is away or does not hold the key."""
        blob = _string(_KEY_TYPE) + _string(bytes.fromhex(self.public))
        kind, answer = _ask(self._path, _SIGN_REQUEST, _string(blob) + _string(message) + struct.pack(">I", 0))
        if kind != _SIGN_RESPONSE:
            held = public_keys(self._path)
            raise RecordError(
                f"signing agent {self._path} "
                + ("refuses to sign" if self.public in held else f"does not hold the key {self.public}"),
                way_out="unlock the agent" if self.public in held else "add the key to it with ssh-add",
            )
        try:
            signature, _ = _take(answer)
            key_type, rest = _take(signature)
            raw, _ = _take(rest)
        except ValueError:
            key_type = raw = b""
        if key_type != _KEY_TYPE:
            raise RecordError(f"signing agent {self._path} answers with something that is no Ed25519 signature")
        return raw.hex()


def public_keys(path: Path) -> list[str]:
    """Ed25519 keys that the agent at ``path`` holds, in hex."""
    kind, answer = _ask(path, _REQUEST_IDENTITIES, b"")
    keys = []
    try:
        if kind != _IDENTITIES:
            raise ValueError(kind)
        (count,), rest = struct.unpack(">I", answer[:4]), answer[4:]
        for _ in range(count):
            blob, rest = _take(rest)
            _comment, rest = _take(rest)
            key_type, key = _take(blob)
            if key_type == _KEY_TYPE:
                keys.append(_take(key)[0].hex())
    except (ValueError, struct.error):
        raise RecordError(f"signing agent {path} does not say which keys it holds") from None
    return keys


def _ask(path: Path, kind: int, content: bytes) -> tuple[int, bytes]:
    """One request and its answer, as (type, content)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(str(path))
            connection.sendall(_string(bytes([kind]) + content))
            (length,) = struct.unpack(">I", _receive(connection, 4))
            if not 0 < length <= _LARGEST_ANSWER:
                raise OSError(f"an answer of {length} bytes")
            answer = _receive(connection, length)
    except OSError as error:
        raise RecordError(
            f"signing agent {path}: {error.strerror or error}",
            way_out="start it; this user must be allowed to connect to its socket",
        ) from error
    return answer[0], answer[1:]


def _receive(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        part = connection.recv(length - len(content))
        if not part:
            raise ConnectionError("it closed the connection")
        content += part
    return content


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _take(content: bytes) -> tuple[bytes, bytes]:
    """The first string and what follows it."""
    (length,) = struct.unpack(">I", content[:4].ljust(4, b"\xff"))
    if length > len(content) - 4:
        raise ValueError("cut off")
    return content[4 : 4 + length], content[4 + length :]
