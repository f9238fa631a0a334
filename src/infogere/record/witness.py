"""The last entry that this controller wrote, remembered outside the database.

Rows removed from the end of the record leave a chain that still fits; the witness (and,
further back, the signed checkpoints) say that there was more. ``Store`` writes nothing behind
such a gap: the new entries would take the place of the removed ones, in the witness too.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from infogere.record.chain import Head
from infogere.record.database import SQLITE_PREFIX, RecordError, sqlite_path


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
    try:
        return _parse(path.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        return Head(0, "")
    except OSError as error:
        raise RecordError(
            f"{path} cannot be read: {error.strerror}", way_out="run it as the user whose state folder that is"
        ) from error


def gap(head: Head, expected: Head) -> RecordError:
    """The refusal to go on where the record does not hold ``expected``, its own last entry as remembered."""
    if head.seq < expected.seq:
        found = f"the record ends at entry {head.seq}, but this controller wrote up to entry {expected.seq}"
    else:
        found = f"entry {expected.seq} of the record is not the one that this controller wrote"
    return RecordError(
        f"{found}; nothing is written behind that [A-2-6]",
        way_out="infogere record verify, then docs/runbooks.md: The record does not verify",
    )


def _parse(text: str) -> Head:
    seq, _, entry_hash = text.strip().partition(" ")
    return Head(int(seq), entry_hash) if seq.isdigit() else Head(0, "")


def _path(state_dir: Path, url: str) -> Path:
    # The address may hold a password: only its digest becomes a file name. A state folder may be put back elsewhere.
    address = url
    if url.startswith(SQLITE_PREFIX) and sqlite_path(url).is_relative_to(state_dir):
        address = SQLITE_PREFIX + str(sqlite_path(url).relative_to(state_dir))
    return state_dir / f"record.witness-{hashlib.sha256(address.encode()).hexdigest()[:12]}"
