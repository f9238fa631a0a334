"""``infogere fleet init``: what it writes is a fleet without a fault, and nothing is ever overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from infogere.cli.fleet import app
from infogere.errors import InfogereError

ASKED = {
    "--server": "web1.example.com",
    "--level": "custom",
    "--customer": "acme",
    "--order-form": "BC-2026-017",
    "--fee": "120.50",
    "--contact": "Ada",
    "--mail": "ada@example.com",
    "--phone": "+33 1 00 00 00 00",
}
runner = CliRunner()


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path / "state"))


def init(folder: Path, **changes: str):
    asked = ASKED | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return runner.invoke(app, ["init", str(folder), *(word for pair in asked.items() for word in pair)])


def order(folder: Path, group: str = "acme") -> dict:
    return yaml.safe_load((folder / f"inventory/group_vars/customer_{group}.yml").read_text())


@pytest.mark.parametrize("level", ["basic", "supervision", "plesk", "custom"])
def test_what_it_writes_has_no_fault(tmp_path: Path, level: str) -> None:
    done = init(tmp_path / "fleet", level=level)
    assert done.exit_code == 0, done.output
    checked = runner.invoke(app, ["check", "-i", str(tmp_path / "fleet/inventory")])
    assert checked.stdout.startswith("1 server of 1 customer under 1 order form, no fault")


def test_amounts_and_names_are_kept_as_they_are_given(tmp_path: Path) -> None:
    name = 'Élodie "Ada" O\'Brien: #1'
    assert init(tmp_path / "fleet", customer="Studio-9", contact=name, name="Studio 9 & Cie").exit_code == 0
    written = order(tmp_path / "fleet", "Studio_9")
    assert written["customer"]["name"] == "Studio 9 & Cie"
    assert written["customer"]["contacts"][0]["name"] == name
    assert (tmp_path / "fleet/inventory/group_vars/customer_Studio_9.yml").read_text().count("120.50") == 1


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "fleet"
    (folder / "inventory").mkdir(parents=True)
    (folder / "inventory/hosts.yml").write_text("mine")
    refusal = init(folder).exception
    assert isinstance(refusal, InfogereError)
    assert "hosts.yml is there already" in str(refusal)
    assert (folder / "inventory/hosts.yml").read_text() == "mine"
    assert not (folder / "ansible.cfg").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customer": "Ac me"}, "--customer: 'Ac me' is not an identifier"),
        ({"order_form": "BC 1"}, "--order-form: 'BC 1' is not an identifier"),
        ({"phone": "\x07"}, "--phone: "),
        ({"server": "web1"}, "'web1' is not a full host name"),
        ({"level": "gold"}, "--level: "),
        ({"fee": "12.345"}, "--fee: 12.345 has more than two decimals"),
        ({"name": "{{ lookup('pipe', 'id') }}"}, "--name: "),
        ({"contact": "A\x7fB"}, "--contact: 'A\\x7fB' holds what is no part of a name"),
        ({"mail": "ada"}, "--mail: 'ada' is not a mail address"),
    ],
)
def test_a_wrong_value_is_one_line_and_nothing_is_written(tmp_path: Path, changes: dict, words: str) -> None:
    refusal = init(tmp_path / "fleet", **changes).exception
    assert isinstance(refusal, InfogereError)
    assert words in str(refusal)
    assert "\n" not in str(refusal)
    assert not (tmp_path / "fleet").exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet/inventory").write_text("no folder")
    refusal = init(tmp_path / "fleet").exception
    assert isinstance(refusal, InfogereError)
    assert "nothing was written -> name a folder that you may write" in str(refusal)
    assert not (tmp_path / "fleet/ansible.cfg").exists()


def test_what_the_level_asks_for_is_said_at_once(tmp_path: Path) -> None:
    asked = [word for pair in ASKED.items() if pair[0] not in ("--phone", "--level") for word in pair]
    done = runner.invoke(app, ["init", str(tmp_path / "fleet"), "--level", "supervision", *asked])
    assert done.exit_code == 1
    assert "A-L2-4" in done.stderr


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def full(path: Path, *given: object, **named: object) -> int:
        if path.name == "hosts.yml":
            raise OSError(28, "No space left on device")  # as a write says it: without a file
        return write(path, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    refusal = init(tmp_path / "fleet").exception
    assert isinstance(refusal, InfogereError)
    assert f"{tmp_path}/fleet/inventory/hosts.yml: No space left on device; nothing was written" in str(refusal)
    assert not (tmp_path / "fleet").exists()
