"""Working days and hours, holidays and discouraged periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from infogere import calendar as room
from infogere import terms
from infogere.calendar import Calendar
from infogere.errors import InfogereError


@pytest.mark.parametrize(
    ("instant", "rule"),
    [
        ("2024-05-07T10:00", None),
        ("2024-05-07T12:00", "holiday-eve-afternoon"),
        ("2024-05-07T11:59:59", None),
        ("2024-05-08T03:00", "public-holiday"),
        ("2024-05-06T15:59:59", None),
        ("2024-05-06T16:00:00", "weekday-late"),
        ("2024-05-06T23:59:59", "weekday-late"),
        ("2024-05-07T00:00:00", None),
        ("2024-06-07T11:59:59", None),
        ("2024-06-07T12:00:00", "friday-afternoon"),
        ("2024-06-08T00:00:00", "week-end"),
        ("2024-06-09T23:59:59", "week-end"),
        ("2024-06-10T00:00:00", None),
        # Eve of Easter Monday is a Sunday: the week-end says it first, and Good Friday is a working day.
        ("2024-03-31T13:00", "week-end"),
        ("2024-03-29T11:00", None),
        # The leap day, a Thursday.
        ("2024-02-29T15:59", None),
        ("2024-02-29T16:00", "weekday-late"),
        ("2026-12-24T15:00", "holiday-eve-afternoon"),
        ("2026-12-31T15:00", "holiday-eve-afternoon"),
    ],
)
def test_discouraged(office: Calendar, at, instant: str, rule: str | None) -> None:  # type: ignore[no-untyped-def]
    period = office.discouraged(at(instant))
    assert (period and period.rule) == rule
    if period:
        assert period.clause == "A-4.1.3-3"


@pytest.mark.parametrize(
    ("instant", "rule"),
    [
        ("2024-05-07T12:00", None),
        ("2024-05-07T14:00", "holiday-eve-afternoon"),
        ("2024-05-06T16:00:00", None),
        ("2024-05-06T16:00:01", "weekday-late"),
        # 1 April 2024 is Easter Monday; the last working day before it is Friday 29 March.
        ("2024-03-29T14:00", "holiday-eve-afternoon"),
        ("2024-03-31T14:00", "week-end"),
    ],
)
def test_discouraged_as_the_provider_reads_it(provider_office: Calendar, at, instant: str, rule: str | None) -> None:  # type: ignore[no-untyped-def]
    period = provider_office.discouraged(at(instant))
    assert (period and period.rule) == rule


@pytest.mark.parametrize(
    ("instant", "working"),
    [
        ("2024-05-07T08:59:59", False),
        ("2024-05-07T09:00:00", True),
        ("2024-05-07T17:59:59", True),
        ("2024-05-07T18:00:00", False),
        ("2024-05-08T10:00", False),
        ("2024-05-11T10:00", False),
        ("2024-02-29T10:00", True),
        ("2024-04-01T10:00", False),
        ("2024-04-02T10:00", True),
    ],
)
def test_working_hours(office: Calendar, at, instant: str, working: bool) -> None:  # type: ignore[no-untyped-def]
    assert office.is_working(at(instant)) is working


def test_hours_follow_the_clock_across_both_changes(office: Calendar) -> None:
    assert office.is_working(datetime(2024, 3, 29, 8, 0, tzinfo=UTC))  # Friday before, 09:00 +01:00
    assert office.is_working(datetime(2024, 4, 2, 7, 0, tzinfo=UTC))  # Tuesday after, 09:00 +02:00
    assert not office.is_working(datetime(2024, 10, 28, 7, 0, tzinfo=UTC))  # 08:00 +01:00


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-02-29", 24)])
def test_a_day_has_the_hours_that_the_clock_gives_it(office: Calendar, day: str, hours: int) -> None:
    spans = office.day(date.fromisoformat(day)).discouraged
    if hours == 24:
        assert sum(span.seconds for span, _ in spans) == 8 * 3600
    else:
        assert spans[0][0].seconds == hours * 3600


def test_alsace_moselle_has_two_more_holidays(office: Calendar) -> None:
    east = room.load("fr-alsace-moselle-2026.1")
    both = [(office.is_working_day(day), east.is_working_day(day)) for day in (date(2025, 12, 26), date(2026, 4, 3))]
    assert both == [(True, False), (True, False)]
    assert east.holiday(date(2026, 4, 3)) == "Good Friday"


def test_a_year_that_is_not_listed_is_refused(office: Calendar) -> None:
    with pytest.raises(InfogereError, match=r"covers 2015 to 2050, not 2051.*infogere calendar generate"):
        office.day(date(2051, 3, 1))


def test_working_days_after_a_date(office: Calendar) -> None:
    assert office.add_working_days(date(2024, 5, 7), 1) == date(2024, 5, 10)  # 8 and 9 May are holidays
    assert office.add_working_days(date(2024, 5, 7), 0) == date(2024, 5, 7)


def test_closed_days_count_unless_only_national_holidays_are_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from infogere.calendar.generate import provider_file

    path = tmp_path / "ours.yml"
    text = provider_file("ours-1", first_year=2024, last_year=2025)
    path.write_text(text.replace("closed_days: {}", "closed_days: {2024-05-10: Bridge day}"))
    bridge = date(2024, 5, 10)
    ours = room.load(path)
    assert not ours.is_working_day(bridge)
    assert ours.day(bridge).closed == "Bridge day"
    national = room.load(path, readings=terms.readings(changes={"working_calendar": "national-holidays"}))
    assert national.is_working_day(bridge)


def test_instants_are_aware(office: Calendar) -> None:
    with pytest.raises(ValueError, match="instants are aware"):
        office.is_working(datetime(2024, 5, 7, 10, 0))  # noqa: DTZ001


def test_spans_never_leave_their_day(office: Calendar) -> None:
    day = date(2024, 1, 1)
    while day.year == 2024:
        plan = office.day(day)
        for span in (*plan.working, *plan.patchable, *(span for span, _ in plan.discouraged)):
            assert office.local(span.start).date() == day
            assert office.local(span.end - timedelta(microseconds=1)).date() == day
        day += timedelta(days=1)
