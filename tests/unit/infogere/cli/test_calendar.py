"""``infogere calendar`` as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from icalendar import Calendar as IcsCalendar
from typer.testing import CliRunner

from infogere.cli.calendar import app
from infogere.errors import InfogereError

runner = CliRunner()


def answer(*arguments: str) -> dict[str, object]:
    result = runner.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_a_month_in_the_terminal() -> None:
    result = runner.invoke(app, ["--month", "2026-12"])
    assert result.exit_code == 0
    assert "December 2026" in result.output
    assert "Christmas Day" in result.output
    assert "22 working days" in result.output
    assert "fr-2026.1+" in result.output
    (line,) = [line for line in result.output.splitlines() if "Thu 24" in line]
    assert "09:00-12:00" in line
    assert "holiday-eve-afternoon" in line


def test_without_options_it_is_this_month() -> None:
    result = runner.invoke(app, [])
    assert result.exit_code == 0
    assert "working days" in result.output


def test_a_month_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "december.ics"
    result = runner.invoke(app, ["--month", "2026-12", "--ics", str(file)])
    assert result.exit_code == 0
    assert len(list(IcsCalendar.from_ical(file.read_bytes()).walk("VEVENT"))) > 22
    assert "December 2026" in result.output


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    result = runner.invoke(app, ["--month", "2026-12", "--ics", str(tmp_path)])
    assert isinstance(result.exception, InfogereError)
    assert "cannot be written" in str(result.exception)


def test_another_calendar_and_the_other_profile() -> None:
    east = runner.invoke(app, ["--month", "2026-04", "--calendar", "fr-alsace-moselle-2026.1"])
    assert "Good Friday" in east.output
    provider = runner.invoke(app, ["--month", "2026-12", "--profile", "provider"])
    (line,) = [line for line in provider.output.splitlines() if "Thu 24" in line]
    assert "09:00-14:00" in line


@pytest.mark.parametrize(
    ("kind", "start", "deadline", "clause"),
    [
        ("works-notice-last-date", "2024-06-20T22:00", "2024-06-12", "A-5.5-1"),
        ("throttle-earliest", "2024-06-20T22:00+02:00", "2024-06-23T22:00:00+02:00", "A-3.2.4-3"),
        ("credit-note-due", "2024-06-03", "2024-07-03", "A-5.1-11"),
        ("mail-suspension-earliest-lift", "2024-06-03T09:00", "2024-06-08T09:00:00+02:00", "A-4.4-6"),
        ("bought-hours-expiry", "2024-06-03", "2024-07-03", "A-4.1.4-5"),
        ("occasional-hours-expiry", "2024-05-06", "2024-06-20", "A-4.2-4"),
        ("domain-transfer-last-date", "2024-04-14", "2024-02-29", "A-4.3-4"),
    ],
)
def test_deadline_as_json(kind: str, start: str, deadline: str, clause: str) -> None:
    assert answer("deadline", kind, "--from", start) == {"deadline": deadline, "clause": clause}


def test_deadline_as_text_quotes_the_clause() -> None:
    result = runner.invoke(app, ["deadline", "credit-note-due", "--from", "2024-06-03"])
    assert result.output.startswith("2024-07-03  last day to issue the credit note [A-5.1-11: ")


def test_a_wall_time_that_exists_twice_is_said_beside_the_json() -> None:
    result = runner.invoke(app, ["deadline", "throttle-earliest", "--from", "2024-10-27T02:30", "--json"])
    assert json.loads(result.stdout)["deadline"] == "2024-10-30T01:30:00+01:00"
    assert "happens twice" in result.stderr


def test_an_unknown_kind_is_a_usage_error_with_the_nearest_one() -> None:
    result = runner.invoke(app, ["deadline", "credit-note", "--from", "2024-06-03"])
    assert result.exit_code == 2
    assert "did you mean" in result.output


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2024-05-07T12:00", {"discouraged": True, "rule": "holiday-eve-afternoon", "clause": "A-4.1.3-3"}),
        ("2024-05-07T10:00", {"discouraged": False, "rule": None, "clause": "A-4.1.3-3"}),
        ("2024-05-06T16:00:00", {"discouraged": True, "rule": "weekday-late", "clause": "A-4.1.3-3"}),
    ],
)
def test_discouraged_as_json(at: str, expected: dict[str, object]) -> None:
    assert answer("discouraged", "--at", at) == expected


def test_discouraged_as_text() -> None:
    result = runner.invoke(app, ["discouraged", "--at", "2024-05-07T12:00"])
    assert result.output.startswith("Tue 2024-05-07T12:00:00+02:00: discouraged until 2024-05-08T00:00:00+02:00: ")
    fine = runner.invoke(app, ["discouraged", "--at", "2024-05-07T10:00"])
    assert fine.output == "Tue 2024-05-07T10:00:00+02:00: not discouraged [A-4.1.3-3]\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["discouraged", "--at", "2024-05-07"], "no time of day"),
        (["discouraged", "--at", "noon"], "not an instant"),
        (["--month", "2026-13"], "is no month"),
        (["--month", "2051-01"], "infogere calendar generate"),
        (["--profile", "judge"], "choose customer or provider"),
        (["--calendar", "de"], "no calendar de"),
        (["--terms", "none.yml"], "no such file"),
    ],
)
def test_errors_teach(arguments: list[str], problem: str) -> None:
    result = runner.invoke(app, arguments)
    assert isinstance(result.exception, InfogereError)
    assert problem in str(result.exception)


def test_a_generated_calendar_can_be_used(tmp_path: Path) -> None:
    text = runner.invoke(
        app, ["generate", "de-2026.1", "--first-year", "2026", "--last-year", "2026", "--country", "DE",
              "--timezone", "Europe/Berlin", "--hours", "08:00-17:00"],
    )  # fmt: skip
    file = tmp_path / "de-2026.1.yml"
    file.write_text(text.stdout)
    result = runner.invoke(app, ["--month", "2026-10", "--calendar", str(file)])
    assert "Europe/Berlin" in result.output
    assert "08:00-16:00" in result.output


def test_the_installed_command() -> None:
    command = [sys.executable, "-m", "infogere.cli.main", "calendar"]
    result = subprocess.run(
        [*command, "discouraged", "--at", "2024-05-07T12:00", "--json"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["discouraged"] is True
    refused = subprocess.run([*command, "--month", "soon"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr == "infogere: 'soon' is no month -> write year and month, e.g. 2026-12\n"


def test_the_hot_path_leaves_heavy_libraries_alone() -> None:
    program = (
        "import sys; from infogere.cli.main import main\n"
        "try: main(['calendar', 'discouraged', '--at', '2024-05-07T12:00', '--json'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'holidays', 'icalendar', 'dateutil', 'sqlalchemy', 'ansible'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
