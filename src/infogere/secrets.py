"""Secrets that the controller makes once and keeps: one file each, readable by its owner alone.

They are handed to servers as ``no_log`` parameters or inside rendered files; they are never printed and
never part of an argument list, a log or the record.
"""

from __future__ import annotations

import os
import re
import secrets
import string
from pathlib import Path

from infogere.errors import InfogereError

ALPHABET = string.ascii_letters + string.digits  # needs no quoting in SQL, shell, PHP or INI
LENGTH = 32  # characters; 190 bits
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


def path_of(state_dir: Path, server: str, name: str) -> Path:
    """File of the secret ``name`` of ``server``; refuses names that would leave the folder."""
    for part in (server, *name.split("/")):
        if not SAFE_NAME.fullmatch(part):
            raise InfogereError(
                f"{part!r} cannot name a secret", way_out="use letters, digits, dot, dash and underscore"
            )
    return state_dir / "secrets" / server / name


def get_or_create(state_dir: Path, server: str, name: str, length: int = LENGTH) -> str:
    """The secret ``name`` of ``server``, made at the first call; safe when several processes ask at once."""
    path = path_of(state_dir, server, name)
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = "".join(secrets.choice(ALPHABET) for _ in range(length))
    # Written aside and linked into place: the first of several callers wins, and nobody reads half a secret.
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(f"{secret}\n")
        os.fsync(stream.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return path.read_text(encoding="ascii").strip()


def forget(state_dir: Path, server: str, name: str) -> bool:
    """Remove a secret; True if there was one."""
    path = path_of(state_dir, server, name)
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed
