"""Put a statement on record: what it says under both profiles, and the digests of its pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from infogere.errors import InfogereError
from infogere.record.kinds.money import Priced, StatementIssued
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.sla.result import Result
from infogere.statements.build import proof
from infogere.statements.model import Statement


@dataclass(frozen=True)
class Pages:
    """One statement in one language."""

    language: str
    html: bytes
    pdf: bytes | None

    @property
    def html_digest(self) -> str:
        return hashlib.sha256(self.html).hexdigest()

    @property
    def pdf_digest(self) -> str | None:
        return hashlib.sha256(self.pdf).hexdigest() if self.pdf is not None else None


def issued(reader: Reader, statement: Statement, pages: Pages) -> int | None:
    """``seq`` of the entry that says the same already; None: there is none.

    The same is: same month and language, computed from the same end of the chain, same page. A PDF is
    made from the page, so that a first PDF of an issued page is no new statement.
    """
    head = statement.head
    limit = 20
    while True:
        entries = reader.entries(contract=head.contract, kind=StatementIssued.kind, limit=limit)
        for entry in reversed(entries):
            if entry.data["head_seq"] < statement.proof.seq:
                return None
            if entry.data["head_hash"] == statement.proof.hash and entry.data["html_digest"] == pages.html_digest:
                return entry.seq
        if len(entries) < limit:
            return None
        limit *= 10


def issue(store: Store, statement: Statement, pages: Pages, now: datetime) -> int:
    """Append the ``statement`` entry and return its ``seq``.

    Raises:
        InfogereError: the month is not over, or the contract's chain has grown since it was read.
    """
    head = statement.head
    if head.provisional:
        raise InfogereError(
            f"{head.month:%Y-%m} is not over: its statement is provisional and does not go on record",
            way_out="ask again when the month is over",
        )

    def entry(reader: Reader) -> StatementIssued:
        if proof(reader, head.contract).seq != statement.proof.seq:
            raise InfogereError(
                f"the record of {head.contract} grew while its statement was made", way_out="run the command again"
            )
        return StatementIssued(
            terms=head.terms,
            at=now,
            contract=head.contract,
            month=f"{head.month:%Y-%m}",
            language=pages.language,
            head_seq=statement.proof.seq,
            head_hash=statement.proof.hash,
            priced=(priced(statement.both.customer), priced(statement.both.provider)),
            html_digest=pages.html_digest,
            pdf_digest=pages.pdf_digest,
        )

    return store.append_made(entry, now=now)[0]


def priced(result: Result) -> Priced:
    """The figures of one profile, as the record keeps them."""
    measured = result.month.availability
    return Priced(
        profile=result.profile,
        rate=None if measured.rate is None else f"{measured.rate:f}",
        unavailable_s=measured.unavailable_s,
        planned_s=measured.planned_s,
        breach=result.month.breach,
        gtd_percent=f"{result.gtd.percent.normalize():f}",
        gtd_amount=f"{result.gtd.amount:.2f}",
        gtr_percent=f"{result.gtr.percent.normalize():f}",
        gtr_amount=f"{result.gtr.amount:.2f}",
        total_percent=f"{result.total.percent.normalize():f}",
        total_amount=f"{result.total.amount:.2f}",
    )
