"""The notice of planned works, and whether it may be sent at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infogere.errors import InfogereError
from infogere.notices.words import Purpose
from infogere.notices.works.parties import Party
from infogere.notices.works.standing import Standing
from infogere.notices.works.timing import Timing, earliest_start, timing
from infogere.notices.writing import Draft


@dataclass(frozen=True)
class Plan:
    """What is announced.

    Attributes:
        start: aware.
        emergency: why it cannot wait; empty: it can.
        not_excluded: announce it although it is too late to be excluded; it then counts.
    """

    start: datetime
    duration_s: int
    subject: str
    author: str
    emergency: str = ""
    not_excluded: bool = False


def drafts(
    plan: Plan, parties: Iterable[Party], now: datetime, before: Mapping[str, Standing] | None = None
) -> list[tuple[Party, Timing, Draft]]:
    """The notices of an announcement; nothing is written.

    Args:
        before: of works that are moved, by contract.

    Raises:
        InfogereError: it starts in the past, or it is too late; the way out names the earliest possible start.
    """
    return [(party, *judged(plan, party, now, (before or {}).get(party.contract))) for party in parties]


def judged(
    plan: Plan, party: Party, now: datetime, before: Standing | None = None, replies_to: str = ""
) -> tuple[Timing, Draft]:
    """The deadline and the notice of works for one contract.

    Args:
        before: the works as the customer knows them, if they do.
        replies_to: Message-ID of the notice that told them.

    Raises:
        InfogereError: it starts in the past, or it is too late; the way out names the earliest possible start.
    """
    calendar = party.calendar
    at = timing(plan.start, plan.duration_s, calendar)
    if plan.start <= now:
        raise InfogereError(
            f"works cannot start in the past: it is {calendar.local(now):%Y-%m-%d %H:%M}",
            way_out="nothing is announced backwards; an interruption without a notice is an incident",
            clause="A-5.5-1",
        )
    excluded = now <= at.send_by
    if not excluded and not plan.emergency and not plan.not_excluded:
        raise InfogereError(
            f"too late for contract {party.contract}: the notice of works on {calendar.local(at.start):%Y-%m-%d %H:%M}"
            f" had to be sent by {calendar.local(at.send_by):%Y-%m-%d %H:%M}",
            way_out=f"start {calendar.local(earliest_start(now, calendar)):%Y-%m-%dT%H:%M} or later;"
            " or let it count: --not-excluded, --emergency REASON",
            clause=calendar.terms.planned_works.notice.clause,
        )
    facts: dict[str, Any] = {
        "zone": calendar.zone.key,
        "works_subject": plan.subject,
        "servers": list(party.servers),
        "start": at.start.isoformat(),
        "end": at.end.isoformat(),
        "duration_s": plan.duration_s,
        "excluded": excluded,
        "emergency": plan.emergency or None,
        "notice_days": calendar.terms.planned_works.notice.days,
    }
    if before is not None:
        facts["previous_start"] = before.current.start.isoformat()
    purpose: Purpose = "works-moved" if before else "works-announced"
    return at, draft_for(party, purpose, facts, send_before=at.send_by if excluded else None, replies_to=replies_to)


def draft_for(
    party: Party,
    purpose: Purpose,
    facts: dict[str, Any],
    *,
    send_before: datetime | None = None,
    replies_to: str = "",
) -> Draft:
    """A notice of this purpose to one contract."""
    return Draft(
        contract=party.contract,
        terms=party.calendar.terms.version,
        purpose=purpose,
        language=party.language,
        recipients=party.recipients,
        facts=facts,
        server=party.servers[0] if len(party.servers) == 1 else None,
        send_before=send_before,
        replies_to=replies_to,
    )
