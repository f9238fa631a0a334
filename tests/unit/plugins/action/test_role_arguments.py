"""Roles that a play imports, in real plays: what it gives them, what waits for facts, who validates."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.programs

ARGUMENTS = "infogere.hosting.role_arguments"
OPTIONS = {"web_port": {"type": "int", "required": True}, "web_workers": {"type": "int"}}


@pytest.fixture
def play(playground):
    """Run a play of these tasks, among whose roles is ``web``."""
    files = {
        "roles/web/meta/argument_specs.yml": {"argument_specs": {"main": {"options": OPTIONS}}},
        "roles/web/defaults/main.yml": {"web_workers": "{{ ansible_facts['memtotal_mb'] // 16 }}"},
        "roles/web/tasks/main.yml": [
            {"name": "Act", "ansible.builtin.debug": {"msg": "acting on port {{ web_port }}"}},
        ],
    }

    def run(*tasks, options=()):
        return playground(files, tasks, options)

    return run


def web(*, validate=False, **variables):
    """The import of the role with these variables."""
    return {"ansible.builtin.import_role": {"name": "web", "rolespec_validate": validate}, "vars": variables}


def facts(**values):
    return {"ansible.builtin.set_fact": {**values, "cacheable": True}}


BEFORE = {ARGUMENTS: {"before_facts": True}, "register": "arguments"}
AFTER = {ARGUMENTS: {"only": "{{ arguments.later }}"}}


def test_what_the_play_gives_and_what_comes_from_facts(play):
    said = play(BEFORE, facts(memtotal_mb=1600), AFTER, web(web_port="{{ 8000 + 80 }}"))
    assert "acting on port 8080" in said


def test_what_the_play_gives_is_validated(play):
    said = play(BEFORE, web(web_port="many"), web(web_port=1))
    assert "role web: argument 'web_port'" in said
    assert "acting" not in said


def test_what_a_user_gives_comes_before_it(play):
    said = play(BEFORE, web(web_port=1), options=("-e", "web_port=many"))
    assert "role web: argument 'web_port'" in said


def test_what_waits_for_facts_is_validated_after_them(play):
    told = {"ansible.builtin.debug": {"msg": "later is {{ arguments.later }}"}}
    said = play(BEFORE, told, facts(memtotal_mb="some"), AFTER, web(web_port=1))
    assert "later is ['web_workers']" in said
    assert "role web: web_workers cannot be worked out" in said
    assert "acting" not in said


def test_a_role_that_validates_itself_is_left_to_it(play):
    said = play({ARGUMENTS: {}}, facts(memtotal_mb=1600), web(validate=True, web_port="many"))
    assert "Validating arguments against arg spec" in said
    assert "role web: " not in said
    assert "acting" not in said
