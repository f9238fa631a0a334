"""Support time: what was granted, what is spent from which grant, what is left (articles 4.1.4 and 4.2).

Minutes and days in, minutes out; no clock, no record.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from infogere.record.kinds.money import Share, TimeGranted, TimeSpent
from infogere.record.reading import StoredEntry
from infogere.terms import Readings, Terms

KINDS = frozenset({TimeGranted.kind, TimeSpent.kind})


@dataclass(frozen=True, slots=True)
class Grant:
    """Time that was granted.

    Attributes:
        source: ``allowance``, ``managed-hours`` or ``occasional-hours``.
        first, last: days on which it can be used, both included.
        minutes, left: granted, and not spent yet.
    """

    id: str
    source: str
    first: date
    last: date
    minutes: int
    left: int

    def usable(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Spending:
    """How one intervention is paid: shares of grants, and what found none and is billable."""

    minutes: int
    shares: tuple[Share, ...]
    unpaid: int


def fold(entries: Iterable[StoredEntry]) -> tuple[Grant, ...]:
    """Every grant with what is left of it, nearest expiry first (Q17)."""
    said = [entry.typed() for entry in entries if entry.kind in KINDS]
    used: dict[str, int] = {}
    for entry in said:
        for share in entry.shares if isinstance(entry, TimeSpent) else ():
            used[share.grant] = used.get(share.grant, 0) + share.minutes
    grants = {entry.grant: entry for entry in said if isinstance(entry, TimeGranted)}
    found = (_grant(entry, used.get(entry.grant, 0)) for entry in grants.values())
    return tuple(sorted(found, key=lambda grant: (grant.last, grant.first, grant.id)))


def _grant(entry: TimeGranted, used: int) -> Grant:
    first, last = date.fromisoformat(entry.granted), date.fromisoformat(entry.expires)
    return Grant(entry.grant, entry.source, first, last, entry.minutes, max(0, entry.minutes - used))


def counted(worked_s: int, terms: Terms, readings: Readings) -> int:
    """Minutes that an intervention counts for: started units, at least one (A-4.1.4-4, Q16)."""
    unit = terms.support.unit.minutes
    if readings.time_unit == "first-unit-then-minutes":
        return max(unit, -(-worked_s // 60))
    return max(1, -(-worked_s // (unit * 60))) * unit


def spend(minutes: int, day: date, grants: Iterable[Grant]) -> Spending:
    """Take minutes from the grants that can be used on a day, in their order."""
    left = minutes
    shares: list[Share] = []
    for grant in grants:
        taken = min(left, grant.left) if grant.usable(day) else 0
        if taken:
            shares.append(Share(grant=grant.id, minutes=taken))
            left -= taken
    return Spending(minutes, tuple(shares), left)


def allowance(
    month: date, minutes: int, commissioned: date, terms: Terms, readings: Readings
) -> tuple[date, date, int] | None:
    """First day, last day and minutes of a month's allowance; None: the month has none (A-4.1.4-2, Q16).

    Args:
        month: any day of the month.
        minutes: what the order form grants each month.
    """
    last = month.replace(day=monthrange(month.year, month.month)[1])
    first = month.replace(day=terms.support.monthly_credit.day_of_month)
    if commissioned < first:
        return first, last, minutes
    if readings.first_credit == "prorated" and commissioned <= last:
        days = (last - commissioned + timedelta(days=1)).days
        return commissioned, last, int(Fraction(minutes * days, last.day) + Fraction(1, 2))
    return None
