"""A month of the calendar as an iCalendar file (RFC 5545) that any calendar program imports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar as IcsCalendar
from icalendar import Event, Timezone, TimezoneDaylight, TimezoneStandard

from infogere.calendar.days import Calendar, Day
from infogere.calendar.walltime import offset_change
from infogere.calendar.windows import Window


def month_file(calendar: Calendar, window: Window, first: date, last: date, written: datetime) -> bytes:
    """Holidays, closed days, discouraged periods and patch windows of the days ``first`` to ``last``.

    Args:
        window: the maintenance window to show.
        written: instant of writing (UTC); RFC 5545 wants it on every event.

    Returns:
        the file; times are in the contract's zone, whose rules (VTIMEZONE) are included. An event keeps its
        UID from one export to the next, so that importing again updates it.
    """
    file = IcsCalendar()
    file.add("prodid", "-//infogere//calendar//EN")
    file.add("version", "2.0")
    file.add("x-wr-calname", f"Maintenance, calendar {calendar.version}")
    file.add_component(zone_rules(calendar.zone, first.year, last.year))
    for event in _events(calendar, window, first, last):
        event.add("dtstamp", written)
        file.add_component(event)
    return bytes(file.to_ical())


def zone_rules(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """The clock changes from the year before ``first_year`` to the end of ``last_year``.

    Own code because icalendar 7.3 writes the onset of summer time by the new offset, an hour late:
    RFC 5545 (3.6.5) wants the wall time that the old offset shows.
    """
    rules = Timezone()
    rules.add("tzid", zone.key)
    at = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    rules.add_component(_onset(at, at.astimezone(zone), at.astimezone(zone)))
    while at.year <= last_year:
        following = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            change = offset_change(at, following, zone)
            rules.add_component(_onset(change, at.astimezone(zone), following.astimezone(zone)))
        at = following
    return rules


def _onset(change: datetime, old: datetime, new: datetime) -> TimezoneStandard | TimezoneDaylight:
    rule = TimezoneDaylight() if new.dst() else TimezoneStandard()
    offset = old.utcoffset() or timedelta(0)
    rule.add("dtstart", (change + offset).replace(tzinfo=None))
    rule.add("tzoffsetfrom", offset)
    rule.add("tzoffsetto", new.utcoffset())
    rule.add("tzname", new.tzname())
    return rule


def _events(calendar: Calendar, window: Window, first: date, last: date) -> Iterable[Event]:
    for day in calendar.days(first, last):
        if day.closed and day.closed != "week-end":
            yield _whole_day(calendar, day)
        yield from _discouraged(calendar, day)
    for span in window.openings(first, last):
        yield _timed(
            calendar,
            "patch-window",
            "Patch window",
            (span.start, span.end),
            "Maintenance may start here.",
        )


def _discouraged(calendar: Calendar, day: Day) -> Iterable[Event]:
    covered_from: datetime | None = None
    for span, period in day.discouraged:
        # Periods end with the day; a later rule only adds what begins before those that precede it.
        end = span.end if covered_from is None else covered_from
        if span.start >= end:
            continue
        covered_from = span.start
        yield _timed(
            calendar,
            f"discouraged-{period.rule}",
            "Updates discouraged",
            (span.start, end),
            f"{period.says} [{period.clause}]",
        )


def _whole_day(calendar: Calendar, day: Day) -> Event:
    event = _event(calendar, "closed", day.date.isoformat(), day.closed, "The provider is closed. [A-2-5]")
    event.add("dtstart", day.date)
    event.add("dtend", day.date + timedelta(days=1))
    return event


def _timed(calendar: Calendar, kind: str, summary: str, span: tuple[datetime, datetime], description: str) -> Event:
    start, end = (calendar.local(instant) for instant in span)
    event = _event(calendar, kind, start.strftime("%Y%m%dT%H%M%S"), summary, description)
    event.add("dtstart", start)
    event.add("dtend", end)
    return event


def _event(calendar: Calendar, kind: str, when: str, summary: str, description: str) -> Event:
    event = Event()
    event.add("uid", f"{kind}-{when}@{calendar.version}.infogere")
    event.add("summary", summary)
    event.add("description", description)
    event.add("categories", [kind])
    event.add("transp", "TRANSPARENT")
    return event
