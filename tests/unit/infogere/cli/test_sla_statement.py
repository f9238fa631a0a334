"""``infogere sla statement`` as its users call it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infogere import statements
from infogere.cli.main import app
from infogere.errors import InfogereError
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.statements import example

runner = CliRunner()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State folder of a record that holds the example."""
    folder = tmp_path_factory.mktemp("written")
    url = f"sqlite:///{folder}/record.db"
    wanted = example.write(url, folder)
    with Reader(url) as reader, Store(url, folder) as store:
        (basis,) = reader.entries(contract=wanted.contract, kind="contract-basis")
        # The commands use the clock of today, however long after the example that is.
        store.checkpoint(basis.typed().terms, after_silence=True)
    return folder


@pytest.fixture
def desk(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A controller with a copy of that record, standing in an empty folder."""
    state = shutil.copytree(written, tmp_path / "state")
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(state))
    monkeypatch.setenv("INFOGERE_PROVIDER", "Alba Hosting")
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    return folder


def call(*arguments: str) -> Result:
    return runner.invoke(app, ["sla", "statement", *arguments])


def told(*arguments: str) -> dict[str, Any]:
    result = call("--contract", "OF-2026-0147", "--month", "2026-10", "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_page_beside_its_pdf_and_an_entry(desk: Path) -> None:
    first = told()
    page = desk / "OF-2026-0147-2026-10.fr.html"
    assert page.read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert (first["status"], first["html"]["file"], first["pdf"]) == ("issued", page.name, None)
    assert [one["total_amount"] for one in first["priced"]] == ["84.00", "0.00"]
    before = page.read_bytes()
    second = told()
    assert (second["status"], second["entry"]) == ("unchanged", first["entry"])
    assert page.read_bytes() == before
    assert told("--language", "en")["status"] == "issued"


@pytest.mark.programs
def test_the_commands_on_the_page_are_the_ones_that_check_it(desk: Path) -> None:
    told()
    page = (desk / "OF-2026-0147-2026-10.fr.html").read_text(encoding="utf-8")
    export, check = (shlex.split(found) for found in re.findall(r"<code>((?:infogere|python3) .*?)</code>", page))
    assert runner.invoke(app, export[1:]).exit_code == 0
    check[:2] = [sys.executable, str(Path(statements.__file__).parent / "verify_record.py")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "99.224891" in done.stdout


def test_a_draft_leaves_no_entry(desk: Path) -> None:
    assert told("--draft", "--html", "draft.html")["status"] == "draft"
    with Reader(f"sqlite:///{desk.parent}/state/record.db") as reader:
        assert reader.entries(kind="statement") == []


def test_the_example_needs_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path / "none"))
    result = call("--example", "--language", "en", "--html", "-")
    assert result.exit_code == 0, result.output
    assert "Example: customer, servers and incidents are invented." in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "whose statement"),
        (("--contract", "OF-9", "--month", "2026-10"), "OF-9"),
        (("--contract", "OF-2026-0147", "--month", "2025-10"), "was commissioned on 2026-03-15"),
        (("--contract", "OF-2026-0147", "--month", "2199-10"), "has not begun"),
        (("--contract", "OF-2026-0147", "--month", "2026-10", "--language", "de"), "choose fr or en"),
        (("--contract", "OF-2026-0147", "--month", "2026-10", "--profile", "x"), "no profile"),
        (("--contract", "OF-2026-0147", "--month", "2026-10", "--html", "no/such/folder.html"), "choose another file"),
        (("--contract", "OF-2026-0147", "--month", "2026-10", "--html", "-", "--pdf"), "--pdf-file"),
    ],
)
def test_refusals_are_one_line(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    error = call(*arguments).exception
    assert isinstance(error, InfogereError)
    assert message in str(error)
    assert "\n" not in str(error)
    assert list(desk.iterdir()) == []
    with Reader(f"sqlite:///{desk.parent}/state/record.db") as reader:
        assert reader.entries(kind="statement") == []


def test_the_providers_name_is_required(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INFOGERE_PROVIDER")
    error = call("--contract", "OF-2026-0147", "--month", "2026-10").exception
    assert "A-1-2" in str(error)
    monkeypatch.setenv("INFOGERE_MAIL_FROM", "Alba <support@alba.example>")
    assert told()["status"] == "issued"
