"""The bracket in real plays: ansible-playbook with servers that need not exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from infogere.record.reading import Reader
from infogere.record.verify import verify_record

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[4]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


class Controller:
    """A state folder and the playbooks run with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state_dir = folder / "state"
        self.url = f"sqlite:///{self.state_dir / 'record.db'}"

    def play(self, tasks, *options, hosts="web1,", environment=None, **keywords):
        play = [{"hosts": "all", "gather_facts": False, "tasks": tasks, **keywords}]
        path = self.folder / "play.yml"
        path.write_text(yaml.safe_dump(play, sort_keys=False))
        configuration = self.folder / "ansible.cfg"
        configuration.write_text("[defaults]\n")
        return subprocess.run(
            [PLAYBOOK, "-i", hosts, *options, path],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={
                **os.environ,
                "ANSIBLE_CONFIG": str(configuration),
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
                "ANSIBLE_NOCOLOR": "1",
                "INFOGERE_STATE_DIR": str(self.state_dir),
                "SUDO_USER": "ada",
                **(environment or {}),
            },
        )

    def entries(self):
        with Reader(self.url) as reader:
            return reader.entries()


@pytest.fixture
def controller(tmp_path):
    return Controller(tmp_path)


def record(**arguments):
    return {"name": f"Record {arguments['event']}", "infogere.hosting.sla_record": arguments}


def bracket(*tasks):
    return [
        {
            "block": [record(event="begin", playbook="site"), *tasks, record(event="end", outcome="ok")],
            "rescue": [record(event="end", outcome="failed")],
        }
    ]


@pytest.mark.parametrize("pipelining", ["0", "1"])
def test_a_server_that_does_not_answer_gets_an_end(controller, pipelining):
    look = {"name": "Look at the server", "infogere.hosting.server_facts": {}}
    done = controller.play(bracket(look), hosts="127.0.0.1:1,", environment={"ANSIBLE_PIPELINING": pipelining})
    assert done.returncode == 2
    assert "127.0.0.1 does not answer: ssh: connect to host 127.0.0.1 port 1: Connection refused -> " in done.stdout
    end = controller.entries()[-1].fields["data"]
    assert (end["outcome"], end["failed_task"]) == ("unreachable", "Look at the server")
    assert verify_record(controller.url, controller.state_dir).findings == ()


def test_a_bracket_with_its_object_on_servers_that_do_not_answer(controller):
    made = record(
        event="object", object_kind="database", object_name="shop", object_state="present", object_changed=True
    )
    variables = {
        "order_form": {"id": "BC-{{ 2026 }}"},
        "terms_version": "HBT-{{ 'next' }}",
        "ansible_connection": "ssh",
        "ansible_host": "192.0.2.1",
    }
    result = controller.play(bracket(made), vars=variables, hosts="web1,web2,")
    assert result.returncode == 0, result.stdout
    assert re.findall(r"changed=(\d+)", result.stdout) == ["0", "0"]
    entries = controller.entries()
    assert sorted((entry.server, entry.kind) for entry in entries) == [
        (server, kind) for server in ("web1", "web2") for kind in ("object", "run-begin", "run-end")
    ]
    assert len({entry.run for entry in entries}) == 1, "one process, one run"
    assert {entry.contract for entry in entries} == {"BC-2026"}
    assert {entry.fields["terms"] for entry in entries} == {"HBT-next"}
    assert entries[0].data["operator"] == "ada"
    assert verify_record(controller.url, controller.state_dir).findings == ()


def test_defaults_in_check_mode_with_the_workers_run_id(controller):
    tell = {"ansible.builtin.debug": {"var": "infogere_run_id"}}
    result = controller.play(bracket(tell), "--check", environment={"INFOGERE_RUN_ID": "run-4711"})
    assert result.returncode == 0
    assert '"infogere_run_id": "run-4711"' in result.stdout
    begin, end = controller.entries()
    assert (begin.run, begin.contract, begin.fields["terms"]) == ("run-4711", None, "HBT-20220901-01")
    assert [entry.data["check_mode"] for entry in (begin, end)] == [True, True]


def test_failures_are_recorded_and_fail_with_their_words_unless_hidden(controller):
    def fail(server, **more):
        return {"when": f"inventory_hostname == '{server}'", **more}

    result = controller.play(
        bracket(
            fail("plain", name="Fill the disk", **{"ansible.builtin.fail": {"msg": "no space\nleft on device"}}),
            fail("hidden", name="Set it", no_log=True, **{"ansible.builtin.fail": {"msg": "CANARY"}}),
            fail(
                "loop", name="Set them", no_log=True, loop=["CANARY"], **{"ansible.builtin.fail": {"msg": "{{ item }}"}}
            ),
        ),
        "-v",
        hosts="plain,hidden,loop,fine,",
    )
    assert result.returncode == 2
    ends = {entry.server: entry.data for entry in controller.entries() if entry.kind == "run-end"}
    said = {server: (data["outcome"], data["failed_task"], data["message"]) for server, data in ends.items()}
    assert said == {
        "plain": ("failed", "Fill the disk", "no space left on device"),
        "hidden": ("failed", "Set it", None),
        "loop": ("failed", "Set them", None),
        "fine": ("ok", None, None),
    }
    assert result.stdout.count(r'"msg": "no space\nleft on device"') == 2, "the task's own failure, then ours"
    assert "Set it failed; its output is hidden (no_log)" in result.stdout
    # What comes before our tasks is ansible-core's: it quotes the playbook's line that failed.
    assert "CANARY" not in result.stdout.partition("TASK [Record end]")[2]
    files = [path for path in controller.state_dir.rglob("*") if path.is_file()]
    assert files
    assert all(b"CANARY" not in path.read_bytes() for path in files)


def test_nothing_is_done_if_the_begin_cannot_be_written(controller):
    (controller.state_dir / "record.db").mkdir(parents=True)
    marker = {"name": "Marker", "ansible.builtin.debug": {"msg": "THE DUTY RAN"}}
    result = controller.play([record(event="begin", playbook="site"), marker])
    assert result.returncode == 2
    assert "record.db cannot be" in result.stdout + result.stderr
    assert "THE DUTY RAN" not in result.stdout


def test_an_end_that_cannot_be_written_waits_with_a_warning(controller):
    spoil = {
        # SQLite's header, write version: beyond its own, so read-only for everybody.
        "ansible.builtin.shell": f"printf '\\003' | dd of={controller.state_dir}/record.db bs=1 seek=18 conv=notrunc",
        "vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable},
    }
    result = controller.play(bracket(spoil))
    assert result.returncode == 0, result.stdout
    assert "waits in" in result.stdout + result.stderr
    (line,) = (controller.state_dir / "spool" / "record.jsonl").read_text().splitlines()
    assert json.loads(line)["kind"] == "run-end"


def test_bad_arguments_are_refused_and_write_nothing(controller):
    cases = [
        ({"event": "begin"}, "playbook"),
        ({"event": "end"}, "outcome"),
        ({"event": "pause"}, "value of event must be one of"),
        ({"event": "object", "object_kind": "mailbox"}, "value of object_kind must be one of"),
        ({"event": "begin", "playbook": "site", "parameters": {"a": 1}}, "parameters"),
        ({"event": "begin", "playbook": "si\nte"}, "run-begin entry refused: playbook"),
        ({"event": "begin", "playbook": "site"}, "order_form has no id"),
    ]
    tasks = [
        {**record(**arguments), "ignore_errors": True, "register": f"case_{number}", "vars": {"order_form": form}}
        for number, (arguments, words) in enumerate(cases)
        for form in [{} if "order_form" in words else "BC-1"]
    ]
    show = [
        {"ansible.builtin.debug": {"msg": f"<{number} {{{{ case_{number}.msg }}}}>"}} for number in range(len(cases))
    ]
    result = controller.play([*tasks, *show])
    assert result.returncode == 0, result.stdout
    for number, (arguments, words) in enumerate(cases):
        said = result.stdout.partition(f"<{number} ")[2].partition(">")[0]
        assert words in said, arguments
    assert not (controller.state_dir / "record.db").exists()
