"""The Ed25519 key that signs checkpoints and exports: ``record.key`` in the state folder, mode 0600.

Public keys of other controllers that write to the same record are listed in ``record.trusted``
beside it, one line of 64 hex digits each.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from infogere.errors import InfogereError

KEY_FILE = "record.key"
TRUSTED_FILE = "record.trusted"


class SigningKey:
    """This controller's key; made on first use."""

    def __init__(self, state_dir: Path) -> None:
        path = state_dir / KEY_FILE
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(_load_or_make(path))
        except (OSError, ValueError) as error:
            raise InfogereError(
                f"signing key {path}: {error}", way_out="restore it from a backup; it must hold 64 hex digits"
            ) from error
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        return self._key.sign(message).hex()


def signature_fits(public: str, signature: str, message: bytes) -> bool:
    """Check a signature; ill-formed keys and signatures do not fit."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def trusted_keys(state_dir: Path) -> frozenset[str]:
    """Public keys whose checkpoints count here: our own, if it was made, and the listed ones."""
    listed = state_dir / TRUSTED_FILE
    keys = set(listed.read_text(encoding="ascii").split()) if listed.exists() else set()
    if (state_dir / KEY_FILE).exists():
        keys.add(SigningKey(state_dir).public)
    return frozenset(keys)


def _load_or_make(path: Path) -> bytes:
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails if another process was first: its key stands
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
