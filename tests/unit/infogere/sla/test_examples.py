"""The contract's worked examples (article 5), in plain figures: each is exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from doubles.histories import PARIS, at, history, incident, priced, works
from infogere.sla import periods
from infogere.sla.result import Result


def _down(seconds: int, month: str = "2024-06") -> Result:
    start = at(f"{month}-10 00:00")
    return priced(history(incident(start, start + seconds)), month)


@pytest.mark.parametrize(
    ("month", "seconds"),
    [("2024-03", 2_674_800), ("2024-10", 2_682_000), ("2024-06", 2_592_000), ("2024-02", 29 * 86_400)],
)
def test_months_have_their_real_length(month: str, seconds: int) -> None:
    assert _down(0, month).month.availability.total_s == seconds


@pytest.mark.parametrize(("begin", "seconds"), [("2024-03-15 10:00", 31_536_000), ("2023-03-15 10:00", 31_622_400)])
def test_service_years_have_their_real_length(begin: str, seconds: int) -> None:
    result = priced(history(commissioned=at(begin)), "2024-03")
    assert result.years[-1].availability.total_s == 31_536_000
    first = next(periods.service_years(at(begin), PARIS, at(begin), at(begin) + 1))
    assert first.end - first.start == seconds


@pytest.mark.parametrize(
    ("unavailable", "rate", "breach"),
    [(2_592, "99.900000", False), (2_593, "99.899961", True), (3_600, "99.861111", True)],
)
def test_the_month_test_compares_integers(unavailable: int, rate: str, breach: bool) -> None:
    month = _down(unavailable).month
    assert (str(month.availability.rate), month.breach) == (rate, breach)


def test_readings_diverge_in_january_and_february() -> None:
    january = _down(44 * 60, "2024-01").month
    assert (str(january.availability.rate), january.breach) == ("99.901434", True)
    start = at("2025-02-10 00:00")
    february = priced(history(incident(start, start + 41 * 60)), "2025-02").month
    assert (str(february.availability.rate), february.breach) == ("99.898313", False)


def test_one_outage_of_three_hours_in_a_year() -> None:
    past = history(incident("2025-06-10 10:00", "2025-06-10 13:00"), commissioned=at("2025-01-01 00:00"))
    month = priced(past, "2025-06")
    assert str(month.years[0].availability.rate) == "99.965753"
    assert month.month.breach
    assert not priced(past, "2025-06", breach_test="year-only").month.breach


FORMULA = (
    incident("2024-06-03 10:00", "2024-06-03 11:00"),
    incident("2024-06-05 10:00", "2024-06-05 20:00", id="I2", cause="client"),
)


def test_the_formula_with_planned_works() -> None:
    past = history(*FORMULA, works("2024-06-20 00:00", "2024-06-20 04:00"))
    terms = priced(past).month.availability
    assert (terms.numerator, terms.denominator) == (2_538_000, 2_541_600)
    assert str(terms.rate) == "99.858357"


def test_the_formula_without_planned_works() -> None:
    terms = priced(history(*FORMULA)).month.availability
    assert terms.numerator * 710 == terms.denominator * 709
    assert str(terms.rate) == "99.859155"


def test_a_provider_only_numerator_never_shows_more_than_the_whole() -> None:
    terms = priced(history(*FORMULA), incident_time="provider-only").month.availability
    assert terms.rate == 100


@pytest.mark.parametrize(
    ("restored", "overrun", "percent", "amount"),
    [
        ("14:00:00", 0, 0, "0.00"),
        ("14:00:01", 1, 20, "24.00"),
        ("15:01:00", 3_660, 30, "36.00"),
        ("17:01:00", 10_860, 50, "60.00"),
    ],
)
def test_gtr_of_four_hours(restored: str, overrun: int, percent: int, amount: str) -> None:
    (line,) = priced(history(incident("2024-06-12 10:00:00", f"2024-06-12 {restored}"))).gtr.lines
    assert (line.overrun_s, line.percent, line.amount) == (overrun, percent, Decimal(amount))


@pytest.mark.parametrize(
    ("seconds", "percent"), [(43 * 60 + 12, "0"), (60 * 60, "2.5"), (3 * 3_600, "7.5"), (43 * 60 + 13, "2.5")]
)
def test_gtd_slices(seconds: int, percent: str) -> None:
    assert _down(seconds).gtd.percent == Decimal(percent)


@pytest.mark.parametrize(("sent", "excluded"), [("2024-06-12 23:59", 3_600), ("2024-06-13 00:00", 0)])
def test_the_last_valid_notice_of_works_on_20_june(sent: str, excluded: int) -> None:
    past = history(works("2024-06-20 22:00", "2024-06-20 23:00", notice_sent=sent))
    assert priced(past).month.availability.planned_s == excluded
