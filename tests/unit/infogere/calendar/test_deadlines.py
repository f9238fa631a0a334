"""Deadlines: worked examples, both readings, monotony."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infogere import calendar as room
from infogere import terms
from infogere.calendar import Calendar, deadlines
from infogere.calendar.walltime import parse
from infogere.errors import InfogereError

OFFICE = room.load()


def shown(kind: str, start: str, office: Calendar) -> tuple[str, str]:
    result = deadlines.compute(kind, parse(start, office.zone), office)  # type: ignore[arg-type]
    at = office.local(result.at) if isinstance(result.at, datetime) else result.at
    return at.isoformat(), result.clause


@pytest.mark.parametrize(
    ("kind", "start", "deadline", "clause"),
    [
        ("works-notice-last-date", "2024-06-20T22:00", "2024-06-12", "A-5.5-1"),
        ("works-notice-last-date", "2024-06-20", "2024-06-12", "A-5.5-1"),
        ("works-notice-last-date", "2024-03-08T02:00", "2024-02-29", "A-5.5-1"),
        # 22:30 UTC is the next day in Paris: dates are the contract's.
        ("works-notice-last-date", "2024-06-20T22:30Z", "2024-06-13", "A-5.5-1"),
        ("throttle-earliest", "2024-06-20T22:00", "2024-06-23T22:00:00+02:00", "A-3.2.4-3"),
        ("throttle-earliest", "2024-03-29T10:00", "2024-04-01T11:00:00+02:00", "A-3.2.4-3"),
        ("throttle-earliest", "2024-10-25T10:00", "2024-10-28T09:00:00+01:00", "A-3.2.4-3"),
        ("throttle-earliest", "2024-02-27T12:00+01:00", "2024-03-01T12:00:00+01:00", "A-3.2.4-3"),
        ("credit-note-due", "2024-06-03", "2024-07-03", "A-5.1-11"),
        ("credit-note-due", "2024-06-03T09:12", "2024-07-03", "A-5.1-11"),
        ("credit-note-due", "2024-01-31", "2024-03-01", "A-5.1-11"),
        ("credit-note-due", "2023-01-31", "2023-03-02", "A-5.1-11"),
        ("mail-suspension-earliest-lift", "2024-06-03T09:00", "2024-06-08T09:00:00+02:00", "A-4.4-6"),
        ("mail-suspension-earliest-lift", "2024-10-25T09:00", "2024-10-30T08:00:00+01:00", "A-4.4-6"),
        ("bought-hours-expiry", "2024-06-03", "2024-07-03", "A-4.1.4-5"),
        # 30 working days after 6 May, less 8, 9 and 20 May.
        ("occasional-hours-expiry", "2024-05-06", "2024-06-20", "A-4.2-4"),
        ("domain-transfer-last-date", "2024-04-14", "2024-02-29", "A-4.3-4"),
    ],
)
def test_deadlines(office: Calendar, kind: str, start: str, deadline: str, clause: str) -> None:
    assert shown(kind, start, office) == (deadline, clause)


@pytest.mark.parametrize(
    ("changes", "kind", "start", "deadline"),
    [
        ({"works_notice": "clear-days"}, "works-notice-last-date", "2024-06-20T22:00", "2024-06-11"),
        ({"works_notice": "whole-hours"}, "works-notice-last-date", "2024-04-04T10:00", "2024-03-27T09:00:00+01:00"),
        ({"sanction_days": "working-days"}, "mail-suspension-earliest-lift", "2024-05-06T09:00", "2024-05-15"),
        ({"hours_validity": "longer-for-both"}, "bought-hours-expiry", "2024-05-06", "2024-06-20"),
        ({"hours_validity": "longer-for-both"}, "occasional-hours-expiry", "2024-05-06", "2024-06-20"),
    ],
)
def test_other_readings(changes: dict[str, str], kind: str, start: str, deadline: str) -> None:
    office = room.load(readings=terms.readings(changes=changes))
    assert shown(kind, start, office)[0] == deadline


def test_sending_in_time_under_the_reading_by_hours(office: Calendar, at) -> None:  # type: ignore[no-untyped-def]
    send_by = deadlines.works_notice_send_by(at("2024-04-04T10:00"), office)
    assert (at("2024-04-04T10:00") - send_by).total_seconds() == 8 * 24 * 3600
    assert office.local(send_by).date() <= date(2024, 3, 27)


@pytest.mark.parametrize("kind", ["throttle-earliest", "mail-suspension-earliest-lift"])
def test_hours_are_not_counted_from_a_plain_date(kind: str) -> None:
    with pytest.raises(InfogereError, match="no time of day"):
        shown(kind, "2024-06-03", OFFICE)


def test_every_deadline_carries_the_calendar(office: Calendar) -> None:
    result = deadlines.compute("credit-note-due", date(2024, 6, 3), office)
    assert result.calendar == office.stamp


instants = st.datetimes(datetime(2018, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("kind", deadlines.KINDS)
@given(first=instants, gap=st.timedeltas(timedelta(0), timedelta(days=40)))
@settings(deadline=None, max_examples=40)
def test_deadlines_are_monotone(kind: deadlines.Kind, first: datetime, gap: timedelta) -> None:
    earlier, later = (deadlines.compute(kind, start, OFFICE).at for start in (first, first + gap))
    assert earlier <= later
