"""The Ed25519 key that signs checkpoints and exports.

Where it is stands in ``record.signer`` in the state folder: ``file:PATH``, or ``agent:SOCKET#PUBLIC`` for a key
that this user can use but not read. Without that file it is ``record.key`` in the same folder, mode 0600, made on
first use. ``record.trusted`` beside it lists further public keys that are known here, one line of 64 hex digits each.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Protocol

from infogere.record.agent import AgentKey, public_keys
from infogere.record.database import RecordError

KEY_FILE = "record.key"
SIGNER_FILE = "record.signer"
NEXT_FILE = "record.signer.next"
TRUSTED_FILE = "record.trusted"


class Signer(Protocol):
    """Who signs; ``public`` is the key in hex."""

    public: str

    def sign(self, message: bytes) -> str:
        """Signature in hex."""


class FileKey:
    """A key in a file that holds its 32 bytes as 64 hex digits."""

    def __init__(self, path: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        try:
            content = path.read_text(encoding="ascii")
            self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content.strip()))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not 64 hex digits"
            raise RecordError(
                f"signing key {path}: {reason}",
                way_out="restore it from a backup; a lost one is replaced by `infogere record rotate-key --lost`",
            ) from error
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        return self._key.sign(message).hex()


def signer(state_dir: Path, *, make: bool = False) -> Signer:
    """This controller's key.

    Args:
        make: make ``record.key`` if it is missing; not where the record has been signed before.
    """
    if make and not (state_dir / SIGNER_FILE).exists():
        make_key(state_dir / KEY_FILE)
    return open_signer(state_dir, spec_of(state_dir))


def signer_in_force(state_dir: Path, in_force: AbstractSet[str]) -> Signer:
    """This controller's key, which must be one of those that the record accepts (none: it is new).

    A rotation that was cut off after its entry is brought to its end.
    """
    following = state_dir / NEXT_FILE
    if in_force and following.exists():
        candidate = open_signer(state_dir, following.read_text(encoding="utf-8").strip())
        if candidate.public in in_force:
            following.replace(state_dir / SIGNER_FILE)
            return candidate
    own = signer(state_dir, make=not in_force)
    if in_force and own.public not in in_force:
        raise RecordError(
            f"the record does not know this controller's key {own.public}",
            way_out="on a controller whose key it knows: `infogere record trust-key KEY`; or restore the former key",
        )
    return own


def open_signer(state_dir: Path, spec: str) -> Signer:
    """The key that ``file:PATH`` or ``agent:SOCKET#PUBLIC`` names; paths are relative to the state folder."""
    scheme, _, rest = spec.partition(":")
    if scheme == "file" and rest:
        return FileKey(state_dir / rest)
    place, _, public = rest.partition("#")
    if scheme == "agent" and place and (not public or re.fullmatch("[0-9a-f]{64}", public)):
        return AgentKey(state_dir / place, public or _only_key(state_dir / place))
    raise RecordError(f"{spec!r} names no signing key", way_out="write file:PATH or agent:SOCKET#PUBLICKEY")


def trusted_keys(state_dir: Path) -> frozenset[str]:
    """Public keys that are known here: our own, if it can be told without asking an agent, and the listed ones."""
    listed = state_dir / TRUSTED_FILE
    keys = set(listed.read_text(encoding="ascii").split()) if listed.exists() else set()
    scheme, _, rest = spec_of(state_dir).partition(":")
    if scheme == "agent":
        keys.add(rest.rpartition("#")[2])
    elif os.access(state_dir / rest, os.R_OK):
        keys.add(FileKey(state_dir / rest).public)
    return frozenset(keys)


def make_key(path: Path) -> None:
    """Make a key file unless there is one; of two processes at once the first one's key stands."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if path.exists():
        return
    write(path, Ed25519PrivateKey.generate().private_bytes_raw().hex(), replace=False)


def write(path: Path, line: str, *, replace: bool) -> None:
    """Put one line into a file of the owner's alone: whole and on disk, or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
            if replace:
                draft.replace(path)
            else:
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError:
        return
    except OSError as error:
        raise RecordError(f"{path} cannot be written: {error.strerror}", way_out="check the state folder") from error


def spec_of(state_dir: Path) -> str:
    path = state_dir / SIGNER_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else f"file:{KEY_FILE}"


def _only_key(path: Path) -> str:
    held = public_keys(path)
    if len(held) != 1:
        raise RecordError(
            f"signing agent {path} holds {len(held)} Ed25519 keys: " + (", ".join(held) or "none"),
            way_out=f"name one: agent:{path}#KEY" if held else "add one with ssh-add",
        )
    return held[0]
