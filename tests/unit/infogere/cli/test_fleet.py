"""``infogere fleet`` as a user calls it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infogere.cli.fleet import app

EXAMPLE = Path(__file__).parents[4] / "inventories" / "example"
runner = CliRunner()


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOGERE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("INFOGERE_RECORD_URL", raising=False)


def call(*arguments: str, inventory: Path = EXAMPLE, code: int = 0) -> str:
    result = runner.invoke(app, [*arguments, "-i", str(inventory)])
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 or "--json" in arguments else result.stderr


def test_a_sound_fleet_is_one_line() -> None:
    said = call("check").splitlines()
    assert len(said) == 1
    assert said[0].startswith("7 servers of 4 customers under 6 order forms, no fault")


def test_every_fault_is_a_line_and_the_exit_code_is_one(tmp_path: Path) -> None:
    spoilt = tmp_path / "fleet"
    shutil.copytree(EXAMPLE, spoilt)
    group = spoilt / "group_vars" / "customer_librairie_occitane.yml"
    group.write_text(group.read_text().replace("gtr:", "gtrs:").replace("restore: true", "restor: true"))
    said = call("check", inventory=spoilt, code=1).splitlines()
    assert len(said) == 3
    assert "customer_librairie_occitane.yml:24: web1.librairie-occitane.example and 1 more: order_form.gtrs" in said[0]
    assert "[A-5.1-1] -> did you mean gtr?" in said[0]
    assert said[-1] == "2 faults: the fleet is refused"
    found = json.loads(call("check", "--json", inventory=spoilt, code=1))["findings"]
    assert {"file", "line", "server", "key", "message", "clause", "way_out"} == set(found[0])


def test_a_line_for_each_server() -> None:
    rows = json.loads(call("show", "--json"))
    assert len(rows) == 7
    cloud = next(row for row in rows if row["server"].startswith("cloud."))
    assert cloud["level"] == "private cloud"
    assert "web1.librairie-occitane.example" in call("show")


def test_one_server_in_full() -> None:
    shown = json.loads(call("show", "shop.garage-lambert.example", "--at", "2026-06-16T10:00", "--json"))
    assert shown["contract"]["state"] == {"value": "not delivered yet", "clause": "A-3.1.1-4"}
    assert shown["duty"]["backups"] == {"value": "owed, as ordered", "clause": "A-4.5-1"}
    assert shown["duty"]["restores"]["value"] == "not-owed: restore was not ordered"
    assert shown["backup"]["databases kept"] == {"value": "28 days", "clause": "A-4.5-3"}
    assert shown["window"]["maintenance"]["clause"] == "A-L3-26"
    assert shown["guarantee"]["time to restore"] == {"value": "8 h, 24x7", "clause": "A-5.2-3"}
    assert shown["action"]["provision-mailbox"]["clause"] == "A-4.4-2"


def test_what_was_not_sold_is_not_invented() -> None:
    shown = json.loads(call("show", "build.garage-lambert.example", "--json"))
    assert shown["guarantee"]["time to restore"]["value"].startswith("not stated")
    assert shown["guarantee"]["monthly fee"]["value"].startswith("not stated")
    assert shown["backup"] == {"backups": {"value": "none: not ordered", "clause": "A-4.5-1"}}


def test_the_window_is_shown_at_the_instant_that_was_asked() -> None:
    web1 = "web1.librairie-occitane.example"
    eve = json.loads(call("show", web1, "--at", "2026-12-24T15:00", "--json"))
    assert eve["action"]["patch-minor"] == {"value": "from Mon 2026-12-28 09:00", "clause": "A-L4-11"}
