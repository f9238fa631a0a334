"""Announced works as the policy asks for them: what the record proves of a server's works."""

from __future__ import annotations

from datetime import datetime

from infogere.calendar import Calendar
from infogere.notices.works import standing
from infogere.notices.works.standing import Standing
from infogere.notices.works.timing import in_time
from infogere.policy.case import Announced
from infogere.policy.gate import Works
from infogere.record.database import RecordMissing
from infogere.record.reading import Reader


def works_of(url: str) -> Works:
    """How the gate asks for works in the record at ``url``."""

    def asked(server: str, at: datetime, expected_duration: int, calendar: Calendar) -> Announced | None:
        try:
            with Reader(url) as reader:
                found = standing.ahead(reader, server, at)
        except RecordMissing:
            return None

        def preference(works: Announced) -> tuple[bool, bool, datetime]:
            holds = works.holds(at, expected_duration)
            return not holds, not (holds and works.excluded), works.start

        return min((_announced(one, calendar) for one in found), key=preference, default=None)

    return asked


def _announced(found: Standing, calendar: Calendar) -> Announced:
    told, (start, end) = found.proved or found.current, found.span
    return Announced(found.works, start, end, in_time(found.accepted[told.notice], start, calendar))
