"""Which seconds a GTR covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from doubles.histories import PARIS, at
from infogere import calendar
from infogere.errors import InfogereError
from infogere.sla import coverage
from infogere.sla.coverage import Coverage
from infogere.sla.intervals import total

OFFICE = Coverage(coverage.parse("Mon-Fri 09:00-18:00"), PARIS, frozenset({date(2024, 5, 8), date(2024, 5, 9)}))


def test_all_hours() -> None:
    assert Coverage(coverage.parse("24x7"), PARIS, frozenset()).spans(100, 200) == ((100, 200),)
    assert coverage.parse(None) is None, "silence means all hours (Q22)"


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2024-05-06 00:00", "2024-05-13 00:00", 3 * 9),  # a week with two holidays
        ("2024-05-03 17:00", "2024-05-06 10:00", 2),  # Friday evening to Monday morning
        ("2024-05-08 00:00", "2024-05-09 00:00", 0),
        ("2023-12-29 17:00", "2024-01-02 10:00", 1 + 9 + 1),  # over New Year, which this calendar does not close
    ],
)
def test_office_hours(start: str, end: str, hours: int) -> None:
    assert total(OFFICE.spans(at(start), at(end))) == hours * 3600


def test_hours_are_wall_times_on_the_day_the_clock_changes() -> None:
    nights = Coverage(coverage.parse("Sun 00:00-24:00"), PARIS, frozenset())
    assert total(nights.spans(at("2024-03-31 00:00"), at("2024-04-01 00:00"))) == 23 * 3600
    assert total(nights.spans(at("2024-10-27 00:00"), at("2024-10-28 00:00"))) == 25 * 3600


def test_weekdays_may_go_over_the_end_of_the_week() -> None:
    weekly = coverage.parse("Sat-Mon 08:00-12:00")
    assert weekly is not None
    assert weekly.weekdays == {5, 6, 0}


@pytest.mark.parametrize(
    "text", ["24/7", "", "Mon-Fri", "Mon-Fri 18:00-09:00", "Mon-Fri 9:00-18:00", "Lun 09:00-12:00"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InfogereError, match=r"cannot be read.*A-5.1-5"):
        coverage.parse(text)


def test_closed_days_are_those_of_the_provider(tmp_path: Path) -> None:
    office = calendar.load()
    closed = coverage.closed_days(office)
    assert date(2024, 5, 8) in closed
    bridge = office.data.model_copy(update={"closed_days": {date(2024, 5, 10): "bridge"}})
    assert date(2024, 5, 10) in coverage.closed_days(replace(office, data=bridge))
    national = office.readings.model_copy(update={"working_calendar": "national-holidays"})
    assert date(2024, 5, 10) not in coverage.closed_days(replace(office, data=bridge, readings=national))
