"""Planned works: what a notice is worth, and what counts all the same (A-5.5-1, A-5.5-3; Q9, Q28)."""

from __future__ import annotations

from typing import Any

import pytest

from doubles.histories import at, history, incident, priced, works

START, END = "2024-06-20 22:00", "2024-06-20 23:00"


@pytest.mark.parametrize(
    ("sent", "reading", "in_time"),
    [
        ("2024-06-12 23:59:59", "dates", True),
        ("2024-06-13 00:00:00", "dates", False),
        ("2024-06-11 23:59:59", "clear-days", True),
        ("2024-06-12 00:00:00", "clear-days", False),
        ("2024-06-12 22:00:00", "whole-hours", True),
        ("2024-06-12 22:00:01", "whole-hours", False),
        ("2024-06-20 22:30:00", "dates", False),  # sent after the start: no notice
        (None, "dates", False),  # no proof, so nothing is left out
    ],
)
def test_a_notice_in_time(sent: str | None, reading: str, in_time: bool) -> None:
    result = priced(history(works(START, END, notice_sent=sent)), works_notice=reading)
    terms = result.month.availability
    assert (terms.planned_s, terms.unavailable_s) == ((3_600, 0) if in_time else (0, 3_600))
    standing = "planned" if in_time else "no-proof" if sent is None else "too-late"
    assert result.works[0].standing == standing


def test_dates_are_those_of_the_contract_zone() -> None:
    # 00:30 in Paris on the 13th is still the 12th in UTC.
    late = works(START, END, notice_sent="2024-06-13 00:30")
    assert priced(history(late)).works[0].standing == "too-late"


@pytest.mark.parametrize(
    ("changes", "planned_s", "unavailable_s"),
    [
        ({"actual_end": "2024-06-20 23:20"}, 3_600, 1_200),  # an overrun counts
        ({"actual_end": "2024-06-20 22:40"}, 2_400, 0),  # what they did not take is guaranteed again
        ({"actual_start": at("2024-06-20 21:50")}, 3_600, 600),  # begun before what was announced
        ({"actual_start": at("2024-06-20 22:10")}, 3_000, 0),
        ({"actual_start": at("2024-06-20 23:10"), "actual_end": "2024-06-20 23:40"}, 0, 1_800),
    ],
)
def test_only_what_was_announced_is_left_out(changes: dict[str, Any], planned_s: int, unavailable_s: int) -> None:
    terms = priced(history(works(START, END, **changes))).month.availability
    assert (terms.planned_s, terms.unavailable_s) == (planned_s, unavailable_s)


def test_an_incident_during_planned_works_is_left_out_with_them() -> None:
    past = history(works(START, END), incident("2024-06-20 22:30", "2024-06-20 23:30"))
    result = priced(past, gtr_month="ticket")
    assert (result.month.availability.planned_s, result.month.availability.unavailable_s) == (3_600, 1_800)
    assert result.gtr.lines[0].elapsed_s == 1_800, "planned time is outside the GTR as well"


def test_a_failure_of_another_server_during_works_counts() -> None:
    job = works(START, END, servers=("web1",))
    past = history(job, incident("2024-06-20 22:30", "2024-06-20 23:30", server="web2"))
    result = priced(past)
    assert (result.month.availability.planned_s, result.month.availability.unavailable_s) == (1_800, 3_600)
    assert result.gtr.lines[0].elapsed_s == 3_600


def test_a_restart_in_an_agreed_slot() -> None:
    past = history(works(START, END, notice_sent=None, in_slot=True))
    assert priced(past).month.availability.unavailable_s == 3_600
    read = priced(past, restart_in_slot="planned")
    assert (read.month.availability.planned_s, read.works[0].standing) == (3_600, "agreed-slot")


def test_emergency_work_is_allowed_but_counts() -> None:
    past = history(works(START, END, notice_sent=None, emergency=True, customer_informed=True))
    assert priced(past).month.availability.unavailable_s == 3_600
    read = priced(past, emergency_time="excluded-when-informed")
    assert (read.month.availability.unavailable_s, read.works[0].standing) == (0, "emergency")


def test_planned_time_may_be_left_in_the_total() -> None:
    past = history(works(START, END), incident("2024-06-03 10:00", "2024-06-03 11:00"))
    assert priced(past).month.availability.denominator == 2_592_000 - 3_600
    kept = priced(past, planned_time="left-in-total").month.availability
    assert (kept.denominator, kept.numerator) == (2_592_000, 2_592_000 - 3_600)
