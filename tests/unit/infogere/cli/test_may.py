"""``infogere may`` as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infogere.cli.may import app
from infogere.errors import InfogereError
from infogere.record.entries import StateChange
from infogere.record.store import Store

EXAMPLE = str(Path(__file__).parents[4] / "inventories" / "example")
WEB1 = "web1.librairie-occitane.example"
runner = CliRunner()


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)
    return tmp_path


def ask(*arguments: str, server: str = WEB1) -> tuple[int, dict[str, object]]:
    result = runner.invoke(app, [*arguments, "--server", server, "-i", EXAMPLE, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def test_allowed() -> None:
    code, answer = ask("patch-minor", "--at", "2026-12-23T10:00")
    assert (code, answer["allowed"], answer["clause"]) == (0, True, "A-L4-9")
    assert answer["at"] == answer["next_opening"] == "2026-12-23T10:00:00+01:00"


def test_refused_with_its_clause_and_the_next_opening() -> None:
    code, answer = ask("patch-minor", "--at", "2026-12-24T15:00", "--explain")
    assert (code, answer["allowed"], answer["clause"]) == (1, False, "A-L4-11")
    assert answer["next_opening"] == "2026-12-28T09:00:00+01:00"
    assert answer["inputs"]["product"] == "level custom"  # type: ignore[index]
    assert [refusal["clause"] for refusal in answer["refusals"]] == ["A-L4-11"]  # type: ignore[attr-defined]


def test_an_emergency_obliges_to_inform() -> None:
    code, answer = ask("patch-critical", "--at", "2026-12-24T23:00", "--emergency", "CVE-2026-1 is exploited")
    assert (code, answer["clause"], answer["emergency"]) == (0, "A-L4-12", "CVE-2026-1 is exploited")
    assert answer["duties"] == ["inform the customer as soon as possible (A-L4-12)"]


def test_an_empty_reason_is_none() -> None:
    result = runner.invoke(app, ["reboot", "--server", WEB1, "-i", EXAMPLE, "--emergency", " "])
    assert isinstance(result.exception, InfogereError)
    assert "--emergency is empty" in str(result.exception)


def test_the_state_comes_from_the_record(state_dir: Path) -> None:
    with Store(f"sqlite:///{state_dir / 'record.db'}", state_dir) as store:
        store.append(
            StateChange.model_validate(
                {
                    "terms": "HBT-20220901-01",
                    "server": WEB1,
                    "at": "2026-06-01T08:00:00Z",
                    "from": "active",
                    "to": "isolated",
                    "clause": "A-4.1.2-3",
                    "requester": "ada",
                    "reason": "harmful software",
                }
            )
        )
    code, answer = ask("patch-minor", "--at", "2026-06-16T10:00")
    assert (code, answer["clause"], answer["next_opening"]) == (1, "A-4.1.2-5", None)
    assert ask("patch-minor", "--at", "2026-05-29T10:00")[0] == 0


def test_words_for_a_person() -> None:
    arguments = ["patch-minor", "--server", WEB1, "-i", EXAMPLE, "--at", "2026-12-24T15:00", "--explain"]
    shown = runner.invoke(app, arguments).stdout
    assert "refused  patch-minor on" in shown
    assert "next opening: Mon 2026-12-28 09:00 CET" in shown
    assert "Maintenance of a delivered server starts inside its window" in shown
    assert "HBT-20220901-01" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["patch-minr", "--server", WEB1], "did you mean patch-minor"),
        (["reboot", "--server", "web1.librairie-occitan.example"], f"did you mean {WEB1}"),
        (["reboot", "--server", WEB1, "--at", "tomorrow"], "'tomorrow' is not an instant"),
        (["reboot", "--server", WEB1, "--at", "2026-12-24"], "has no time of day"),
    ],
)
def test_what_is_misspelt_is_told(arguments: list[str], words: str) -> None:
    result = runner.invoke(app, [*arguments, "-i", EXAMPLE])
    assert isinstance(result.exception, InfogereError)
    assert words in str(result.exception)


@pytest.mark.programs
def test_the_command_itself(state_dir: Path) -> None:
    command = [sys.executable, "-m", "infogere.cli.main", "may", "provision-mailbox", "--server", WEB1, "-i", EXAMPLE]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.returncode == 1
    assert "[A-4.4-2]" in first.stdout
    assert "mail panel" in first.stdout
    # The second one reads the copy and must say the same.
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == first.stdout
    unknown = subprocess.run([*command[:4], "fly", *command[5:]], capture_output=True, text=True, check=False)
    assert (unknown.returncode, unknown.stderr.startswith("infogere: no action fly")) == (1, True)
    assert subprocess.run(command[:5], capture_output=True, text=True, check=False).returncode == 2
