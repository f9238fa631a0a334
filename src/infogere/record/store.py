"""Append to the SLA record: one transaction per call, gapless, chained, on disk when it returns."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from infogere.record import chain, checkpoint, spool, witness
from infogere.record.database import Database, RecordError, connect
from infogere.record.entries import Checkpoint, Correction, Entry, fields_of
from infogere.record.migrate import ensure_current
from infogere.record.reading import Reader

Made = TypeVar("Made", bound=Entry)

_LAST = "SELECT seq, hash, recorded FROM record_entry ORDER BY seq DESC LIMIT 1"
_LAST_OF_CONTRACT = """
SELECT contract_seq, hash FROM record_entry WHERE contract = :contract ORDER BY contract_seq DESC LIMIT 1
"""
_INSERT = """
INSERT INTO record_entry (seq, hash, kind, recorded, run, server, contract, contract_seq, body)
VALUES (:seq, :hash, :kind, :recorded, :run, :server, :contract, :contract_seq, :body)
"""


class Store:
    """The record, opened for writing; use as a context manager.

    Args:
        url: ``record_url``.
        state_dir: folder of the signing key, the spool and the witness.
        wait: seconds to wait for other writers.
    """

    def __init__(self, url: str, state_dir: Path, *, wait: float = 10.0) -> None:
        self._url = url
        self._state_dir = state_dir
        _make_folder(state_dir)
        self._database = connect(url, create=True, wait=wait)
        try:
            ensure_current(self._database, url)
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()

    def append(self, entry: Entry, *, now: datetime | None = None) -> int:
        """Append one entry and return its ``seq``; raises ``RecordError`` and then nothing was written.

        Entries that wait in the spool go first. The first append of a UTC day is preceded by a
        checkpoint over everything before it.
        """
        return self.append_made(lambda _: entry, now=now)[0]

    def append_made(self, make: Callable[[Reader], Made], *, now: datetime | None = None) -> tuple[int, Made]:
        """Append an entry that depends on what the record holds, such as one with the next free number.

        ``make`` reads the record while no other writer can change it; whatever it raises ends the
        transaction, and nothing was written. Returns the entry and its ``seq``.
        """
        with self.writing(now=now) as transaction:
            entry = make(transaction.reader)
            return transaction.append(entry), entry

    @contextmanager
    def writing(self, *, now: datetime | None = None) -> Iterator[Transaction]:
        """One transaction, alone among all writers: entries, and rows of tables beside the record's.

        Commits when the block ends; whatever the block raises ends it, and nothing was written.
        """
        with spool.draining(self._state_dir) as waiting, self._database.writing():
            transaction = Transaction(self._database, self._state_dir, now or datetime.now(UTC), waiting)
            yield transaction
        witness.saw(self._state_dir, self._url, transaction.head)

    def checkpoint(self, terms: str, *, now: datetime | None = None) -> int:
        """Append a signed checkpoint over all entries; returns its ``seq``."""
        with self._database.writing():
            appender = _Appender(self._database, now or datetime.now(UTC))
            seq = appender.append(checkpoint.compute(self._database, self._state_dir, terms))
        witness.saw(self._state_dir, self._url, appender.head)
        return seq


def _make_folder(state_dir: Path) -> None:
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(
            f"state folder {state_dir} cannot be made: {error.strerror}", way_out="set state_dir in ansible.cfg"
        ) from error


class Transaction:
    """What may be done inside ``Store.writing``.

    Entries that wait in the spool go before anything else; the first entry of a UTC day is preceded by a
    checkpoint over everything before it.
    """

    def __init__(self, database: Database, state_dir: Path, now: datetime, waiting: tuple[spool.Waiting, ...]) -> None:
        self._database = database
        self._state_dir = state_dir
        self._appender = _Appender(database, now)
        self.reader = Reader.over(database)
        for late in waiting:
            if not self._appender.holds(late):
                self._append(late.entry, late.salt)

    @property
    def clock(self) -> datetime:
        """The record's clock: now, or the last time of recording where that is later."""
        return datetime.fromisoformat(self._appender.recorded)

    @property
    def head(self) -> chain.Head:
        return self._appender.head

    def append(self, entry: Entry) -> int:
        """Append one entry and return its ``seq``."""
        if isinstance(entry, Checkpoint):
            raise RecordError("a checkpoint is computed, not given", way_out="use Store.checkpoint")
        return self._append(entry)

    def rows(self, sql: str, **parameters: object) -> Sequence[tuple[Any, ...]]:
        """One statement on a table beside the record's own, see ``Database.rows``."""
        return self._database.rows(sql, **parameters)

    def _append(self, entry: Entry, salt: str | None = None) -> int:
        if self._appender.first_of_the_day:
            self._appender.append(checkpoint.compute(self._database, self._state_dir, entry.terms))
        return self._appender.append(entry, salt)


class _Appender:
    """The end of the chain, inside one write transaction."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database = database
        last = database.rows(_LAST)
        self.head = chain.Head(last[0][0], last[0][1]) if last else chain.EMPTY
        previously = str(last[0][2]) if last else ""
        # The record is chronological (A-2-6) even when a clock was set back or two controllers disagree.
        self.recorded = max(chain.instant_text(now), previously)
        self.first_of_the_day = bool(last) and self.recorded[:10] > previously[:10]

    def append(self, entry: Entry, salt: str | None = None) -> int:
        common, data = fields_of(entry)
        self._check_reference(entry)
        sealed = chain.seal(
            common,
            data,
            kind=entry.kind,
            clauses=entry.clauses,
            recorded=self.recorded,
            salt=salt or secrets.token_hex(16),
            head=self.head,
            contract_head=self._contract_head(entry.contract),
        )
        self._database.rows(
            _INSERT,
            seq=sealed.seq,
            hash=sealed.hash,
            kind=entry.kind,
            recorded=self.recorded,
            run=entry.run,
            server=entry.server,
            contract=entry.contract,
            contract_seq=sealed.contract_seq,
            body=sealed.body,
        )
        self.head = chain.Head(sealed.seq, sealed.hash)
        self.first_of_the_day = False
        return sealed.seq

    def holds(self, late: spool.Waiting) -> bool:
        """True if a spooled entry is in the record already: a crash came between commit and clearing."""
        bodies: list[Any] = [
            body
            for (body,) in self._database.rows(
                "SELECT body FROM record_entry WHERE run = :run AND server = :server AND kind = :kind",
                run=late.entry.run,
                server=late.entry.server,
                kind=late.entry.kind,
            )
        ]
        return any(late.salt.encode() in bytes(body) for body in bodies)

    def _contract_head(self, contract: str | None) -> chain.Head:
        if contract is None:
            return chain.EMPTY
        last = self._database.rows(_LAST_OF_CONTRACT, contract=contract)
        return chain.Head(*last[0]) if last else chain.EMPTY

    def _check_reference(self, entry: Entry) -> None:
        named = entry.corrects if isinstance(entry, Correction) else entry.follows
        if named is not None and named > self.head.seq:
            raise RecordError(
                f"entry {named} is named but does not exist; the record ends at {self.head.seq}",
                way_out="see `infogere record list`",
            )
