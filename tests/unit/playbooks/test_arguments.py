"""A wrong variable of any role is refused by the first task that looks at it, before a server is reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[3]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
# A value that is none of the type; text passes for anything.
WRONG = {"int": "many", "bool": "perhaps", "list": {"a": 1}, "dict": "neither", "float": "many"}

CHOICES_AND_NECESSITIES = {
    "base_ssh_root_login": "always",
    "sites_declared": [{"aliases": []}],
    "fail2ban_jails": [{"name": "sshd", "port": "22"}],
}


def tasks_in(content):
    """Every task that may run, in order; a block that never does only makes known what its roles declare."""
    for task in content or []:
        if task.get("when") is False:
            continue
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks_in(task.get(part))


def imports_of(play):
    """``(position, import_role task)`` of a play, in order."""
    tasks = [task for part in ("pre_tasks", "tasks", "post_tasks") for task in tasks_in(play.get(part))]
    return [(at, task) for at, task in enumerate(tasks) if "ansible.builtin.import_role" in task], tasks


def specification(statement):
    role = statement["name"].removeprefix("infogere.hosting.")
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"]
    return specs[statement.get("tasks_from", "main")]["options"]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_role_that_does_not_validate_itself_is_validated_by_the_play(path):
    for play in yaml.safe_load(path.read_text()):
        imports, tasks = imports_of(play)
        silent = [at for at, task in imports if task["ansible.builtin.import_role"].get("rolespec_validate") is False]
        validated = [at for at, task in enumerate(tasks) if "infogere.hosting.role_arguments" in task]
        assert not silent or validated[0] < silent[0]
        # What waits for facts has to be looked at in the end.
        waiting = [at for at in validated if (tasks[at]["infogere.hosting.role_arguments"] or {}).get("before_facts")]
        assert waiting == [] or waiting[-1] < validated[-1]
        assert [task["name"] for at, task in imports if at in silent and "when" in task] == []


def test_no_role_of_the_stack_costs_a_task_of_its_own():
    [play] = yaml.safe_load((ROOT / "playbooks/site.yml").read_text())
    imports, _tasks = imports_of(play)
    assert imports
    assert [
        task["name"] for _at, task in imports if "rolespec_validate" not in task["ansible.builtin.import_role"]
    ] == []


def converge(folder, variables, playbook="infogere.hosting.site"):
    """A converge of a server that does not answer; all that it said, on one line."""
    form = {"id": "OF-1", "customer": "someone", "level": "custom"}
    host = {"ansible_host": "127.0.0.1", "ansible_port": 1, "order_form": form}
    inventory = {"all": {"children": {"level_custom": {"hosts": {"web1.example.com": host}}}}}
    (folder / "hosts.yml").write_text(yaml.safe_dump(inventory))
    (folder / "variables.json").write_text(json.dumps(variables))
    (folder / "ansible.cfg").write_text("[defaults]\n")
    done = subprocess.run(
        [PLAYBOOK, "-i", "hosts.yml", "-e", "@variables.json", playbook],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "INFOGERE_STATE_DIR": str(folder / "state"),
        },
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


def test_every_role_of_the_stack_is_looked_at_before_a_server_is_reached(tmp_path):
    [play] = yaml.safe_load((ROOT / "playbooks/site.yml").read_text())
    wrong, expected = {}, []
    for _at, task in imports_of(play)[0]:
        statement = task["ansible.builtin.import_role"]
        # What the play gives itself is not the user's to get wrong, unless with -e, as here.
        name, option = next((name, o) for name, o in specification(statement).items() if o["type"] in WRONG)
        wrong[name] = WRONG[option["type"]]
        expected.append((f"role {statement['name']}: ", name))
    said = converge(tmp_path, wrong | CHOICES_AND_NECESSITIES)
    assert '"unanswered": true' not in said
    assert "Look at the server" not in said
    assert [pair for pair in expected if not all(word in said for word in pair)] == []
    assert len(expected) > 15
    assert "role infogere.hosting.base: value of base_ssh_root_login must be one of: prohibit-password" in said
    assert "got: always" in said
    assert "role infogere.hosting.sites: missing required arguments: name found in sites_declared" in said
    assert "role infogere.hosting.fail2ban: missing required arguments: filter found in fail2ban_jails" in said
    assert "-> correct the variable where it is set" in said


def test_right_arguments_reach_for_the_server(tmp_path):
    said = converge(tmp_path, {"php_versions": ["8.2"], "apache_max_workers": "{{ 2 * 100 }}", "web_colour": "red"})
    assert '"unanswered": true' in said
    assert "no role knows" not in said


def test_a_variable_that_no_role_knows_is_named(tmp_path):
    said = converge(tmp_path, {"nginx_hsts": True})
    assert "web1.example.com: no role knows nginx_hsts -> did you mean nginx_hsts_seconds?" in said
    assert '"unanswered": true' in said
