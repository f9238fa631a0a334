"""Where the end of a run waits while the record cannot be written.

One file of JSON lines in the state folder, each on disk before the caller goes on. The next
append to the record takes them first, in their order.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from infogere.record.database import RecordError
from infogere.record.entries import Entry, fields_of, model_of

SPOOL_FILE = Path("spool", "record.jsonl")
UNREADABLE_FILE = Path("spool", "record.unreadable")


@dataclass(frozen=True)
class Waiting:
    """An entry that waits; the salt it will be stored with tells whether it was stored already."""

    entry: Entry
    salt: str


def put(state_dir: Path, entry: Entry, salt: str) -> Path:
    """Write one entry to the spool and return the file; only for what has happened already.

    Args:
        salt: the one with which the record was to store it: it may have done so, and only its answer was lost.
    """
    if not entry.after_the_fact:
        raise RecordError(f"{entry.kind} is written before the action or the action does not happen")
    path = state_dir / SPOOL_FILE
    common, data = fields_of(entry)
    line = json.dumps({"kind": entry.kind, "fields": {**common, **data}, "salt": salt})
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path) as file:
            file.seek(0, os.SEEK_END)
            file.write(line.encode() + b"\n")
            _to_disk(file)
    except OSError as error:
        raise RecordError(
            f"neither the record nor its spool {path} can be written: {error.strerror}",
            way_out="free the disk; `infogere record verify` will show this run as unfinished",
        ) from error
    return path


@contextmanager
def draining(state_dir: Path) -> Iterator[tuple[Waiting, ...]]:
    """The waiting entries, in order; the spool is emptied when the block ends well."""
    path = state_dir / SPOOL_FILE
    try:
        empty = path.stat().st_size == 0
    except FileNotFoundError:
        empty = True
    if empty:
        yield ()
        return
    # The file is emptied, never removed: a writer that waits for the lock has it open already.
    with _locked(path) as file:
        waiting, unreadable = _parse(file.read())
        yield waiting
        if unreadable:
            _keep_unreadable(state_dir / UNREADABLE_FILE, unreadable)
        file.truncate(0)
        _to_disk(file)


def count(state_dir: Path) -> tuple[int, int]:
    """Numbers of waiting and of unreadable lines."""
    files = (state_dir / SPOOL_FILE, state_dir / UNREADABLE_FILE)
    waiting, unreadable = (len(file.read_bytes().splitlines()) if file.exists() else 0 for file in files)
    return waiting, unreadable


def _parse(content: bytes) -> tuple[tuple[Waiting, ...], list[bytes]]:
    """Entries, and the lines that are none: the last one may be torn by a crash."""
    waiting: list[Waiting] = []
    unreadable: list[bytes] = []
    for line in content.splitlines():
        try:
            value = json.loads(line)
            model = model_of(value["kind"])
            if model is None:
                raise ValueError(value["kind"])
            waiting.append(Waiting(model.model_validate(value["fields"]), str(value["salt"])))
        except (ValueError, KeyError, TypeError, ValidationError):
            unreadable.append(line)
    return tuple(waiting), unreadable


def _keep_unreadable(path: Path, lines: list[bytes]) -> None:
    with _locked(path) as file:
        file.seek(0, os.SEEK_END)
        file.writelines(line + b"\n" for line in lines)
        _to_disk(file)


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
