"""The record in PostgreSQL, for several controllers; the driver psycopg is the extra ``postgresql``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from infogere.record.database import WRITER_LOCK, RecordError, RecordOutOfReach

try:
    import psycopg
except ImportError as error:
    raise RecordError(
        "record_url names PostgreSQL, but its driver is not installed",
        way_out="pip install 'infogere[postgresql]'",
    ) from error

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


class PostgreSQL:
    """One connection to ``url``."""

    def __init__(self, url: str, *, wait: float) -> None:
        self._wait = wait
        try:
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=max(1, round(wait)))
        except psycopg.Error as error:
            raise RecordOutOfReach(
                f"record in PostgreSQL cannot be opened: {_one_line(error)}",
                way_out="check record_url and the server",
            ) from error

    @property
    def address(self) -> str:
        info = self._connection.info
        return f"postgresql://{info.host}:{info.port}/{info.dbname}"

    def rows(self, sql: str, **parameters: object) -> Sequence[tuple[Any, ...]]:
        # Statements are constants of this package; values travel apart from them.
        statement = _PARAMETER.sub(r"%(\1)s", sql).encode()
        try:
            cursor = self._connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise self._unusable(error) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        try:
            with self._connection.transaction():
                self.rows(f"SET LOCAL lock_timeout = '{round(self._wait * 1000)}ms'")
                # The next statement sees what the previous holder of the lock has committed.
                self.rows("SELECT pg_advisory_xact_lock(:number)", number=WRITER_LOCK)
                yield
        except psycopg.Error as error:  # the server went away between two statements: at BEGIN or COMMIT
            raise self._unusable(error) from error

    def guards(self) -> frozenset[str]:
        found = self.rows(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'record_entry'::regclass"
            " AND NOT tgisinternal AND tgenabled <> 'D'"
        )
        return frozenset(str(name) for (name,) in found)

    def guards_expected(self) -> frozenset[str]:
        guards = ("no_update", "no_delete", "no_truncate", "in_turn")
        return frozenset(f"record_entry_{guard}" for guard in guards)

    def damage(self) -> Iterator[str]:
        """PostgreSQL checks its pages as it reads them (data checksums); nothing to add."""
        return iter(())

    def index_sums(self) -> dict[str, list[tuple[str | None, int, int]]]:
        """PostgreSQL has ``amcheck`` for its indexes, for those who may load it."""
        return {}

    def close(self) -> None:
        self._connection.close()

    def _unusable(self, error: psycopg.Error) -> RecordError:
        return RecordError(
            f"record at {self.address} cannot be used: {_one_line(error)}",
            way_out="check the server; then `infogere record verify`",
        )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
