"""Every UTC day is closed once, in order, after it is over; a missing one is always a finding."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infogere.record import days
from infogere.record.database import RecordError

NOON = "T12:00:00.000000Z"


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-11-23", "2026-11-23", []),
        ("2026-11-23", "2026-11-24", ["2026-11-23"]),
        ("2026-11-23", "2026-11-26", ["2026-11-23", "2026-11-24", "2026-11-25"]),
        ("2026-12-31", "2027-01-01", ["2026-12-31"]),
        ("2028-02-28", "2028-03-01", ["2028-02-28", "2028-02-29"]),
        ("2026-10-24", "2026-10-26", ["2026-10-24", "2026-10-25"]),
    ],
)
def test_days_due(last, now, due):
    assert [day.isoformat() for day in days.due(last + "T23:59:59.999999Z", now + "T00:00:00.000000Z")] == due


@pytest.mark.parametrize(("recorded", "late"), [("2026-11-24", False), ("2026-11-25", True)])
def test_late_is_after_the_day_after(recorded, late):
    assert days.is_late(date(2026, 11, 23), recorded + NOON) is late


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        (["e24", "c24@25", "e25"], None),
        (["e24", "c24@26 late", "c25@26", "e26"], None),
        (["e24", "e25"], "no checkpoint closes 2026-11-24"),
        (["e24", "c24@25", "e28"], "no checkpoint closes 2026-11-25 to 2026-11-27"),
        (["e24", "c25@26"], "no checkpoint closes 2026-11-24"),
        (["e24", "c24@25", "c24@25"], "closes 2026-11-24 once more"),
        (["e24", "c24@24"], "closes 2026-11-24 before it is over"),
        (["e24", "c24@26"], "closes 2026-11-24 on 2026-11-26, marked in time"),
        (["e24", "c24@25 late"], "closes 2026-11-24 on 2026-11-25, marked late"),
        (["c24@25", "e25"], None),
    ],
)
def test_what_does_not_fit(steps, wrong):
    """Steps: ``e24`` an entry of the 24th; ``c24@26 late`` the checkpoint of the 24th, made on the 26th."""
    calendar, said = days.Calendar(), []
    for step in steps:
        what, _, late = step.partition(" ")
        closed, _, made = what[1:].partition("@")
        if what[0] == "e":
            said.append(calendar.entry(f"2026-11-{closed}{NOON}"))
        else:
            said.append(calendar.checkpoint(f"2026-11-{closed}", bool(late), f"2026-11-{made}{NOON}"))
    assert [words for words in said if words] == ([wrong] if wrong else [])


@pytest.mark.parametrize("day", ["20261124", "2026-W48-2", "yesterday", "", "2026-02-30"])
def test_what_is_no_day(day):
    with pytest.raises(ValueError, match=r".*"):
        days.Calendar().checkpoint(day, False, f"2026-11-25{NOON}")


def kinds(book):
    with book.reader() as reader:
        return [(entry.kind, entry.data.get("day"), entry.data.get("late")) for entry in reader.stream()]


def test_the_first_append_after_quiet_days_closes_each_of_them(book, make):
    book.append(make.isolation("web1"))
    later = make.day + timedelta(days=3)
    book.append(make.isolation("web2"), now=later)
    assert kinds(book) == [
        ("state", None, None),
        ("checkpoint", "2026-11-23", True),
        ("checkpoint", "2026-11-24", True),
        ("checkpoint", "2026-11-25", False),
        ("state", None, None),
    ]
    report = book.verify(now=later)
    assert (report.findings, report.checkpoints, report.late) == ((), 3, 2)


def test_the_timer_closes_quiet_days_in_time(book, make):
    book.append(make.isolation("web1"))
    for day in (1, 2, 2, 3):
        with book.store() as store:
            store.close_days(make.terms, now=make.day + timedelta(days=day))
    report = book.verify(now=make.day + timedelta(days=3))
    assert (report.findings, report.checkpoints, report.late) == ((), 3, 0)


def test_an_empty_record_owes_nothing(book, make):
    with book.store() as store:
        assert store.close_days(make.terms, now=make.day) == []
    assert book.verify().entries == 0


def test_a_day_not_yet_closed_is_said(book, make):
    book.append(make.isolation("web1"))
    (finding,) = book.verify(now=make.day + timedelta(days=2)).findings
    assert (finding.code, finding.broken) == ("day", False)
    assert "no checkpoint closes 2026-11-23 to 2026-11-24 yet" in finding.message


def test_a_record_silent_for_a_year_is_rather_a_wrong_clock(book, make):
    book.append(make.isolation("web1"))
    wrong = make.day + timedelta(days=367)
    with pytest.raises(RecordError, match="the clock says 2027-11-25, 367 days after the last entry"):
        book.append(make.isolation("web2"), now=wrong)
    assert book.verify().entries == 1
    with book.store() as store:
        assert len(store.close_days(make.terms, now=wrong, after_silence=True)) == 367
    assert book.verify(now=wrong).whole


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-2, 4), st.integers(0, 23)), min_size=1, max_size=6))
def test_whatever_the_clock_does_no_day_is_missing(unmade, empty, make, steps):
    """Each step sets the clock by so many days and to an hour, also back."""
    unmade.path.unlink(missing_ok=True)
    for leftover in unmade.state_dir.glob("record.witness-*"):
        leftover.unlink()
    unmade.path.write_bytes(empty.read_bytes())
    now = make.day
    for shift, hour in steps:
        now = (now + timedelta(days=shift)).replace(hour=hour)
        unmade.append(make.isolation("web1"), now=now)
    with unmade.reader() as reader:
        entries = list(reader.stream())
    closed = [entry.data["day"] for entry in entries if entry.kind == "checkpoint"]
    first, last = (days.day_of(entry.recorded) for entry in (entries[0], entries[-1]))
    assert closed == [(first + timedelta(days=n)).isoformat() for n in range((last - first).days)]
    assert unmade.verify(now=now).findings == ()
