"""Every figure is explained: clause, reading, numbers, a sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from doubles.histories import at, history, incident, priced, works
from infogere import terms
from infogere.sla import plain, wording
from infogere.sla.result import Result, Step


def step(result: Result, key: str) -> Step:
    (found,) = [one for one in result.steps if one.key == key]
    return found


RESULT = priced(
    history(
        incident("2024-06-12 09:50", "2024-06-12 15:01", ticket="2024-06-12 10:00"),
        incident("2024-06-13 10:00", "2024-06-13 11:00", id="I2", cause="client"),
        works("2024-06-20 22:00", "2024-06-20 23:00", actual_end="2024-06-20 23:30"),
    )
)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("month.total", "2024-06, 2024-06-01 00:00:00 CEST to 2024-07-01 00:00:00 CEST: 2,592,000 s (30 d)"),
        ("month.unavailable", "unavailable, every second once however many incidents overlap: 19,860 s (5 h 31 min)"),
        (
            "month.rate",
            "month 2024-06: (2,592,000 - 3,600 planned - 3,600 left out - 19,860 unavailable) / "
            "(2,592,000 - 3,600 planned - 3,600 left out) = 2,564,940 / 2,584,800 = 99.231662 %",
        ),
        ("month.limit", "19,860 s are more than the limit of 2,592 s (43 min 12 s) a month"),
        ("gtd.slices", "19,860 s in slices of 60 min: 6 started"),
        ("gtd.amount", "6 x 2.5 % = 15 %; of 120.00 EUR: 18.00 EUR"),
        (
            "gtr.line",
            "incident I1: 4 h guaranteed, so due 2024-06-12 14:00:00 CEST; restored after 18,060 s (5 h 1 min), "
            "3,660 s (1 h 1 min) late: 30 % of 120.00 EUR = 36.00 EUR",
        ),
        ("total", "15 % GTD + 30 % GTR = 45 %; of 120.00 EUR: 54.00 EUR, due if the customer asks by ticket"),
    ],
)
def test_a_customer_can_follow_it(key: str, text: str) -> None:
    assert step(RESULT, key).text == text


def test_numbers_are_data_for_other_languages() -> None:
    assert step(RESULT, "gtr.line").numbers["overrun_s"] == 3_660
    assert step(RESULT, "gtd.amount").numbers["amount"] == Decimal("18.00")
    assert step(RESULT, "works.planned").numbers["counted_s"] == 1_800
    assert step(RESULT, "incident.client").numbers["id"] == "I2"


@pytest.mark.parametrize(
    "result",
    [
        RESULT,
        priced(
            history(*(incident(f"2024-06-{day} 00:00", f"2024-06-{day} 20:00", id=day) for day in ("03", "04", "05")))
        ),
        priced(
            history(incident("2024-06-12 10:00", None, ticket=None), gtr_hours=None, coverage="Mon-Fri 09:00-18:00")
        ),
        priced(history(works("2024-06-20 22:00", "2024-06-20 23:00", notice_sent=None)), profile="provider"),
        priced(history(incident("2024-06-12 10:00", "2024-06-13 10:00")), caps="no-cumulation"),
    ],
)
def test_every_clause_and_reading_exists(result: Result) -> None:
    clauses, questions = terms.obligations().clauses, terms.readings_file().questions
    for one in result.steps:
        assert one.clause in clauses, one
        assert one.reading == "" or one.reading in questions, one
        assert one.text
        assert "\n" not in one.text


def test_what_is_missing_is_said_with_its_clause() -> None:
    gap = step(priced(history(gtr_hours=None)), "gtr.missing")
    assert (gap.clause, gap.reading) == ("A-5.2-3", "Q3")
    assert "GTR hours" in gap.text


def test_steps_are_plain_json_values() -> None:
    shown = plain.explained(RESULT)
    assert [one["key"] for one in shown] == [one.key for one in RESULT.steps]
    assert all(isinstance(value, str | int) for one in shown for value in one["numbers"].values())


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (2_592, "43 min 12 s"), (3_605, "1 h 0 min 5 s"), (90_000, "1 d 1 h")],
)
def test_durations(count: int, text: str) -> None:
    assert wording.duration(count) == text


def test_an_instant_is_a_wall_time_with_its_zone() -> None:
    assert wording.clock_time(at("2024-12-24 15:00"), history().contract.zone) == "2024-12-24 15:00:00 CET"
