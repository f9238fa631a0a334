"""``infogere patch`` as a user calls it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infogere.cli.patch import app
from infogere.errors import InfogereError
from infogere.patching.choices import choices_of

runner = CliRunner()


def test_classify_for_machines() -> None:
    result = runner.invoke(app, ["classify", "1.24.0", "1.26.0", "--package", "nginx", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "class": "major",
        "component": 2,
        "allowed": False,
        "clause": "A-L3-23",
        "reason": "component 2 changes: 1.24.0 -> 1.26.0",
    }


def test_classify_for_people() -> None:
    result = runner.invoke(app, ["classify", "2024a", "2024b", "--package", "tzdata"])
    assert result.stdout.startswith("allowed  minor  [A-L3-22]")


@pytest.mark.parametrize("options", [[], ["--security"]])
def test_classify_under_the_provider_s_readings(options: list[str]) -> None:
    result = runner.invoke(app, ["classify", "1.24.0", "1.26.0", "--profile", "provider", "--json", *options])
    assert json.loads(result.stdout)["allowed"] == bool(options)


@pytest.mark.parametrize(
    ("installed", "candidate", "update_class", "allowed"),
    [("1.2.3", "(none)", "unknown", False), ("(none)", "1.2.3", "minor", True), ("1.2.3", "none", "unknown", False)],
)
def test_a_version_that_is_not_there(installed: str, candidate: str, update_class: str, allowed: bool) -> None:
    result = runner.invoke(app, ["classify", installed, candidate, "--json"])
    answer = json.loads(result.stdout)
    assert (answer["class"], answer["allowed"]) == (update_class, allowed)


def test_an_empty_version_is_refused() -> None:
    result = runner.invoke(app, ["classify", " ", "1.0"])
    assert isinstance(result.exception, InfogereError)


EXAMPLE = str(Path(__file__).parents[4] / "inventories" / "example")
WEB1 = "web1.librairie-occitane.example"


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)
    return tmp_path


def choose(verb: str, *options: str) -> Any:
    common = ["--server", WEB1, "-p", "nginx", "--ticket", "Q-17", "--by", "Ada", "-i", EXAMPLE]
    return runner.invoke(app, [verb, *common, *options])


def test_the_customer_s_word_goes_into_the_record(state_dir: Path) -> None:
    assert choose("refuse", "--reason", "a sale is on").stdout.startswith(
        f"entry 1: Ada refused nginx on {WEB1} (Q-17)"
    )
    assert choose("defer", "--reason", "sale", "--until", "2026-12-27", "--said", "2026-11-20T14:30").exit_code == 0
    assert choose("agree").exit_code == 0
    said = choices_of(f"sqlite:///{state_dir / 'record.db'}", WEB1, date(2026, 11, 23))
    assert said["nginx"].choice == "agreed"


@pytest.mark.parametrize(
    "options",
    [
        ("defer", "--reason", "sale", "--until", "Christmas"),
        ("refuse", "--reason", "two\nlines"),
        ("agree", "--said", "2026-11-20"),
    ],
)
def test_a_word_that_cannot_be_kept_is_refused(state_dir: Path, options: tuple[str, ...]) -> None:
    assert isinstance(choose(*options).exception, InfogereError)


def test_the_fleet_at_a_glance(state_dir: Path) -> None:
    result = runner.invoke(app, ["status", "-i", EXAMPLE, "--json"])
    assert result.exit_code == 0
    lines = {line["server"]: line for line in json.loads(result.stdout)}
    assert lines[WEB1]["never"] == ""
    assert lines[WEB1]["opens"] is not None
    assert any(line["never"] and line["opens"] is None for line in lines.values())
    overdue = runner.invoke(app, ["status", "-i", EXAMPLE, "--cycle", "14"])
    assert overdue.exit_code == 1
    assert "overdue" in overdue.stdout
