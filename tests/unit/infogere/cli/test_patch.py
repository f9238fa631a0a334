"""``infogere patch`` as a user calls it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infogere import terms
from infogere.cli.patch import app
from infogere.errors import InfogereError
from infogere.patching import frozen
from infogere.patching.choices import choices_of
from infogere.patching.facts import pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import plan_of

runner = CliRunner()


def test_classify_for_machines() -> None:
    result = runner.invoke(app, ["classify", "1.24.0", "1.26.0", "--package", "nginx", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "class": "major",
        "component": 2,
        "allowed": False,
        "clause": "A-L3-23",
        "reason": "component 2 changes: 1.24.0 -> 1.26.0; the customer's consent (infogere patch propose) or an"
        " exception of the terms (updates.exceptions) lifts it",
    }


@pytest.mark.parametrize(
    ("versions", "way_out"),
    [
        (["252.38-1~deb12u1", "252.39-1~deb12u1"], "updates.exceptions"),
        (["2024a", "2024b"], "infogere patch propose"),
        (["1.2.3", "none"], "infogere patch propose"),
        (["1.2.4", "1.2.3"], "a downgrade is never applied; mend the archives"),
    ],
)
def test_a_refusal_names_the_way_out(versions: list[str], way_out: str) -> None:
    result = runner.invoke(app, ["classify", *versions])
    assert result.stdout.startswith("refused"), result.stdout
    assert way_out in result.stdout


def test_what_is_allowed_names_none() -> None:
    result = runner.invoke(app, ["classify", "1.2.3", "1.2.4", "--json"])
    assert json.loads(result.stdout)["reason"] == "component 3 changes: 1.2.3 -> 1.2.4"


@pytest.mark.parametrize(
    "installed", ["x" * 10_000, "1.2.3; reboot", "$(reboot)", "1.2.\x1b[31m3", "1.2.\n\n3", "v", "é1.2"]
)
def test_hostile_text_gives_one_short_printable_line(installed: str) -> None:
    result = runner.invoke(app, ["classify", installed, "1.2.4", "--json"])
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["class"], answer["allowed"]) == (0, "unknown", False)
    assert answer["reason"].isprintable()
    assert len(answer["reason"]) < 300


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


@pytest.mark.parametrize("versions", [[" ", "1.0"], ["1.0", ""], ["none", "(none)"]])
def test_nothing_to_judge_is_refused(versions: list[str]) -> None:
    result = runner.invoke(app, ["classify", *versions])
    assert isinstance(result.exception, InfogereError)
    assert result.exception.way_out


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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "say what it was said on"),
        (("--ticket", "T-1", "--proposal", "P-20261120-3f9a01"), "say what it was said on"),
        (("--proposal", "P-20261120-3f9a01"), "no proposal P-20261120-3f9a01 on record"),
        (("--ticket", "T-1"), "does not say which update"),
        (("--ticket", "T-1", "-s", WEB1), "does not say which update"),
        (("--ticket", "T-1", "-s", WEB1, "-p", "nginx", "--said", "2099-01-01T10:00"), "--said lies in the future"),
    ],
)
def test_what_an_answer_is_about(state_dir: Path, options: tuple[str, ...], words: str) -> None:
    result = runner.invoke(app, ["agree", "--by", "Ada", "-i", EXAMPLE, *options])
    assert isinstance(result.exception, InfogereError)
    assert words in str(result.exception)


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
        ("defer", "--reason", "sale", "--until", "2020-12-27"),
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


def frozen_plan(state_dir: Path) -> None:
    said = {"changes": [{"package": "nginx", "installed": "1.24.0-1", "candidate": "1.26.0-1"}]}
    made = plan_of(WEB1, "OF-2026-0042", pending_of(WEB1, said), Judge(terms.load(), terms.readings()))
    frozen.freeze(state_dir, made)


def invoke(*arguments: str) -> str:
    result = runner.invoke(app, [*arguments, "-i", EXAMPLE])
    if isinstance(result.exception, InfogereError):
        raise result.exception
    return result.stdout


def test_from_the_proposal_to_the_answer(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOGERE_SMTP_URL", "smtp://127.0.0.1:1")  # nobody takes it: it waits in the outbox
    monkeypatch.setenv("INFOGERE_MAIL_FROM", "Example Hosting <ops@provider.example>")
    with pytest.raises(InfogereError, match="has no plan"):
        invoke("propose", "-s", WEB1)
    frozen_plan(state_dir)
    assert "nginx 1.24.0-1 -> 1.26.0-1" in invoke("propose", "-s", WEB1, "--preview")
    assert not (state_dir / "record.db").exists()
    first = runner.invoke(app, ["propose", "-s", WEB1, "-i", EXAMPLE])
    assert (first.exit_code, "not accepted yet" in first.output) == (1, True)
    made = json.loads(invoke("propose", "-s", WEB1, "--json"))
    assert (made["fresh"], made["open"]) == (False, ["nginx"])
    shown = invoke("propose", "-s", WEB1)
    assert f"infogere patch agree|refuse|defer --proposal {made['proposal']}" in shown
    (line,) = [one for one in json.loads(invoke("status", "--json")) if one["server"] == WEB1]
    assert line["proposed"] is not None
    assert made["proposal"] in runner.invoke(app, ["show", WEB1]).stdout

    with pytest.raises(InfogereError, match="does not have vim"):
        invoke("agree", "--proposal", made["proposal"], "-p", "vim", "--by", "Ada")
    assert "Ada agreed nginx" in invoke("agree", "--proposal", made["proposal"], "--by", "Ada")
    (line,) = [one for one in json.loads(invoke("status", "--json")) if one["server"] == WEB1]
    assert line["proposed"] is None


def test_a_level_without_updates_gets_no_proposal(state_dir: Path) -> None:
    with pytest.raises(InfogereError, match="gets no updates from us"):
        invoke("propose", "-s", "build.garage-lambert.example")


@pytest.mark.parametrize(
    ("options", "words"),
    [(("-s", "web1.example.net"), "web1.example.net"), (("-s", WEB1, "--emergency", " "), "--emergency is empty")],
)
def test_a_reboot_of_nobody_or_for_nothing(state_dir: Path, options: tuple[str, ...], words: str) -> None:
    with pytest.raises(InfogereError, match=words):
        invoke("reboot", *options)
