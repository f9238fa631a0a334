"""How a run is watched: the callback's lines on one side, the outcome on the other."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.lab import plays

pytestmark = pytest.mark.programs


@pytest.fixture
def run(tmp_path):
    """Run tasks on localhost; ``(outcome, names of the tasks seen)``."""

    def play(*tasks):
        import json

        playbook = tmp_path / "play.yml"
        playbook.write_text(
            json.dumps([{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": list(tasks)}])
        )
        inventory = tmp_path / "hosts.yml"
        inventory.write_text("all: {hosts: {here: }}")
        seen = []
        outcome = plays.play(str(playbook), inventory, tmp_path / "log", state_dir=tmp_path, on_task=seen.append)
        return outcome, seen

    return play


def test_tasks_and_changes_are_counted(run):
    outcome, seen = run(
        {"name": "Look", "ansible.builtin.debug": {"msg": "fine"}},
        {"name": "Change", "ansible.builtin.debug": {"msg": "fine"}, "changed_when": True},
    )
    assert (outcome.succeeded, outcome.tasks, outcome.changed, seen) == (True, 2, 1, ["Look", "Change"])


def test_the_first_failure_is_one_line(run):
    outcome, _seen = run({"name": "Break", "ansible.builtin.fail": {"msg": "first line\nsecond line"}})
    assert not outcome.succeeded
    assert outcome.fault == "here: Break: first line second line"
    with pytest.raises(InfogereError, match=r"trying: here: Break: .* -> the whole run is in"):
        outcome.require("trying")


def test_a_censored_failure_stays_censored(run):
    outcome, _seen = run(
        {"name": "Break", "ansible.builtin.copy": {"content": "s3cret", "dest": "/none/such/"}, "no_log": True}
    )
    assert not outcome.succeeded
    assert outcome.fault.startswith("here: Break: ")
    assert "s3cret" not in outcome.fault
    assert "s3cret" not in outcome.log.read_text()


def test_a_playbook_that_does_not_load_has_a_fault(tmp_path):
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all: {hosts: {here: }}")
    outcome = plays.play(str(tmp_path / "none.yml"), inventory, tmp_path / "log", state_dir=tmp_path)
    assert not outcome.succeeded
    assert "none.yml" in outcome.fault
