"""Read the SLA record: typed entries, unfinished runs, the last state of each server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any, NamedTuple, Self

from infogere.record import chain
from infogere.record.database import Database, RecordError, RecordMissing, connect
from infogere.record.entries import COMMON_FIELDS, Entry, model_of
from infogere.record.findings import Point
from infogere.record.migrate import version

_BATCH = 2000
_HASHES = "SELECT hash FROM record_entry WHERE seq > :after AND seq <= :last ORDER BY seq"
_REDACTED = """
SELECT seq, hash, kind, recorded, run, server, contract, contract_seq,
  CASE WHEN contract = :contract OR (contract IS NULL AND kind IN ('checkpoint', 'key')) THEN body END
FROM record_entry WHERE seq > :after AND seq <= :last ORDER BY seq
"""
_NEVER = 2**53  # beyond every seq
_FEW = 500  # up to so many servers, one index look-up each is quicker than grouping all states


class _Row(NamedTuple):
    seq: int
    hash: str
    kind: str
    recorded: str
    run: str | None
    server: str | None
    contract: str | None
    contract_seq: int | None
    body: bytes


Row = tuple[int, str, str, str, str | None, str | None, str | None, int | None, bytes]
"""The columns of a ``StoredEntry``; of a damaged row any of them may be of another type."""
_COLUMNS = ", ".join(_Row._fields)
_ROWS = f"SELECT {_COLUMNS} FROM record_entry WHERE seq > :after AND seq <= :last ORDER BY seq LIMIT :limit"  # noqa: S608


class StoredEntry(_Row):
    """One row of the record.

    The columns are what searches use; ``fields`` and ``data`` come from the body and are
    believed only if its hash fits (``RecordError`` otherwise).
    """

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> StoredEntry:
        body = row[8]
        if type(body) is not bytes:
            row = (*row[:8], body.encode() if isinstance(body, str) else bytes(body))
        return cls._make(row)

    @property
    def label(self) -> str:
        """How findings name it."""
        return f"entry {self.seq} ({self.kind}, {self.recorded})"

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The whole body."""
        try:
            if chain.entry_hash(self.body) == self.hash:
                fields: Mapping[str, Any] = json.loads(self.body)
                return fields
        except ValueError:
            pass
        raise RecordError(f"entry {self.seq} of the record is damaged", way_out="infogere record verify")

    @property
    def data(self) -> Mapping[str, Any]:
        """What this kind of entry says, e.g. ``{"from": "active", "to": "isolated", ...}``."""
        data: Mapping[str, Any] = self.fields["data"]
        return data

    @property
    def at(self) -> datetime:
        """Instant of the event, UTC."""
        return datetime.fromisoformat(self.fields["at"])

    def typed(self) -> Entry | None:
        """The entry as its model; None for a kind of a later release."""
        model = model_of(self.kind)
        common = {name: self.fields[name] for name in COMMON_FIELDS}
        return model.model_validate({**common, **self.data}) if model else None


class Reader:
    """The record, opened for reading; use as a context manager. ``RecordMissing`` if there is none yet."""

    def __init__(self, url: str) -> None:
        self._database = connect(url, create=False)
        if version(self._database) is None:
            self._database.close()
            raise RecordMissing(
                f"no record at {self._database.address} yet", way_out="the first playbook run begins it"
            )

    @classmethod
    def over(cls, database: Database) -> Self:
        """A reader on a connection that somebody else opened and will close."""
        reader = cls.__new__(cls)
        reader._database = database
        return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()

    @property
    def address(self) -> str:
        return self._database.address

    def guards_missing(self) -> frozenset[str]:
        """Triggers of the table that are gone or switched off."""
        return self._database.guards_expected() - self._database.guards()

    def damage(self) -> list[str]:
        return list(self._database.damage())

    def index_sums(self) -> dict[str, list[tuple[str | None, int, int]]]:
        return self._database.index_sums()

    def entry(self, seq: int) -> StoredEntry:
        found = self._select("WHERE seq = :seq", seq=seq)
        if not found:
            raise RecordError(f"the record has no entry {seq}", way_out="see `infogere record list`")
        return found[0]

    def entries(
        self,
        *,
        server: str | None = None,
        contract: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[StoredEntry]:
        """The newest ``limit`` entries that fit all filters, oldest first; ``since`` is by time of recording."""
        wanted: dict[str, object] = {
            "server = :server": server,
            "contract = :contract": contract,
            "kind = :kind": kind,
            "seq >= :first": self._first_since(since) if since else None,
        }
        conditions = [condition for condition, value in wanted.items() if value is not None]
        values = {condition.rpartition(":")[2]: wanted[condition] for condition in conditions}
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        # Within a contract both orders are one; this is the one that has an index.
        order = "seq" if contract is None else "contract_seq"
        return self._select(f"{where}ORDER BY {order} DESC LIMIT :limit", **values, limit=limit)[::-1]

    def newest_checkpoint(self) -> Point | None:
        """What the newest checkpoint signs; None if nothing is signed yet."""
        found = self.entries(kind="checkpoint", limit=1)
        return Point(found[0].data["size"], found[0].data["root"]) if found else None

    def stream(self, *, contract: str | None = None, up_to: int = _NEVER) -> Iterator[StoredEntry]:
        """All entries, or all of one contract, in order; memory stays small. ``up_to`` is the last ``seq``."""
        if contract is None:
            yield from map(StoredEntry.of, self.rows(up_to=up_to))
            return
        after = 0
        while batch := self._select(
            "WHERE contract = :contract AND contract_seq > :after ORDER BY contract_seq LIMIT :limit",
            contract=contract,
            after=after,
            limit=_BATCH,
        ):
            yield from batch
            after = batch[-1].contract_seq or 0

    def rows(self, *, up_to: int = _NEVER) -> Iterator[Row]:
        """All entries in order, as the database has them: for those who look at very many. ``up_to``: the last."""
        after = 0
        while batch := self._database.rows(_ROWS, after=after, last=up_to, limit=_BATCH):
            yield from batch
            after = batch[-1][0]

    def newest(self, kind: str) -> Iterator[StoredEntry]:
        """All entries of one kind, newest first; take as many as you need."""
        before = _NEVER
        while batch := self._select(
            "WHERE kind = :kind AND seq < :before ORDER BY seq DESC LIMIT :limit",
            kind=kind,
            before=before,
            limit=_BATCH,
        ):
            yield from batch
            before = batch[-1].seq

    def hashes(self, *, up_to: int) -> Iterator[str]:
        """Hashes of the first ``up_to`` entries, in order."""
        for seq in range(0, up_to, _BATCH):
            rows = self._database.rows(_HASHES, after=seq, last=min(seq + _BATCH, up_to))
            yield from (entry_hash for (entry_hash,) in rows)

    def redacted(self, contract: str, *, up_to: int) -> Iterator[StoredEntry | str]:
        """The first ``up_to`` entries, in order: those of a contract and the signed ones; of others only the hash."""
        for seq in range(0, up_to, _BATCH):
            rows = self._database.rows(_REDACTED, contract=contract, after=seq, last=min(seq + _BATCH, up_to))
            yield from (row[1] if row[8] is None else StoredEntry.of(row) for row in rows)

    def unfinished(self) -> list[StoredEntry]:
        """Begins of runs that have no end: killed, or still alive (the record cannot tell)."""
        suspects = self._database.rows(
            "SELECT run, server FROM record_entry WHERE run IS NOT NULL GROUP BY run, server"
            " HAVING sum(CASE kind WHEN 'run-begin' THEN 1 WHEN 'run-end' THEN -1 ELSE 0 END) > 0"
        )
        open_runs = OpenRuns()
        for run, server in suspects:
            for entry in self._select(
                "WHERE run = :run AND server = :server AND kind IN ('run-begin', 'run-end') ORDER BY seq",
                run=run,
                server=server,
            ):
                open_runs.see(entry)
        return open_runs.begins()

    def latest_states(self, servers: Iterable[str] | None = None) -> dict[str, StoredEntry]:
        """The last state entry of each server, or of the given ones; servers without one are left out."""
        wanted = None if servers is None else set(servers)
        if wanted is not None and len(wanted) <= _FEW:
            found = [
                entry
                for server in wanted
                for entry in self._select(
                    "WHERE kind = 'state' AND server = :server ORDER BY seq DESC LIMIT 1", server=server
                )
            ]
        else:
            found = self._select(
                "WHERE seq IN (SELECT max(seq) FROM record_entry WHERE kind = 'state' GROUP BY server)"
            )
        return {
            entry.server: entry
            for entry in found
            if entry.server is not None and (wanted is None or entry.server in wanted)
        }

    def _first_since(self, since: datetime) -> int:
        """Number of the first entry recorded at or after an instant: times of recording never go back."""
        wanted = chain.instant_text(since)
        first, end = 1, int(self._database.rows("SELECT coalesce(max(seq), 0) + 1 FROM record_entry")[0][0])
        while first < end:
            middle = (first + end) // 2
            found = self._database.rows("SELECT recorded FROM record_entry WHERE seq = :seq", seq=middle)
            # A gap is told by `verify`; here it must only not end the search.
            first, end = (middle + 1, end) if not found or found[0][0] < wanted else (first, middle)
        return first

    def _select(self, rest: str, **parameters: object) -> list[StoredEntry]:
        # ``rest`` is put together from constants of this module; values travel as parameters.
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM record_entry {rest}", **parameters)  # noqa: S608
        return [StoredEntry.of(row) for row in rows]


# Kinds that open and close a run.
RUN_KINDS = frozenset({"run-begin", "run-end"})


class OpenRuns:
    """Pairs begins with ends, per run and server, innermost first."""

    def __init__(self) -> None:
        self._open: dict[tuple[str | None, str | None], list[Row]] = {}

    def see(self, row: Row) -> bool:
        """Take note of one entry, in order; False for an end without a begin."""
        kind, place = row[2], row[4:6]
        if kind == "run-begin":
            begins = self._open.get(place)
            if begins is None:
                self._open[place] = [row]
            else:
                begins.append(row)
        elif kind == "run-end":
            begins = self._open.get(place)
            if not begins:
                return False
            begins.pop()
            if not begins:  # or a long record would fill the memory with runs that are over
                del self._open[place]
        return True

    def begins(self) -> list[StoredEntry]:
        """Those that found no end, in order."""
        found = (StoredEntry.of(row) for rows in self._open.values() for row in rows)
        return sorted(found, key=lambda entry: entry.seq)
