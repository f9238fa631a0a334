"""Which seconds a GTR covers: ``24x7``, or weekly hours less closed days (Q22, A-2-5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from infogere.calendar import Calendar
from infogere.errors import InfogereError
from infogere.sla.intervals import EMPTY, clip, union
from infogere.sla.periods import instant, local
from infogere.sla.result import Spans

ALWAYS = "24x7"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WRITTEN = re.compile(
    rf"(?P<first>{'|'.join(_WEEKDAYS)})(-(?P<last>{'|'.join(_WEEKDAYS)}))? "
    r"(?P<opens>([01]\d|2[0-3]):[0-5]\d)-(?P<closes>([01]\d|2[0-3]):[0-5]\d|24:00)"
)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours of some weekdays (0 is Monday), as wall times; ``closes`` None: the end of the day."""

    weekdays: frozenset[int]
    opens: time
    closes: time | None


@dataclass(frozen=True)
class Coverage:
    """Covered seconds of one contract.

    Attributes:
        hours: None: all of them.
    """

    hours: WeeklyHours | None
    zone: ZoneInfo
    closed_days: frozenset[date]

    def spans(self, start: int, end: int) -> Spans:
        """Covered seconds between two instants."""
        if self.hours is None or start >= end:
            return ((start, end),) if start < end else EMPTY
        # Weekly hours stay inside their day, so the years can be put one after the other.
        first, last = local(start, self.zone).year, local(end, self.zone).year
        return tuple(span for year in range(first, last + 1) for span in clip(_year(self, year), start, end))


def parse(text: str | None) -> WeeklyHours | None:
    """What an order form says; None for ``24x7``, which is also what silence means (Q22).

    Raises:
        InfogereError: neither ``24x7`` nor weekdays and hours.
    """
    if text is None or text == ALWAYS:
        return None
    match = _WRITTEN.fullmatch(text)
    if match is None or match["closes"] <= match["opens"]:
        raise InfogereError(
            f"GTR coverage {text!r} cannot be read",
            way_out=f"write {ALWAYS}, or weekdays and hours of one day such as Mon-Fri 09:00-18:00",
            clause="A-5.1-5",
        )
    first = _WEEKDAYS.index(match["first"])
    last = _WEEKDAYS.index(match["last"] or match["first"])
    days = frozenset((first + offset) % 7 for offset in range((last - first) % 7 + 1))
    closes = None if match["closes"] == "24:00" else time.fromisoformat(match["closes"])
    return WeeklyHours(days, time.fromisoformat(match["opens"]), closes)


def closed_days(calendar: Calendar) -> frozenset[date]:
    """Days on which the provider does not work, in the years that its calendar lists (A-2-5)."""
    closed = set(calendar.data.holiday_names)
    if calendar.readings.working_calendar == "provider-file":
        closed |= set(calendar.data.closed_days)
    return frozenset(closed)


@lru_cache(maxsize=256)
def _year(coverage: Coverage, year: int) -> Spans:
    """Covered seconds of one local year: most contracts share a few kinds of coverage."""
    assert coverage.hours is not None  # noqa: S101 - asked for weekly hours alone
    hours = coverage.hours
    day = date(year, 1, 1)
    spans = []
    while day.year == year:
        if day.weekday() in hours.weekdays and day not in coverage.closed_days:
            closes = (day, hours.closes) if hours.closes else (day + timedelta(days=1), time())
            spans.append(
                (
                    instant(datetime.combine(day, hours.opens), coverage.zone),
                    instant(datetime.combine(*closes), coverage.zone),
                )
            )
        day += timedelta(days=1)
    return union(spans)
