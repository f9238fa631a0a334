"""``infogere sla`` as its users call it: exact JSON, both amounts, one-line errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doubles.contract_book import CONTRACT, Book, basis, moment, opened
from infogere import terms
from infogere.cli import tables
from infogere.cli.main import main

SCENARIO = """\
contract: {commissioned: 2024-01-01, timezone: Europe/Paris, monthly_fee: 120.00, gtr_hours: 4, gtr_coverage: 24x7}
month: 2024-06
incidents:
  - {id: I1, start: 2024-06-12 10:00:00, ticket: 2024-06-12 10:00:00, restored: 2024-06-12 15:01:00,
     cause: provider, effect: interruption}
"""


@dataclass(frozen=True)
class Answer:
    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Infogere = Callable[..., Answer]


@pytest.fixture
def infogere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Infogere:
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["infogere", "sla", *arguments])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        return Answer(code, *capfd.readouterr())

    return run


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "what-if.yml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def test_the_json_is_exact(infogere: Infogere, scenario: str) -> None:
    assert infogere("simulate", scenario, "--json").json == {
        "month": {
            "total_s": 2_592_000,
            "planned_s": 0,
            "unavailable_s": 18_060,
            "excluded_s": 0,
            "rate": "99.303241",
            "breach": True,
        },
        "gtd": {"slices": 6, "percent": 15, "amount": "18.00"},
        "gtr": [{"incident": "I1", "overrun_s": 3_660, "percent": 30, "amount": "36.00"}],
        "total": {"percent": 45, "amount": "54.00", "capped": False},
    }


def test_the_other_profile(infogere: Infogere, scenario: str) -> None:
    answer = infogere("simulate", scenario, "--json", "--profile", "provider").json
    assert answer["month"] == {
        "total_s": 2_592_000,
        "planned_s": 0,
        "unavailable_s": 3_660,
        "excluded_s": 0,
        "rate": "99.858796",
        "breach": False,
    }
    assert answer["gtd"] == {"slices": 0, "percent": 0, "amount": "0.00"}
    assert answer["total"] == {"percent": 20, "amount": "24.00", "capped": False}


def test_the_page_shows_both_amounts_and_what_differs(infogere: Infogere, scenario: str) -> None:
    shown = infogere("simulate", scenario).out
    for expected in ("guarantee missed", "54.00", "24.00", "Q20", "breach_test", "year-only", "planned_time"):
        assert expected in shown
    assert "readings customer" in shown


def test_the_page_fits_into_a_narrow_terminal(
    infogere: Infogere, scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PIPED_WIDTH", 100)
    text = Path(scenario).read_text(encoding="utf-8").replace("id: I1", "id: INC-2026-0001")
    (tmp_path / "long.yml").write_text(text.replace("2024-06-12 15", "2024-06-13 15"), encoding="utf-8")
    shown = infogere("simulate", str(tmp_path / "long.yml"), "--explain").out
    assert "…" not in shown  # what Rich writes where it cuts a cell
    assert all(cell in shown for cell in ("INC-2026-0001", "06-12 10:00:00 to", "06-13 15:01:00"))
    assert max(map(len, shown.splitlines())) <= 100


def test_the_arithmetic(infogere: Infogere, scenario: str) -> None:
    assert "18,060 s in slices of 60 min: 6 started" in infogere("simulate", scenario, "--explain").out
    steps = infogere("simulate", scenario, "--json", "--explain").json["explain"]
    assert {"key", "clause", "reading", "text", "numbers"} == set(steps[0])


def test_a_fault_is_one_line(infogere: Infogere, scenario: str) -> None:
    path = Path(scenario)
    path.write_text(SCENARIO.replace("gtr_hours: 4, ", ""), encoding="utf-8")
    answer = infogere("simulate", scenario)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert "contract.gtr_hours [A-5.2-3] is missing" in answer.err


def test_an_unknown_profile(infogere: Infogere, scenario: str) -> None:
    answer = infogere("simulate", scenario, "--profile", "judge")
    assert (answer.code, "choose customer or provider" in answer.err) == (1, True)


def test_hostile_text_is_only_text(infogere: Infogere, scenario: str) -> None:
    Path(scenario).write_text(SCENARIO.replace("id: I1", "id: '[bold red]x[/]'"), encoding="utf-8")
    answer = infogere("simulate", scenario, "--explain")
    assert answer.code == 0
    assert "[bold red]x[/]" in answer.out


def test_a_month_of_the_record(infogere: Infogere, tmp_path: Path) -> None:
    both = [terms.readings(profile).model_dump(mode="json") for profile in terms.PROFILES]
    readings = tuple({"name": name, "customer": both[0][name], "provider": both[1][name]} for name in both[0])
    Book(tmp_path).write(
        basis(readings=readings),
        opened(
            at="2026-10-05 08:00",
            started=moment("2026-10-05 08:00"),
            probe="https",
            ticket="RT-1",
            ticket_at=moment("2026-10-05 08:00"),
        ),
    )
    asked = ("show", "--contract", CONTRACT, "--month", "2026-10", "--at", "2026-10-05T11:00:00+00:00")
    answer = infogere(*asked, "--json").json
    assert (answer["month"]["unavailable_s"], answer["complete"]) == (10_800, False)
    assert answer["profiles"]["customer"] == {"breach": True, "percent": 7.5, "amount": "18.00"}
    assert answer["incidents"][0]["open"]
    assert "the month is not over" in infogere(*asked).out
    # In Paris it is November already.
    present = ("show", "--contract", CONTRACT, "--at", "2026-10-31T23:30:00+00:00", "--json")
    assert infogere(*present).json["month"]["total_s"] == 30 * 86_400


def test_without_gtr_hours_availability_is_priced_alone(infogere: Infogere, tmp_path: Path) -> None:
    both = [terms.readings(profile).model_dump(mode="json") for profile in terms.PROFILES]
    readings = tuple({"name": name, "customer": both[0][name], "provider": both[1][name]} for name in both[0])
    Book(tmp_path).write(basis(readings=readings, gtr_hours=None, gtr_coverage=None))
    asked = ("show", "--contract", CONTRACT, "--month", "2026-10", "--at", "2026-11-02T09:00")
    assert infogere(*asked, "--json").json["missing"]["clause"] == "A-5.2-3"
    assert f"GTR not priced without the GTR hours of contract {CONTRACT} [A-5.2-3]" in infogere(*asked).out


def test_a_contract_that_the_record_does_not_know(infogere: Infogere, tmp_path: Path) -> None:
    Book(tmp_path).write(basis())
    answer = infogere("show", "--contract", "OF-9", "--month", "2026-10")
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert "OF-9" in answer.err
