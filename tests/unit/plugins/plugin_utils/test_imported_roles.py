"""What is said about the arguments of roles, and what is left for later."""

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.infogere.hosting.plugins.plugin_utils.imported_roles import (
    OWN_ROLES,
    entry_points,
    findings,
    needs_facts,
)

OPTIONS = {
    "web_port": {"type": "int", "required": True},
    "web_mode": {"type": "str", "choices": ["quick", "safe"]},
    "web_names": {"type": "list", "elements": "str", "default": ["{{ nobody_templates_this }}"]},
    "web_users": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str", "required": True}, "password": {"type": "str", "no_log": True}},
    },
    "web_key": {"type": "int", "no_log": True},
}


def said(**variables):
    trusted = {name: trust_as_template(value) if isinstance(value, str) else value for name, value in variables.items()}
    return findings(OPTIONS, Templar(DataLoader(), trusted), trusted)


def test_right_arguments_have_no_fault():
    assert said(web_port="{{ base + 1 }}", base=8080, web_mode="safe", web_users=[{"name": "ada"}]) == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, ["missing required arguments: web_port"]),
        ({"web_port": "many"}, ["web_port", "unable to convert to int", "many"]),
        ({"web_port": "{{ base }}", "base": "many"}, ["web_port", "unable to convert to int"]),
        ({"web_port": 1, "web_mode": "slow"}, ["web_mode must be one of: quick, safe, got: slow"]),
        ({"web_port": 1, "web_names": {"a": 1}}, ["web_names", "list"]),
        ({"web_port": 1, "web_users": [{}]}, ["missing required arguments: name found in web_users"]),
        ({"web_port": 1, "web_users": [{"name": "ada", "nmae": "x"}]}, ["web_users.nmae", "name, password"]),
        ({"web_port": "{{ base }}"}, ["web_port cannot be worked out", "'base' is undefined"]),
    ],
)
def test_a_fault_is_one_sentence_that_names_option_and_value(variables, words):
    [fault] = said(**variables)
    assert [word for word in words if word not in fault] == []
    assert "\n" not in fault


def test_every_fault_is_told():
    assert len(said(web_port="many", web_mode="slow")) == 2


def test_a_secret_is_not_told():
    [fault] = said(web_port=1, web_key="letmein")
    assert "web_key" in fault
    assert "letmein" not in fault


@pytest.mark.parametrize(
    ("value", "needed"),
    [
        ("{{ ansible_facts['memtotal_mb'] // 16 }}", True),
        ("{{ through_another }}", True),
        ([{"port": "{{ other.missing | default(through_another) }}"}], True),
        ("{{ other }}", False),
        ("{{ itself }}", False),
        ("ansible_facts are not evaluated here", False),
        (12, False),
    ],
)
def test_what_depends_on_facts_is_known_without_evaluating_it(value, needed):
    variables = {
        "asked": value,
        "through_another": "{% if ansible_facts.distribution %}x{% endif %}",
        "other": {"a": 1},
        "itself": "{{ itself }}",
    }
    assert needs_facts("asked", variables) is needed


def test_entry_points_are_told_apart(tmp_path):
    assert entry_points(tmp_path) == {}
    assert {"main", "sources", "configure"} == set(entry_points(OWN_ROLES / "php"))
    assert entry_points(OWN_ROLES / "php")["main"]["php_versions"]["type"] == "list"
