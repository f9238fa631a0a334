"""Windows: start inclusive, end exclusive, cutoff, recurrence, next opening."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infogere import calendar as room
from infogere.calendar import Calendar, patch_window
from infogere.calendar.windows import Inside, RecurringWindow, WorkingHours
from infogere.errors import InfogereError
from infogere.terms import MaintenanceSlot

OFFICE = room.load()
PATCHES = patch_window(OFFICE)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
durations = st.integers(0, 8 * 3600)


def slot(rule: str, start: str, end: str, **more) -> MaintenanceSlot:  # type: ignore[no-untyped-def]
    return MaintenanceSlot(rule=rule, start=start, end=end, first_day=date(2024, 1, 1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("instant", "duration", "allowed"),
    [
        ("2024-05-07T09:00:00", 0, True),
        ("2024-05-07T08:59:59", 0, False),
        ("2024-05-07T11:59:59", 0, True),
        ("2024-05-07T12:00:00", 0, False),
        ("2024-05-07T11:30:00", 1800, True),
        ("2024-05-07T11:30:01", 1800, False),
        ("2024-05-06T15:59:59", 0, True),
        ("2024-05-06T16:00:00", 0, False),
        ("2024-05-08T10:00:00", 0, False),
        ("2024-05-06T09:00:00", 7 * 3600, True),
        ("2024-05-06T09:00:00", 7 * 3600 + 1, False),
    ],
)
def test_default_patch_window(at, instant: str, duration: int, allowed: bool) -> None:  # type: ignore[no-untyped-def]
    assert PATCHES.contains(at(instant), duration) is allowed


@pytest.mark.parametrize(
    ("instant", "duration", "opening"),
    [
        ("2024-05-07T10:00", 0, "2024-05-07T10:00"),
        ("2024-05-07T12:00", 0, "2024-05-10T09:00"),
        ("2024-05-10T11:30", 3600, "2024-05-13T09:00"),
        ("2026-12-24T15:00", 1800, "2026-12-28T09:00"),
        ("2024-10-26T10:00", 0, "2024-10-28T09:00"),
        ("2024-03-30T10:00", 0, "2024-04-02T09:00"),
        # Longer than a Friday's three hours.
        ("2024-06-07T09:00", 4 * 3600, "2024-06-10T09:00"),
    ],
)
def test_next_opening(at, instant: str, duration: int, opening: str) -> None:  # type: ignore[no-untyped-def]
    assert PATCHES.next_opening(at(instant), duration) == at(opening)


def test_nothing_opens_for_work_longer_than_any_window(at) -> None:  # type: ignore[no-untyped-def]
    assert PATCHES.next_opening(at("2024-05-07T10:00"), 8 * 3600) is None


@given(instants, durations)
@settings(deadline=None)
def test_a_next_opening_is_allowed_and_nothing_earlier_is(at: datetime, duration: int) -> None:
    opening = PATCHES.next_opening(at, duration)
    if duration > 7 * 3600:
        assert opening is None
        return
    assert opening is not None
    assert opening >= at
    assert PATCHES.contains(opening, duration)
    if opening > at:
        earlier = opening - timedelta(microseconds=1)
        assert not PATCHES.contains(at, duration)
        assert not PATCHES.contains(max(at, earlier), duration)
        step = (opening - at) / 7
        assert not any(PATCHES.contains(at + number * step, duration) for number in range(7))


@given(instants, durations)
@settings(deadline=None)
def test_windows_never_start_outside_working_hours_nor_when_discouraged(at: datetime, duration: int) -> None:
    for start in (at, PATCHES.next_opening(at, duration)):
        if start is not None and PATCHES.contains(start, duration):
            assert OFFICE.is_working(start)
            assert OFFICE.discouraged(start) is None


weekly_slots = st.builds(
    lambda days, start, end: slot(f"FREQ=WEEKLY;BYDAY={','.join(sorted(days))}", start.isoformat(), end.isoformat()),
    st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
    st.times(),
    st.times(),
)


@given(weekly_slots, instants)
@settings(deadline=None, max_examples=40)
def test_a_customers_slot_stays_inside_working_hours_unless_ordered(own: MaintenanceSlot, at: datetime) -> None:
    window = patch_window(OFFICE, own)
    opening = window.next_opening(max(at, datetime(2024, 1, 2, tzinfo=UTC)))
    assert opening is None or OFFICE.is_working(opening)


@given(weekly_slots, instants, durations)
@settings(deadline=None, max_examples=40)
def test_next_opening_of_any_slot(own: MaintenanceSlot, at: datetime, duration: int) -> None:
    window = RecurringWindow(own, OFFICE.zone)
    opening = window.next_opening(at, duration)
    if opening is not None:
        assert window.contains(opening, duration)
        assert opening == at or not window.contains(opening - timedelta(microseconds=1), duration)


def test_a_night_slot_runs_past_midnight(at) -> None:  # type: ignore[no-untyped-def]
    window = patch_window(OFFICE, slot("FREQ=WEEKLY;BYDAY=TU", "23:00", "02:00", outside_hours=True))
    assert window.contains(at("2024-05-07T23:00"))
    assert window.contains(at("2024-05-08T01:59:59"))
    assert not window.contains(at("2024-05-08T02:00"))
    assert window.contains(at("2024-05-08T00:30"), 90 * 60)
    assert not window.contains(at("2024-05-08T00:31"), 90 * 60)


def test_touching_slots_are_one_across_midnight(at) -> None:  # type: ignore[no-untyped-def]
    window = patch_window(OFFICE, slot("FREQ=DAILY", "00:00", "00:00", outside_hours=True))
    assert window.contains(at("2024-05-07T23:00"), 36 * 3600)
    assert window.next_opening(at("2024-05-07T23:00"), 36 * 3600) == at("2024-05-07T23:00")


@pytest.mark.parametrize(("day", "hours"), [("2024-03-30", 4), ("2024-10-26", 6), ("2024-10-19", 5)])
def test_a_night_slot_keeps_its_wall_times_when_the_clock_changes(day: str, hours: int) -> None:
    window = RecurringWindow(slot("FREQ=DAILY", "22:30", "03:30"), OFFICE.zone)
    assert [span.seconds for span in window.spans_on(date.fromisoformat(day))] == [hours * 3600]


def test_a_slot_whose_start_the_clock_skips_opens_after_the_gap(at) -> None:  # type: ignore[no-untyped-def]
    window = RecurringWindow(slot("FREQ=DAILY", "02:30", "04:00"), OFFICE.zone)
    (span,) = window.spans_on(date(2024, 3, 31))
    assert (span.start, span.seconds) == (at("2024-03-31T03:00"), 3600)
    within = RecurringWindow(slot("FREQ=DAILY", "02:10", "02:50"), OFFICE.zone)
    assert within.spans_on(date(2024, 3, 31)) == ()


def test_monthly_rule_exclusions_and_interval(at) -> None:  # type: ignore[no-untyped-def]
    second_wednesday = patch_window(
        OFFICE, slot("FREQ=MONTHLY;BYDAY=2WE", "10:00", "12:00", excluded={date(2024, 6, 12)})
    )
    # 8 May 2024 is the second Wednesday, and a holiday; 12 June is excluded.
    assert second_wednesday.next_opening(at("2024-05-01T00:00")) == at("2024-07-10T10:00")
    every_other_week = RecurringWindow(slot("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "10:00", "12:00"), OFFICE.zone)
    assert [bool(every_other_week.spans_on(date(2024, 1, day))) for day in (1, 8, 15)] == [True, False, True]


def test_a_leap_day_slot_opens_every_four_years(at) -> None:  # type: ignore[no-untyped-def]
    window = RecurringWindow(slot("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "10:00", "12:00"), OFFICE.zone)
    assert window.next_opening(at("2027-12-01T00:00")) == at("2028-02-29T10:00")
    assert window.next_opening(at("2025-03-01T00:00")) is None


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYWHAT=MO"])
def test_a_rule_that_is_none(rule: str) -> None:
    with pytest.raises(InfogereError, match="no recurrence rule"):
        RecurringWindow(slot(rule, "10:00", "12:00"), OFFICE.zone).spans_on(date(2024, 5, 7))


@pytest.mark.parametrize("rule", ["every tuesday", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY\nEXDATE:20240101"])
def test_a_rule_that_the_order_form_refuses(rule: str) -> None:
    with pytest.raises(ValueError, match="rule"):
        slot(rule, "10:00", "12:00")


def test_a_slot_is_cut_to_working_hours(office: Calendar, at) -> None:  # type: ignore[no-untyped-def]
    window = patch_window(office, slot("FREQ=WEEKLY;BYDAY=TU", "17:00", "20:00"))
    assert isinstance(window, Inside)
    assert isinstance(window.bounds, WorkingHours)
    (span,) = window.openings(date(2024, 5, 13), date(2024, 5, 19))
    assert (office.local(span.start).time(), office.local(span.end).time()) == (time(17), time(18))
    assert not window.contains(at("2024-05-14T18:00"))
