"""The last entry that this controller wrote, remembered outside the database.

Rows removed from the end of the record leave a chain that still fits; the witness (and,
further back, the signed checkpoints) say that there was more.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from infogere.record.chain import Head


def saw(state_dir: Path, url: str, head: Head) -> None:
    """Remember ``head`` unless a later one is remembered already."""
    path = _path(state_dir, url)
    # The entry is safe already: a witness that cannot be written proves less, but fails nobody.
    with suppress(OSError), os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if head.seq > _parse(file.read()).seq:
            file.seek(0)
            file.write(f"{head.seq} {head.hash}\n")
            file.truncate()


def remembered(state_dir: Path, url: str) -> Head:
    """The last entry that this controller wrote; ``seq`` 0 if none."""
    path = _path(state_dir, url)
    return _parse(path.read_text(encoding="ascii")) if path.exists() else Head(0, "")


def _parse(text: str) -> Head:
    seq, _, entry_hash = text.strip().partition(" ")
    return Head(int(seq), entry_hash) if seq.isdigit() else Head(0, "")


def _path(state_dir: Path, url: str) -> Path:
    # The address may hold a password: only its digest becomes a file name.
    return state_dir / f"record.witness-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
