"""Announced works as the policy asks for them: what the record proves of a server's works."""

from __future__ import annotations

from datetime import datetime

from infogere.calendar import Calendar
from infogere.notices.works import standing
from infogere.notices.works.timing import in_time
from infogere.policy.case import Announced
from infogere.policy.gate import Works
from infogere.record.database import RecordMissing
from infogere.record.reading import Reader


def works_of(url: str) -> Works:
    """How the gate asks for works in the record at ``url``."""

    def asked(server: str, at: datetime, calendar: Calendar) -> Announced | None:
        try:
            with Reader(url) as reader:
                found = standing.covering(reader, server, at)
        except RecordMissing:
            return None
        if found is None or found.proved is None:
            return None
        start, end = found.span
        return Announced(found.works, start, end, in_time(found.accepted[found.proved.notice], start, calendar))

    return asked
