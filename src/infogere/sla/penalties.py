"""What a missed guarantee costs: GTD slices, GTR bands, and how their caps combine (articles 5.1 and 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations

from infogere.errors import InfogereError
from infogere.sla.model import Contract, Rules
from infogere.sla.result import Gtd, Gtr, GtrLine, Missing, Total
from infogere.terms.models import OverrunBand

NOTHING = Decimal(0)
_CENT = Decimal("0.01")
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Price:
    """Turns percents of the monthly amount into money, rounded once (Q29)."""

    monthly: Decimal

    @classmethod
    def of(cls, contract: Contract, rules: Rules) -> Price:
        """The price of a contract.

        Raises:
            InfogereError: the fee, or the VAT that a reading asks for, is not known (Q3).
        """
        if contract.monthly_fee is None:
            raise InfogereError(
                f"contract {contract.id} has no monthly fee, and penalties are shares of it",
                way_out="write monthly_fee into the order form",
                clause="A-5.1-8",
            )
        if rules.readings.amounts == "excluding-vat":
            return cls(contract.monthly_fee)
        if contract.vat_percent is None:
            raise InfogereError(
                f"contract {contract.id} has no VAT rate, and its amounts are read as including VAT",
                way_out="read amounts as excluding-vat: order forms hold no VAT rate",
                clause="A-5.1-8",
            )
        return cls(contract.monthly_fee * (100 + contract.vat_percent) / 100)

    def share(self, percent: Decimal) -> Decimal:
        return (self.monthly * percent / 100).quantize(_CENT, ROUND_HALF_UP)


def slices(unavailable_s: int, limit_s: Fraction, rules: Rules) -> int:
    """Slices of a month that was breached (A-5.1-8, Q23)."""
    length = rules.terms.availability.penalty.slice.seconds
    base = Fraction(unavailable_s)
    if rules.readings.slice_base == "excess":
        base = max(Fraction(0), base - limit_s)
    whole = base / length
    return -(-whole // 1) if rules.readings.slice_rounding == "started" else whole // 1


def gtd(count: int, price: Price, rules: Rules) -> Gtd:
    """The price of that many slices, under the cap of A-5.1-9."""
    guarantee = rules.terms.availability
    uncapped = count * guarantee.penalty.percent
    percent = min(uncapped, guarantee.cap.percent)
    return Gtd(count, percent, price.share(percent), capped=uncapped > percent)


def band(overrun_s: int, rules: Rules) -> Decimal:
    """Percent of the monthly amount for an overrun (A-5.2-4), in the bands of Q26."""
    bands = rules.terms.restore_time.bands
    match rules.readings.gtr_bands:
        case "overrun-up-to":
            found = _reached_after(bands, overrun_s)
        case "threshold-reached":
            found = _reached_at(bands, overrun_s)
        case "last-on-top":
            found = _last_on_top(bands, overrun_s)
    return Decimal(found.percent) if found else NOTHING


def _reached_after(bands: Sequence[OverrunBand], overrun_s: int) -> OverrunBand | None:
    """Each band covers the overrun up to its hours, the last one whatever is beyond."""
    if overrun_s <= 0:
        return None
    return next(own for own in bands if own.up_to_hours is None or overrun_s <= own.up_to_hours * _HOUR)


def _reached_at(bands: Sequence[OverrunBand], overrun_s: int) -> OverrunBand | None:
    """Each band begins when its hours are reached, the last one as soon as the highest of them is passed."""
    *with_hours, last = bands
    highest = _highest(with_hours)
    if overrun_s > highest:
        return last
    reached = [own for own in with_hours if own.up_to_hours and own.up_to_hours * _HOUR <= overrun_s]
    return reached[-1] if reached else None


def _last_on_top(bands: Sequence[OverrunBand], overrun_s: int) -> OverrunBand | None:
    """Like the first, but the hours of the last band ("+ 3 hours") come on top of the band before it."""
    *with_hours, last = bands
    if overrun_s >= 2 * _highest(with_hours):
        return last
    return _reached_after(with_hours, min(overrun_s, _highest(with_hours)))


def _highest(with_hours: Sequence[OverrunBand]) -> int:
    return (with_hours[-1].up_to_hours or 0) * _HOUR


def gtr(lines: tuple[GtrLine, ...], price: Price, rules: Rules, missing: Missing | None) -> Gtr:
    """All lines together, under the cap of A-5.2-7."""
    uncapped = sum((line.percent for line in lines), NOTHING)
    percent = min(uncapped, rules.terms.restore_time.cap.percent)
    return Gtr(lines, percent, price.share(percent), capped=uncapped > percent, missing=missing)


def total(
    gtd_due: Gtd,
    gtr_due: Gtr,
    price: Price,
    rules: Rules,
    slices_without: Callable[[frozenset[str]], int],
) -> Total:
    """Both guarantees together (Q24).

    Args:
        slices_without: slices that are left when the time of these incidents is not priced.
    """
    both = gtd_due.percent + gtr_due.percent
    match rules.readings.caps:
        case "shared":
            percent = min(both, rules.terms.availability.cap.percent)
        case "separate":
            percent = both
        case "no-cumulation":
            percent = _paid_once(gtd_due, gtr_due, rules, slices_without)
    capped = gtd_due.capped or gtr_due.capped or percent < both
    return Total(percent, price.share(percent), capped=capped)


def _paid_once(gtd_due: Gtd, gtr_due: Gtr, rules: Rules, slices_without: Callable[[frozenset[str]], int]) -> Decimal:
    """Each incident pays under one guarantee: of all ways to choose, the one that comes to most."""
    guarantee = rules.terms.availability
    cap = guarantee.cap.percent
    # With every GTR penalty at its cap nothing can be gained by choosing; it also keeps the choices few.
    if gtr_due.percent >= cap:
        return cap
    by_incident = {line.incident: line.percent for line in gtr_due.lines if line.percent}
    best = NOTHING
    for size in range(len(by_incident) + 1):
        for chosen in combinations(by_incident, size):
            own = sum((by_incident[name] for name in chosen), NOTHING)
            rest = slices_without(frozenset(chosen)) * guarantee.penalty.percent if gtd_due.slices else NOTHING
            best = max(best, min(own + min(rest, cap), cap))
    return best
