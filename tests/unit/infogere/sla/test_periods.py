"""Months and service years."""

from __future__ import annotations

import pytest

from doubles.histories import PARIS, at
from infogere.errors import InfogereError
from infogere.sla import periods


def years(commissioned: str, start: str, end: str) -> list[tuple[str, int, int]]:
    found = periods.service_years(at(commissioned), PARIS, at(start), at(end))
    return [(year.name, year.start, year.end) for year in found]


def test_a_month_with_an_anniversary_touches_two_service_years() -> None:
    assert years("2023-03-15 10:00", "2024-03-01 00:00", "2024-04-01 00:00") == [
        ("1", at("2023-03-15 10:00"), at("2024-03-15 10:00")),
        ("2", at("2024-03-15 10:00"), at("2025-03-15 10:00")),
    ]


def test_an_anniversary_at_the_first_instant_of_a_month_touches_one() -> None:
    assert [name for name, _, _ in years("2023-03-01 00:00", "2024-03-01 00:00", "2024-04-01 00:00")] == ["2"]


def test_the_month_of_commissioning_begins_in_the_first_year() -> None:
    assert [name for name, _, _ in years("2024-03-15 10:00", "2024-03-15 10:00", "2024-04-01 00:00")] == ["1"]


def test_a_year_from_29_february_ends_on_28_february() -> None:
    first, second = years("2024-02-29 12:00", "2025-02-01 00:00", "2025-03-01 00:00")
    assert first[2] == second[1] == at("2025-02-28 12:00")
    leap = years("2024-02-29 12:00", "2028-02-01 00:00", "2028-03-01 00:00")
    assert leap[0][2] == at("2028-02-29 12:00")


@pytest.mark.parametrize("name", ["2024-13", "2024-6", "2024", "june", "1969-12", "2024-06-01", ""])
def test_what_is_no_month(name: str) -> None:
    with pytest.raises(InfogereError, match="no month"):
        periods.month(name, PARIS)
