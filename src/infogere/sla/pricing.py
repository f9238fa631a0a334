"""One month of a contract of the record, computed under both profiles and in the words of the record."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from infogere.errors import InfogereError
from infogere.record.kinds.money import BreachSeen, Guarantee, Priced
from infogere.record.reading import Reader
from infogere.sla import basis, compute, history, ledger, periods
from infogere.sla.desk import Desk
from infogere.sla.result import BothProfiles, Result
from infogere.terms import PROFILES

_NOTHING = Decimal(0)
_PLACES = Decimal("0.000001")


def month(desk: Desk, contract: str, name: str) -> BothProfiles:
    """A month such as ``2026-10`` with the order form that was in force at its end, as the record stands now.

    Raises:
        InfogereError: the month has not begun, or something needed was never said (Q3).
    """
    with Reader(desk.record_url) as reader:
        # Everything on record counts, also what a controller with a faster clock wrote.
        entries = ledger.entries(reader, contract, history.KINDS)
    span = periods.month(name, history.fold(entries, contract, desk.now).contract.zone)
    if span.start > desk.now.timestamp():
        raise InfogereError(f"the month {name} has not begun", way_out="ask for a month that has", clause="A-5.1-2")
    in_force = datetime.fromtimestamp(span.end - 1, UTC)
    sold = basis.require(entries, contract, in_force)
    rules = {profile: basis.rules(sold, profile, desk.terms_path) for profile in PROFILES}
    return compute.both(history.fold(entries, contract, desk.now, in_force), name, rules, terms=desk.terms_path)


def priced(result: Result) -> Priced:
    """A result as the record keeps it."""
    seconds, rate = result.month.availability, result.month.availability.rate
    return Priced(
        profile=result.profile,
        rate=None if rate is None else f"{rate:.6f}",
        unavailable_s=seconds.unavailable_s,
        planned_s=seconds.planned_s,
        breach=result.month.breach,
        gtd_percent=percent(result.gtd.percent),
        gtd_amount=amount(result.gtd.amount),
        gtr_percent=percent(result.gtr.percent),
        gtr_amount=amount(result.gtr.amount),
        total_percent=percent(result.total.percent),
        total_amount=amount(result.total.amount),
    )


def missed(both: BothProfiles) -> tuple[Guarantee, ...]:
    """The guarantees that could be claimed, as one profile or the other reads the contract."""
    results = (both.customer, both.provider)
    found: list[Guarantee] = []
    if any(result.gtd.amount > _NOTHING for result in results):
        found.append("gtd")
    if any(result.gtr.amount > _NOTHING for result in results):
        found.append("gtr")
    return tuple(found)


def note_breach(desk: Desk, contract: str, both: BothProfiles) -> tuple[int, BreachSeen] | None:
    """Put a missed guarantee on record, once for each way in which it was priced; None: nothing new (A-5.1-7)."""
    guarantees = missed(both)
    sold = desk.recorded(contract)
    if not guarantees or sold is None or not both.customer.month.complete:
        return None
    seen = BreachSeen(
        terms=sold.terms,
        contract=contract,
        at=desk.now,
        month=both.customer.month.name,
        guarantees=guarantees,
        priced=(priced(both.customer), priced(both.provider)),
    )
    known = [entry for entry in breaches(desk, contract) if entry.month == seen.month]
    if known and (known[-1].guarantees, known[-1].priced) == (seen.guarantees, seen.priced):
        return None
    return desk.append(lambda _: seen)


def breaches(desk: Desk, contract: str) -> list[BreachSeen]:
    """Every missed guarantee on record; the last one of a month is in force."""
    said = [entry.typed() for entry in desk.entries(contract, {BreachSeen.kind})]
    return [entry for entry in said if isinstance(entry, BreachSeen)]


def amount(value: Decimal) -> str:
    """Money as the record writes it."""
    return f"{value:.2f}"


def percent(value: Decimal) -> str:
    """A percentage as the record writes it."""
    plain = f"{value.quantize(_PLACES):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
