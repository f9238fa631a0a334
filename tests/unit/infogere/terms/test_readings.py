"""Readings: twenty-nine questions, two profiles, typed switches."""

from __future__ import annotations

from typing import get_args

import pytest

from infogere import terms
from infogere.errors import InfogereError
from infogere.terms.loading import SHIPPED


def test_every_question_has_its_switches_and_clauses() -> None:
    file = terms.readings_file()
    assert list(file.questions) == [f"Q{number}" for number in range(1, 30)]
    obligations = terms.obligations()
    asked = {number for obligation in obligations.clauses.values() for number in obligation.readings}
    assert asked == set(file.questions), "every question belongs to a clause, and the other way round"


def test_choices_in_the_file_are_those_of_the_type() -> None:
    for question in terms.readings_file().questions.values():
        for name, switch in question.switches.items():
            typed = get_args(terms.Readings.model_fields[name].annotation)
            assert tuple(switch.choices) == (typed if switch.choices else ())


def test_profiles_differ_where_it_matters() -> None:
    customer, provider = terms.readings("customer"), terms.readings("provider")
    assert (customer.breach_test, provider.breach_test) == ("month-or-year", "year-only")
    assert (customer.gtr_bands, provider.gtr_bands) == ("overrun-up-to", "threshold-reached")
    assert f"{customer.afternoon_starts:%H:%M}" == "12:00"
    assert "breach_test" in terms.readings_file().differences()
    assert "missing_data" not in terms.readings_file().differences()
    assert terms.readings_file().question_of("breach_test") == "Q20"


def test_an_order_form_settles_a_switch() -> None:
    readings = terms.readings("customer", changes={"caps": "separate"})
    assert readings.caps == "separate"
    assert readings.breach_test == "month-or-year"


def test_fewer_than_two_reminders_are_not_several() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 2"):
        terms.readings("customer", changes={"reminders": 1})


def test_unknown_profile() -> None:
    with pytest.raises(InfogereError, match="choose customer or provider"):
        terms.profile_named("judge")


def test_a_value_that_is_no_choice_is_refused_with_its_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    contract = (SHIPPED / "HBT-20220901-01.yml").read_text(encoding="utf-8")
    readings = (SHIPPED / "readings.yml").read_text(encoding="utf-8")
    (tmp_path / "ours.yml").write_text(contract, encoding="utf-8")
    broken = readings.replace("customer: month-or-year", "customer: decade")
    (tmp_path / "readings.yml").write_text(broken, encoding="utf-8")
    with pytest.raises(InfogereError, match=r"readings\.yml:\d+: questions\.Q20\.switches\.breach_test: .*'decade'"):
        terms.readings(path=tmp_path / "ours.yml")
