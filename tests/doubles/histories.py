"""Short ways to write histories: wall times of Paris, one contract, incidents that count."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from infogere.sla import compute
from infogere.sla.model import Contract, History, Incident, Works
from infogere.sla.periods import instant
from infogere.sla.result import Result
from infogere.terms.readings import Profile

PARIS = ZoneInfo("Europe/Paris")


def at(wall: str) -> int:
    """``2024-06-12 10:00`` in Paris."""
    return instant(datetime.fromisoformat(wall), PARIS)


def contract(**changes: Any) -> Contract:
    values: dict[str, Any] = {
        "id": "C1",
        "commissioned": at("2024-01-01 00:00"),
        "zone": PARIS,
        "monthly_fee": Decimal("120.00"),
        "gtr_hours": 4,
        "coverage": "24x7",
    }
    return Contract(**(values | changes))


def incident(
    start: str | int | None, restored: str | int | None, ticket: str | int | None = "start", **changes: Any
) -> Incident:
    """An interruption by the provider, its ticket opened when it started."""
    opened = start if ticket == "start" else ticket
    values: dict[str, Any] = {
        "id": "I1",
        "start": _instant(start),
        "ticket": _instant(opened),
        "restored": _instant(restored),
        "cause": "provider",
        "effect": "interruption",
    }
    return Incident(**(values | changes))


def works(
    start: str, end: str, notice_sent: str | None = "2024-01-02 09:00", actual_end: str | None = None, **changes: Any
) -> Works:
    values: dict[str, Any] = {
        "id": "W1",
        "start": _instant(start),
        "end": _instant(end),
        "actual_end": _instant(actual_end),
        "notice_sent": _instant(notice_sent),
    }
    return Works(**(values | changes))


def _instant(written: str | int | None) -> Any:
    return at(written) if isinstance(written, str) else written


def history(*events: Incident | Works, until: str = "2025-12-31 00:00", **changes: Any) -> History:
    """Incidents and works of one contract; keywords change the contract."""
    return History(
        contract=contract(**changes),
        incidents=tuple(event for event in events if isinstance(event, Incident)),
        works=tuple(event for event in events if isinstance(event, Works)),
        until=at(until),
    )


def priced(past: History, month: str = "2024-06", profile: Profile = "customer", **switches: Any) -> Result:
    """A month under a profile with single switches changed."""
    return compute.month(past, month, compute.rules(profile, changes=switches))
