"""From a contract's part of the record to its statement: read once, compute, arrange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from infogere.errors import InfogereError
from infogere.record.entries import Checkpoint
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.money import StatementIssued
from infogere.record.reading import Reader, StoredEntry
from infogere.sla import compute, history, ledger, periods, recorded, sensitivity
from infogere.sla.incidents import seconds
from infogere.sla.model import History, Rules
from infogere.sla.periods import Period
from infogere.sla.result import Result
from infogere.statements import chapters, events, interventions
from infogere.statements.chapters import Frame, Retention
from infogere.statements.model import CellState, Head, Proof, Statement, YearCell
from infogere.terms import Profile

_KINDS = history.KINDS | chapters.KINDS
_FEW = 20  # entries that are looked at first


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for.

    Attributes:
        month: ``2026-10``.
        at: the present instant; what is recorded later is not read.
        profile: the reading in force.
        provider: name on top of the page (A-1-2).
    """

    contract: str
    month: str
    at: datetime
    profile: Profile
    provider: str
    terms: str | None = None
    example: bool = False


def load(reader: Reader, wanted: Wanted) -> Statement:
    """The statement of one contract and month.

    Raises:
        InfogereError: the contract is not in the record or not priced, or the month lies before its
            commissioning or has not begun.
    """
    entries = ledger.entries(reader, wanted.contract, _KINDS, wanted.at)
    return arrange(entries, wanted, proof(reader, wanted.contract))


def proof(reader: Reader, contract: str) -> Proof:
    """The last entry of the chain that is not itself a statement, and the last signed checkpoint before it."""
    head = _newest(reader, lambda entry: entry.kind != StatementIssued.kind, contract=contract)
    if head is None:
        raise InfogereError(
            f"the record has no entry of contract {contract}", way_out="see: infogere record list", clause="A-5.1-1"
        )
    signed = _newest(reader, lambda entry: entry.seq < head.seq, kind=Checkpoint.kind)
    return Proof(
        contract_seq=head.contract_seq or 0,
        seq=head.seq,
        hash=head.hash,
        recorded=seconds(datetime.fromisoformat(head.recorded)),
        key=str(signed.data["key"]) if signed else None,
        checkpoint=f"{signed.data['size']}:{signed.data['root']}" if signed else None,
    )


def _newest(
    reader: Reader, fits: Callable[[StoredEntry], bool], *, contract: str | None = None, kind: str | None = None
) -> StoredEntry | None:
    """The newest entry that fits, in batches that grow: what is asked for is nearly always among the first few."""
    limit = _FEW
    while True:
        newest = reader.entries(contract=contract, kind=kind, limit=limit)
        found = [entry for entry in newest if fits(entry)]
        if found or len(newest) < limit:
            return found[-1] if found else None
        limit *= _FEW


def arrange(entries: Sequence[StoredEntry], wanted: Wanted, end_of_chain: Proof) -> Statement:
    """The statement of entries that were read already."""
    known = recorded.of(entries, wanted.contract, wanted.month, wanted.at, wanted.terms)
    past, found, rules = known.history, known.basis, known.rules_of
    both = compute.both(past, wanted.month, rules, terms=wanted.terms)
    month = periods.month(wanted.month, past.contract.zone)
    head = _head(wanted, found, past, month, rules[wanted.profile])
    frame, own = _frame(head), both.of(wanted.profile)
    return Statement(
        head=head,
        both=both,
        alone=sensitivity.alone(past, both, rules),
        year=tuple(_year(past, own, head, rules[wanted.profile])),
        incidents=events.incidents(entries, past, own, frame),
        works=events.works(entries, past, own),
        runs=chapters.runs(entries, frame),
        updates=chapters.updates(entries, frame),
        reboots=interventions.reboots(entries, frame),
        emergencies=interventions.emergencies(entries, frame),
        backups=chapters.backups(entries, found, _retention(head, rules[wanted.profile])),
        claims=chapters.claims(entries, frame),
        time=chapters.support_time(entries, found, frame),
        proof=end_of_chain,
    )


def _head(wanted: Wanted, found: ContractBasis, past: History, month: Period, rules: Rules) -> Head:
    contract = past.contract
    return Head(
        provider=wanted.provider,
        customer=found.customer_name,
        contract=contract.id,
        level=found.level,
        servers=found.servers,
        terms=found.terms,
        zone=contract.zone,
        month=date.fromisoformat(f"{wanted.month}-01"),
        start=month.start,
        end=month.end,
        known_until=min(month.end, past.until),
        # ``compute`` refuses a contract that was never commissioned.
        commissioned=contract.commissioned or 0,
        fee=contract.monthly_fee,
        gtr_hours=contract.gtr_hours,
        coverage=contract.coverage,
        guaranteed=rules.terms.availability.rate.percent,
        slice_percent=rules.terms.availability.penalty.percent,
        profile=wanted.profile,
        example=wanted.example,
    )


def _frame(head: Head) -> Frame:
    return Frame(head.zone, head.start, head.known_until, head.month, head.zone_day(head.known_until - 1))


def _retention(head: Head, rules: Rules) -> Retention:
    """Up to the last day that is over: tonight's backup is not late yet."""
    over = head.zone_day(head.known_until) - timedelta(days=1)
    return Retention(head.zone_day(head.commissioned), over, head.known_until, rules.terms.backups)


def _year(past: History, own: Result, head: Head, rules: Rules) -> Iterator[YearCell]:
    """The months of the service year that the month closes or stands in; none is computed before it comes."""
    year = own.years[0].availability
    months = list(_months(year.start, year.end, head))
    known = [f"{month:%Y-%m}" for month in months if month <= head.month]
    results = {result.month.name: result for result in compute.months(past, known, rules)}
    for month in months:
        current = month == head.month
        result = results.get(f"{month:%Y-%m}")
        if result is None:
            yield YearCell(month, "to-come", None, 0, own.month.limit_s, current)
            continue
        state: CellState = "breach" if result.month.breach else "running" if current and head.provisional else "kept"
        measured = result.month.availability
        yield YearCell(month, state, measured.rate, measured.unavailable_s, result.month.limit_s, current)


def _months(start: int, end: int, head: Head) -> Iterator[date]:
    """First days of the months that a span touches."""
    first = head.zone_day(start).replace(day=1)
    while periods.month(f"{first:%Y-%m}", head.zone).start < end:
        yield first
        first = (first + timedelta(days=31)).replace(day=1)
