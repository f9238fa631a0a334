"""Order forms: what is written is kept exactly, what is missing is refused by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from infogere.fleet.models import OrderForm

PARIS = ZoneInfo("Europe/Paris")


def form(**values: Any) -> OrderForm:
    return OrderForm.model_validate({"id": "OF-1", "customer": "someone", "level": "custom", **values})


@pytest.mark.parametrize(("written", "kept"), [(120.5, "120.50"), (120, "120.00"), ("120.10", "120.10"), (0.1, "0.10")])
def test_money_is_what_was_written(written: Any, kept: str) -> None:
    assert str(form(monthly_fee=written).monthly_fee) == kept


@pytest.mark.parametrize("written", ["-1", "1.001", "NaN", "1e400", True, "12,50"])
def test_other_amounts_are_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        form(monthly_fee=written)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (date(2026, 1, 1), datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("2026-07-01T10:00:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("2026-07-01T10:00:00+00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_commissioning_date_is_in_the_contract_s_zone(written: Any, instant: datetime) -> None:
    assert form(commissioning_date=written).commissioned_at(PARIS) == instant


def test_what_the_terms_do_not_say_is_never_guessed() -> None:
    assert (form().monthly_fee, form().gtr) == (None, None)
    with pytest.raises(ValidationError):
        form(gtr={"coverage": "24x7"})


@pytest.mark.parametrize("coverage", ["24x7", "Mon-Fri 09:00-18:00", "Sat 00:00-24:00"])
def test_gtr_coverage(coverage: str) -> None:
    sold = form(gtr={"hours": 4, "coverage": coverage}).gtr
    assert sold is not None
    assert sold.coverage == coverage


@pytest.mark.parametrize("coverage", ["always", "Mon-Fri 9-18", "Mon-Fri 09:00-25:00"])
def test_other_coverage_is_refused(coverage: str) -> None:
    with pytest.raises(ValidationError):
        form(gtr={"hours": 4, "coverage": coverage})


def test_php_series_survive_yaml_floats() -> None:
    assert form(php_versions=[8.2, "8.4"]).php_versions == ("8.2", "8.4")
