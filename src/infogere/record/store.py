"""Append to the SLA record: one transaction per call, gapless, chained, on disk when it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from infogere.record import chain, days, spool, witness
from infogere.record.appender import Appender
from infogere.record.database import Database, RecordError, RecordMissing, connect
from infogere.record.entries import Entry
from infogere.record.migrate import ensure_current
from infogere.record.reading import Reader

if TYPE_CHECKING:
    from infogere.record.checkpoint import Notary
    from infogere.record.keys import Signer

Made = TypeVar("Made", bound=Entry)

# Kinds that only this module may write: each is signed over everything before it.
SIGNED = frozenset({"checkpoint", "key"})
# More quiet days than that are rather a wrong clock, which the record could never take back.
LONGEST_SILENCE = 366


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
        expected = witness.remembered(state_dir, url)
        try:
            self._database = connect(url, create=not expected.seq, wait=wait)
        except RecordMissing:
            raise witness.gap(chain.EMPTY, expected) from None
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

    def append(self, entry: Entry, *, now: datetime | None = None, salt: str | None = None) -> int:
        """Append one entry and return its ``seq``.

        Raises ``RecordError``, and then nothing was written; only a server that goes away in the middle of the commit
        leaves that open. ``happened.keep`` is for entries that must be there once.

        Entries that wait in the spool go first. Before the first entry of a UTC day, every day that has
        passed since the last one is closed by a signed checkpoint.
        """
        with self.writing(now=now) as transaction:
            return transaction.append(entry, salt)

    def append_all(self, entries: Iterable[Entry], *, now: datetime | None = None) -> list[int]:
        """Append entries in one transaction, all or none; returns their ``seq``."""
        with self.writing(now=now) as transaction:
            return [transaction.append(entry) for entry in entries]

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
        with spool.draining(self._state_dir) as waiting, self._alone(now) as transaction:
            transaction.take_in(waiting)
            yield transaction
        witness.saw(self._state_dir, self._url, transaction.head)

    def close_days(self, terms: str, *, now: datetime | None = None, after_silence: bool = False) -> list[int]:
        """Sign a checkpoint for every UTC day that is over and has none; returns their ``seq``.

        Args:
            after_silence: also after more days than a wrong clock would be suspected for.
        """
        with self._signing(now) as transaction:
            return transaction.close_days(terms, after_silence=after_silence)

    def checkpoint(self, terms: str, *, now: datetime | None = None, after_silence: bool = False) -> int:
        """Sign all entries so far, unless the last one does; returns the ``seq`` of the checkpoint."""
        with self._signing(now) as transaction:
            return transaction.checkpoint(terms, after_silence=after_silence)

    def change_key(
        self, terms: str, key: str, *, retires: str | None, signer: Signer | None = None, now: datetime | None = None
    ) -> int:
        """Name a key that may sign from here on, signed by this controller's; returns the entry's ``seq``.

        Args:
            key: the public key, in hex.
            retires: the key that may not sign any more.
            signer: who signs; the new key itself where the old one is lost.
        """
        with self._signing(now) as transaction:
            return transaction.change_key(terms, key, retires=retires, signer=signer)

    def keys_in_force(self) -> frozenset[str]:
        """Public keys that may sign the record now; none if nobody has signed it yet."""
        from infogere.record.checkpoint import keys_in_force

        return keys_in_force(self._database)

    @contextmanager
    def _signing(self, now: datetime | None) -> Iterator[Transaction]:
        """A transaction that leaves the spool alone: what waits there must not keep a day from being closed."""
        with self._alone(now) as transaction:
            yield transaction
        witness.saw(self._state_dir, self._url, transaction.head)

    @contextmanager
    def _alone(self, now: datetime | None) -> Iterator[Transaction]:
        """A transaction that goes on from the last entry that this controller wrote; refused where that is gone."""
        with self._database.writing():
            transaction = Transaction(self._database, self._state_dir, now or datetime.now(UTC))
            expected = witness.remembered(self._state_dir, self._url)
            if not transaction.holds(expected):
                raise witness.gap(transaction.head, expected)
            yield transaction


def _make_folder(state_dir: Path) -> None:
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(
            f"state folder {state_dir} cannot be made: {error.strerror}", way_out="set state_dir in ansible.cfg"
        ) from error


class Transaction:
    """What may be done inside ``Store.writing``."""

    def __init__(self, database: Database, state_dir: Path, now: datetime) -> None:
        self._database = database
        self._state_dir = state_dir
        self._appender = Appender(database, now)
        self.reader = Reader.over(database)

    @property
    def clock(self) -> datetime:
        """The record's clock: now, or the last time of recording where that is later."""
        return datetime.fromisoformat(self._appender.recorded)

    @property
    def head(self) -> chain.Head:
        return self._appender.head

    def holds(self, expected: chain.Head) -> bool:
        """True if the record has this entry; the empty head is in every record."""
        if not expected.seq:
            return True
        if expected.seq == self.head.seq:
            return expected.hash == self.head.hash
        found = self.rows("SELECT hash FROM record_entry WHERE seq = :seq", seq=expected.seq)
        return [row[0] for row in found] == [expected.hash]

    def append(self, entry: Entry, salt: str | None = None) -> int:
        """Append one entry and return its ``seq``; ``salt``: see ``spool.put``."""
        if entry.kind in SIGNED:
            raise RecordError(f"a {entry.kind} is computed, not given", way_out="use Store.checkpoint")
        return self._append(entry, salt)

    def rows(self, sql: str, **parameters: object) -> Sequence[tuple[Any, ...]]:
        """One statement on a table beside the record's own, see ``Database.rows``."""
        return self._database.rows(sql, **parameters)

    def take_in(self, waiting: Iterable[spool.Waiting]) -> None:
        """Append what waited in the spool."""
        for late in waiting:
            if not self._appender.holds(late):
                self._append(late.entry, late.salt)

    def close_days(self, terms: str, *, after_silence: bool = False) -> list[int]:
        """Close every UTC day that is over; returns the checkpoints' ``seq``."""
        due = self._appender.days_due(None if after_silence else LONGEST_SILENCE)
        return self._close(due, self._notary(), terms) if due else []

    def checkpoint(self, terms: str, *, after_silence: bool = False) -> int:
        """Sign all entries so far, unless the last one does; returns the ``seq`` of the checkpoint."""
        self.close_days(terms, after_silence=after_silence)
        if self._appender.last_kind != "checkpoint":
            self._appender.append(self._notary().checkpoint(terms))
        return self.head.seq

    def change_key(self, terms: str, key: str, *, retires: str | None, signer: Signer | None) -> int:
        """Name a key that may sign from here on; returns the entry's ``seq``."""
        due = self._appender.days_due()
        notary = self._notary(signer)
        if signer is None:
            self._close(due, notary, terms)
        seq = self._appender.append(notary.key_change(terms, key, retires))
        notary.saw(self.head.hash)
        if signer is not None:  # before that entry nobody was left who could close the days
            self._close(due, notary, terms)
        return seq

    def _append(self, entry: Entry, salt: str | None = None) -> int:
        self.close_days(entry.terms)
        return self._appender.append(entry, salt)

    def _close(self, due: list[date], notary: Notary, terms: str) -> list[int]:
        closed = []
        for day in due:
            late = days.is_late(day, self._appender.recorded)
            closed.append(self._appender.append(notary.checkpoint(terms, day=day.isoformat(), late=late)))
            notary.saw(self.head.hash)
        return closed

    def _notary(self, signer: Signer | None = None) -> Notary:
        from infogere.record.checkpoint import Notary  # signing: once a day, not in every append

        return Notary(self._database, self._state_dir, signer)
