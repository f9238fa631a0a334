"""The iCalendar file, read back by the library and its zone rules judged against the IANA database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar as IcsCalendar

from infogere.calendar import Calendar, patch_window
from infogere.calendar.ics import month_file, zone_rules

WRITTEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def events(office: Calendar, first: date, last: date) -> list:  # type: ignore[type-arg]
    file = IcsCalendar.from_ical(month_file(office, patch_window(office), first, last, WRITTEN))
    return list(file.walk("VEVENT"))


def test_a_december(office: Calendar) -> None:
    found = events(office, date(2026, 12, 1), date(2026, 12, 31))
    christmas = [event for event in found if event["summary"] == "Christmas Day"]
    assert [(event.decoded("dtstart"), event.decoded("dtend")) for event in christmas] == [
        (date(2026, 12, 25), date(2026, 12, 26))
    ]
    windows = {
        (event.decoded("dtstart").isoformat(), event.decoded("dtend").isoformat())
        for event in found
        if event["summary"] == "Patch window"
    }
    assert ("2026-12-24T09:00:00+01:00", "2026-12-24T12:00:00+01:00") in windows
    assert len(windows) == 22
    assert len({event["uid"] for event in found}) == len(found)
    assert all(event.decoded("dtstamp") == WRITTEN for event in found)


def test_lines_are_folded_and_end_as_the_standard_asks(office: Calendar) -> None:
    content = month_file(office, patch_window(office), date(2026, 5, 1), date(2026, 5, 31), WRITTEN)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"TZID=Europe/Paris" in content


@pytest.mark.parametrize("month", [3, 10])
def test_discouraged_spans_in_the_file_are_those_of_the_calendar(office: Calendar, month: int) -> None:
    first, last = date(2024, month, 1), date(2024, month, 31)
    spans = [
        (event.decoded("dtstart").astimezone(UTC), event.decoded("dtend").astimezone(UTC))
        for event in events(office, first, last)
        if event["summary"] == "Updates discouraged"
    ]
    at = datetime(2024, month, 1, tzinfo=UTC)
    while at < datetime(2024, month, 31, tzinfo=UTC):
        assert (office.discouraged(at) is not None) == (sum(start <= at < end for start, end in spans) == 1)
        assert sum(start <= at < end for start, end in spans) <= 1
        at += timedelta(minutes=30)


@pytest.mark.parametrize("name", ["Europe/Paris", "America/New_York", "UTC"])
def test_zone_rules_give_the_offsets_of_the_database(name: str) -> None:
    zone = ZoneInfo(name)
    onsets = sorted(
        (rule.decoded("dtstart") - rule.decoded("tzoffsetfrom"), rule.decoded("tzoffsetto"))
        for rule in zone_rules(zone, 2026, 2026).subcomponents
    )
    at = datetime(2025, 1, 1, tzinfo=UTC)
    while at.year < 2027:
        in_force = [offset for onset, offset in onsets if onset <= at.replace(tzinfo=None)]
        assert in_force[-1] == at.astimezone(zone).utcoffset()
        at += timedelta(minutes=30)
