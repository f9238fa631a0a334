"""The end of the chains inside one write transaction: the next entry's numbers, links and instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from infogere.record import chain, days, spool
from infogere.record.database import Database, RecordError
from infogere.record.entries import Correction, Entry, fields_of

_LAST = "SELECT seq, hash, recorded, kind FROM record_entry ORDER BY seq DESC LIMIT 1"
_LAST_OF_CONTRACT = """
SELECT contract_seq, hash FROM record_entry WHERE contract = :contract ORDER BY contract_seq DESC LIMIT 1
"""
_INSERT = """
INSERT INTO record_entry (seq, hash, kind, recorded, run, server, contract, contract_seq, body)
VALUES (:seq, :hash, :kind, :recorded, :run, :server, :contract, :contract_seq, :body)
"""


class Appender:
    """Puts entries after the last one.

    Attributes:
        head: the last entry.
        last_kind: its kind; empty if there is none.
        recorded: instant of recording of all that is appended.
    """

    def __init__(self, database: Database, now: datetime) -> None:
        self._database = database
        last = database.rows(_LAST)
        self.head = chain.Head(last[0][0], last[0][1]) if last else chain.EMPTY
        self.last_kind = str(last[0][3]) if last else ""
        previously = str(last[0][2]) if last else ""
        # The record is chronological (A-2-6) even when a clock was set back or two controllers disagree.
        self.recorded = max(chain.instant_text(now), previously)
        self._previously = previously or self.recorded

    def days_due(self, most: int | None = None) -> list[date]:
        """UTC days to be closed before anything else is recorded; none, nearly always.

        Args:
            most: more than that are refused.
        """
        if self._previously[:10] == self.recorded[:10]:
            return []
        try:
            due = days.due(self._previously, self.recorded)
        except ValueError as error:
            raise RecordError(f"entry {self.head.seq} is damaged", way_out="infogere record verify") from error
        if most is not None and len(due) > most:
            raise RecordError(
                f"the clock says {self.recorded[:10]}, {len(due)} days after the last entry of the record",
                way_out="set the clock; if it is right: `infogere record checkpoint --after-silence`",
            )
        return due

    def append(self, entry: Entry, salt: str | None = None) -> int:
        """Append one entry and return its ``seq``."""
        common, data = fields_of(entry)
        self._check_reference(entry)
        sealed = chain.seal(
            common,
            data,
            kind=entry.kind,
            clauses=entry.clauses,
            recorded=self.recorded,
            salt=salt or chain.new_salt(),
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
        self.head, self.last_kind = chain.Head(sealed.seq, sealed.hash), entry.kind
        self._previously = self.recorded
        return sealed.seq

    def holds(self, late: spool.Waiting) -> bool:
        """True if a spooled entry is in the record already: a crash or a lost answer came with its commit."""
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
