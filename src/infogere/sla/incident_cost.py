"""What one incident costs: the month with it, less the month without it, on each clock and under each profile.

Penalties are slices, bands and caps, so an incident has no price of its own: only the difference it makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from infogere.record.kinds.contract import ContractBasis
from infogere.sla import basis, compute, periods
from infogere.sla.model import History, Incident, Rules
from infogere.terms import PROFILES, Profile

Clock = Literal["contract", "monitoring"]
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What could be claimed because of one incident, up to the end of the history; excluding VAT.

    Attributes:
        clock: ``monitoring`` is what it would be had the customer's ticket come with the first failing
            probe; it is shown and never owed (Q27).
    """

    clock: Clock
    profile: Profile
    amount: Decimal


def cost(history: History, incident: str, contract: ContractBasis, terms_path: str | None = None) -> Iterator[Cost]:
    """Both clocks under both profiles; nothing for an incident that the history does not hold.

    Raises:
        InfogereError: the order form does not say what is needed (Q3).
    """
    found = next((one for one in history.incidents if one.id == incident), None)
    if found is None:
        return
    without = replace(history, incidents=tuple(one for one in history.incidents if one.id != incident))
    early = replace(found, ticket=found.ticket if found.start is None else found.start)
    on_monitoring = replace(without, incidents=(*without.incidents, early))
    names = tuple(_months(history, found))
    for profile in PROFILES:
        rules = basis.rules(contract, profile, terms_path)
        base = _total(without, names, rules)
        yield Cost("contract", profile, _total(history, names, rules) - base)
        yield Cost("monitoring", profile, _total(on_monitoring, names, rules) - base)


def _total(history: History, names: tuple[str, ...], rules: Rules) -> Decimal:
    return sum((result.total.amount for result in compute.months(history, names, rules)), _NOTHING)


def _months(history: History, incident: Incident) -> Iterator[str]:
    """The months that an incident touches, and the one in which its ticket was opened (Q29)."""
    zone, commissioned = history.contract.zone, history.contract.commissioned
    end = history.until if incident.restored is None else incident.restored
    begin = min((at for at in (incident.start, incident.ticket) if at is not None), default=end)
    at = max(begin, commissioned or begin)
    while at <= end:
        span = periods.month(periods.month_of(at, zone), zone)
        yield span.name
        at = span.end
