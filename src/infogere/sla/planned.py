"""Which works are outside the guarantees (article 5.5), and what of them counts all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from infogere.sla.model import Rules, Works
from infogere.sla.periods import local
from infogere.sla.result import Span, Spans, WorksStanding

_DAY = int(timedelta(days=1).total_seconds())


@dataclass(frozen=True, slots=True)
class Judged:
    """Works with what is left out of the guarantees and what counts.

    Attributes:
        planned: the announced time that they really took; None: none of it is left out.
        counted: what lies outside it: an early start, an overrun, or all of it without a valid notice.
    """

    works: Works
    standing: WorksStanding
    planned: Span | None
    counted: Spans

    def concerns(self, server: str | None) -> bool:
        """Whether works and an incident can be about the same server; where nothing is said, they are."""
        return server is None or not self.works.servers or server in self.works.servers


def judged(works: Works, rules: Rules, zone: ZoneInfo) -> Judged:
    """Works under the readings (Q28). They interrupt by the provider's own doing, so no ticket is needed."""
    began = works.start if works.actual_start is None else works.actual_start
    ended = works.end if works.actual_end is None else works.actual_end
    standing = _standing(works, rules, zone)
    if standing in {"agreed-slot", "emergency"}:
        return Judged(works, standing, (began, ended), ())
    if standing != "planned":
        return Judged(works, standing, None, ((began, ended),))
    # Works that end early leave the rest of their span to the guarantees: what fails there was not planned.
    return Judged(
        works,
        standing,
        (max(began, works.start), min(ended, works.end)),
        tuple(span for span in ((began, min(ended, works.start)), (max(began, works.end), ended)) if span[0] < span[1]),
    )


def _standing(works: Works, rules: Rules, zone: ZoneInfo) -> WorksStanding:
    if works.notice_sent is not None and in_time(works.start, works.notice_sent, rules, zone):
        return "planned"
    if works.in_slot and rules.readings.restart_in_slot == "planned":
        return "agreed-slot"
    told = works.emergency and works.customer_informed
    if told and rules.readings.emergency_time == "excluded-when-informed":
        return "emergency"
    return "no-proof" if works.notice_sent is None else "too-late"


def in_time(start: int, notice_sent: int, rules: Rules, zone: ZoneInfo) -> bool:
    """Whether a notice was sent early enough for works at ``start`` (A-5.5-1)."""
    notice = rules.terms.planned_works.notice
    if rules.readings.works_notice == "whole-hours":
        return notice_sent <= start - notice.days * _DAY
    days = (local(start, zone).date() - local(notice_sent, zone).date()).days
    return days >= notice.days + (rules.readings.works_notice == "clear-days")
