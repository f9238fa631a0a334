"""The record in an SQLite file: WAL, every commit on disk, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from infogere.record.database import RecordError, RecordMissing, RecordOutOfReach

# What the file's surroundings refuse; all other errors are about what is in it.
_OUT_OF_REACH = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)

# INDEXED BY makes it a scan of the index alone.
_INDEX_SUMS = {
    f"record_entry_{name}": (
        f"SELECT {value}, count(*), sum(seq) FROM record_entry INDEXED BY record_entry_{name} {rest}"  # noqa: S608
    )
    for name, value, rest in (
        ("contract", "contract", "GROUP BY contract"),
        ("server", "server", "GROUP BY server"),
        ("kind", "kind", "GROUP BY kind"),
        ("run", "NULL", ""),
        ("state", "kind", "WHERE kind = 'state' GROUP BY kind"),
    )
}


class SQLite:
    """One connection to the file at ``path``."""

    def __init__(self, path: Path, *, create: bool, wait: float) -> None:
        self.path = path
        if not path.exists():
            if not create:
                raise RecordMissing(f"no record at {path} yet", way_out="the first playbook run begins it")
            self._make()
        with self._translated("opened"):
            # Autocommit: transactions are ours (BEGIN IMMEDIATE), not the driver's guess.
            self._connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=rw", uri=True, timeout=wait, isolation_level=None
            )
            # An entry that was acknowledged survives a power cut.
            self._connection.execute("PRAGMA synchronous = FULL")

    @property
    def address(self) -> str:
        return str(self.path)

    def rows(self, sql: str, **parameters: object) -> Sequence[tuple[Any, ...]]:
        with self._translated("used"):
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
            # Damaged text must be shown, not stop the reader that looks for the damage.
            self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            try:
                return self._connection.execute(sql, parameters).fetchall()
            finally:
                self._connection.text_factory = str

    @contextmanager
    def writing(self) -> Iterator[None]:
        # IMMEDIATE: the head of the chain is read under the write lock, so no two writers see the same one.
        self.rows("BEGIN IMMEDIATE")
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def guards(self) -> frozenset[str]:
        return frozenset(name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"))

    def guards_expected(self) -> frozenset[str]:
        return frozenset({"record_entry_no_update", "record_entry_no_delete", "record_entry_in_turn"})

    def damage(self) -> Iterator[str]:
        """Pages and rows of the file; what the indexes say is compared by the verification (``tally``)."""
        for (line,) in self.rows("PRAGMA quick_check(20)"):
            if line != "ok":
                yield str(line)

    def index_sums(self) -> dict[str, list[tuple[str | None, int, int]]]:
        # An index that is not there hides nothing: searches read the table.
        there = {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'index'")}
        return {
            name: [(row[0], row[1], row[2]) for row in self.rows(sql)]
            for name, sql in _INDEX_SUMS.items()
            if name in there
        }

    def close(self) -> None:
        self._connection.close()

    def _make(self) -> None:
        """Create the file, readable by its owner alone, in WAL mode (the mode stays with the file)."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        except OSError as error:
            raise RecordError(
                f"record {self.path} cannot be made: {error.strerror}",
                way_out="make the folder writable, or set record_url",
            ) from error
        with self._translated("made"):
            connection = sqlite3.connect(self.path, timeout=10)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.close()

    @contextmanager
    def _translated(self, verb: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # The lower byte is the class of an error. The driver's own have none: a wrong call, text that is none.
            refused = getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUT_OF_REACH
            raise (RecordOutOfReach if refused else RecordError)(
                f"record {self.path} cannot be {verb}: {error}",
                way_out="check the file, its folder and the disk; then `infogere record verify`",
            ) from error
