"""Where the private CA keeps its files, and how they are written."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

from infogere.errors import InfogereError

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def pki_dir(state_dir: Path) -> Path:
    """The CA's folder."""
    return state_dir / "pki"


def ca_path(state_dir: Path) -> Path:
    """The CA's certificate in PEM: the one file that clients of the servers have to trust."""
    return pki_dir(state_dir) / "ca.pem"


def ca_key_path(state_dir: Path) -> Path:
    """The CA's private key."""
    return pki_dir(state_dir) / "ca-key.pem"


def issued_dir(state_dir: Path, server: str, name: str) -> Path:
    """Folder of the certificate ``name`` of ``server``; refuses names that would leave the CA's folder."""
    for part in (server, name):
        if not SAFE_NAME.fullmatch(part):
            raise InfogereError(
                f"{part!r} cannot name a certificate", way_out="use letters, digits, dot, dash and underscore"
            )
    return pki_dir(state_dir) / "servers" / server / name


@contextlib.contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    """Hold the CA alone: Ansible's forks ask for certificates at the same time."""
    folder = pki_dir(state_dir)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise InfogereError(
            f"{folder} cannot be written: {error.strerror}", way_out="set state_dir to a folder of your own"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write(path: Path, data: bytes, mode: int) -> None:
    """Replace ``path`` at once: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
