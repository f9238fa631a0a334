"""The gate in real plays: ansible-playbook with servers that need not exist."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from infogere.record.entries import StateChange
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.record.verify import verify_record

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[4]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
ALWAYS_OPEN = {
    "rule": "FREQ=DAILY",
    "start": "00:00",
    "end": "00:00",
    "first_day": date(2026, 1, 1),
    "outside_hours": True,
}
# Open on one day long past: maintenance is always outside its window.
NEVER_OPEN = {**ALWAYS_OPEN, "rule": "FREQ=DAILY;COUNT=1"}


class Controller:
    """A state folder, an inventory, and a play whose first task is the gate."""

    def __init__(self, folder):
        self.folder = folder
        self.state_dir = folder / "state"
        self.url = f"sqlite:///{self.state_dir / 'record.db'}"
        self.servers = {}

    def server(self, name, level="custom", **form):
        self.servers[name] = {
            "order_form": {
                "id": f"OF-{name}",
                "customer": "someone",
                "level": level,
                "commissioning_date": date(2026, 1, 5),
                "maintenance_slot": ALWAYS_OPEN,
                **form,
            }
        }

    def play(self, *options, **arguments):
        gate = {"name": "Ask the contract", "infogere.hosting.gate": {"action": "converge", **arguments}}
        tasks = [
            {**gate, "register": "gate"},
            {"name": "Leave", "ansible.builtin.meta": "end_host", "when": "gate.refused"},
            {"name": "Act", "ansible.builtin.debug": {"msg": "acting on {{ inventory_hostname }}"}},
        ]
        levels = {}
        for name, variables in self.servers.items():
            level = variables.get("order_form", {}).get("level", "basic")
            levels.setdefault(f"level_{level}", {"hosts": {}})["hosts"][name] = variables
        self._write("hosts.yml", {"all": {"children": levels}})
        self._write("play.yml", [{"hosts": "all", "gather_facts": False, "tasks": tasks}])
        (self.folder / "ansible.cfg").write_text("[defaults]\n")
        return subprocess.run(
            [PLAYBOOK, "-i", "hosts.yml", *options, "play.yml"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={
                **os.environ,
                "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
                "ANSIBLE_NOCOLOR": "1",
                "INFOGERE_STATE_DIR": str(self.state_dir),
                "INFOGERE_RUN_ID": "run-1",
            },
        )

    def decisions(self):
        with Reader(self.url) as reader:
            return {entry.server: entry for entry in reader.entries(kind="decision")}

    def _write(self, name, content):
        (self.folder / name).write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.fixture
def controller(tmp_path):
    return Controller(tmp_path)


def test_allowed_hosts_go_on_refused_ones_leave_and_both_are_on_record(controller):
    opening = datetime.now(UTC).date() + timedelta(days=3)
    controller.server("managed", id="OF-{{ 40 + 2 }}")
    controller.server("unmanaged", level="basic")
    controller.server("closed", maintenance_slot={**NEVER_OPEN, "first_day": opening})
    controller.server("making", commissioning_date=None, maintenance_slot=NEVER_OPEN)
    done = controller.play("-e", "gate_strict=false")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert {name for name in controller.servers if f"acting on {name}" in said} == {"managed", "making"}
    assert "unmanaged: converge is refused [A-L1-1]" in said
    assert f"next opening {opening}T00:00:00" in said
    found = controller.decisions()
    assert {name: (entry.data["allowed"], entry.data["clause"]) for name, entry in found.items()} == {
        "managed": (True, "A-L4-1"),
        "unmanaged": (False, "A-L1-1"),
        "closed": (False, "A-L4-11"),
        "making": (True, "A-3.1.1-1"),
    }
    entry = found["managed"]
    assert (entry.run, entry.contract, entry.data["action"]) == ("run-1", "OF-42", "converge")
    assert entry.data["calendar_version"].startswith("fr-2026.1+")
    assert "product: level custom" in entry.data["explain"]
    assert verify_record(controller.url, controller.state_dir).findings == ()


@pytest.mark.parametrize(("options", "arguments"), [((), {"strict": True}), (("-e", "gate_strict=true"), {})])
def test_strict_fails(options, arguments, controller):
    controller.server("unmanaged", level="basic")
    done = controller.play(*options, **arguments)
    assert done.returncode != 0
    assert "converge is refused [A-L1-1]" in done.stdout


def test_check_mode_asks_too_and_says_so(controller):
    controller.server("closed", maintenance_slot=NEVER_OPEN)
    assert controller.play("--check").returncode == 0
    entry = controller.decisions()["closed"]
    assert entry.data["allowed"] is False
    assert "check mode" in entry.data["explain"]


def test_an_emergency_from_the_command_line(controller):
    controller.server("closed", maintenance_slot=NEVER_OPEN)
    done = controller.play("-e", json.dumps({"gate_emergency": "a hole,\nexploited"}))
    assert "acting on closed" in done.stdout
    assert "inform the customer as soon as possible (A-L4-12)" in done.stdout + done.stderr
    entry = controller.decisions()["closed"]
    assert (entry.data["clause"], entry.data["emergency"]) == ("A-L4-12", "a hole, exploited")


def test_the_state_on_record_refuses(controller):
    controller.server("isolated")
    with Store(controller.url, controller.state_dir) as store:
        change = {"terms": "HBT-20220901-01", "server": "isolated", "from": "active", "to": "isolated"}
        why = {"clause": "A-4.1.2-3", "requester": "ada", "reason": "harmful software"}
        store.append(StateChange.model_validate({**change, **why}))
    done = controller.play()
    assert "acting on" not in done.stdout
    assert controller.decisions()["isolated"].data["clause"] == "A-4.1.2-5"


def test_a_faulty_order_form_is_an_error_and_on_record(controller):
    controller.server("faulty", gtrs={"hours": 4})
    controller.servers["nameless"] = {}
    done = controller.play()
    assert done.returncode != 0
    assert "did you mean gtr?" in done.stdout
    assert "no order form" in done.stdout
    assert {entry.data["allowed"] for entry in controller.decisions().values()} == {False}


def test_an_unwritable_record_stops_everything(controller):
    controller.server("managed")
    controller.state_dir.write_text("not a folder")
    done = controller.play()
    assert done.returncode != 0
    assert "acting on" not in done.stdout


def test_an_unknown_action_is_told_the_nearest(controller):
    controller.server("managed")
    done = controller.play(action="convrge")
    assert "no action convrge -> did you mean converge?" in done.stdout
