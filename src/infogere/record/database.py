"""The two databases a record may live in, behind one small interface.

Statements are plain SQL that both understand, with ``:name`` parameters, run through the
database's own driver: SQLAlchemy, which makes the tables (``migrate``), takes 0.4 s to import,
and every playbook and every ``infogere record list`` would pay for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from infogere.errors import InfogereError

SQLITE_PREFIX = "sqlite:///"
POSTGRESQL_PREFIXES = ("postgresql://", "postgresql+psycopg://")
# Advisory lock of PostgreSQL's writers: the letters of "infogere" as a number.
WRITER_LOCK = 0x696E666F67657265


class RecordError(InfogereError):
    """The record cannot be read or written."""


class RecordMissing(RecordError):
    """There is no record at this address yet."""


class RecordOutOfReach(RecordError):
    """The database says nothing at all: rights, a lock, a full disk, no connection. That proves no change."""


class Database(Protocol):
    """One connection. Driver errors come out as ``RecordError``."""

    @property
    def address(self) -> str:
        """Where the record is, without a password."""

    def rows(self, sql: str, **parameters: object) -> Sequence[tuple[Any, ...]]:
        """Run one statement; all rows, none for a statement that returns nothing."""

    def writing(self) -> AbstractContextManager[None]:
        """One transaction, alone among all writers; commits at the end, rolls back on an error."""

    def guards(self) -> frozenset[str]:
        """Names of the triggers that keep the table append-only, those that are there and act."""

    def guards_expected(self) -> frozenset[str]:
        """Names of those that should be there."""

    def damage(self) -> Iterator[str]:
        """What the database's own check says of its file."""

    def index_sums(self) -> dict[str, list[tuple[str | None, int, int]]]:
        """For each index that can be asked alone: value, number of entries, sum of their ``seq``."""

    def close(self) -> None: ...


def connect(url: str, *, create: bool, wait: float = 10.0) -> Database:
    """Open the record's database.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://...``.
        create: make an SQLite file that is missing; otherwise that is ``RecordMissing``.
        wait: seconds to wait for another writer.
    """
    if url.startswith(SQLITE_PREFIX):
        from infogere.record.sqlite import SQLite

        return SQLite(sqlite_path(url), create=create, wait=wait)
    if url.startswith(POSTGRESQL_PREFIXES):
        from infogere.record.postgresql import PostgreSQL

        return PostgreSQL(url.replace("+psycopg", "", 1), wait=wait)
    scheme = url.partition(":")[0]
    raise RecordError(
        f"record_url: {scheme!r} is no database that a record can live in",
        way_out="use sqlite:///PATH or postgresql://USER@HOST/NAME",
    )


def sqlite_path(url: str) -> Path:
    return Path(url.removeprefix(SQLITE_PREFIX)).expanduser()
