"""The roles that a play imports without their own validation of arguments, and what is wrong with what they are given.

Ansible validates each role in a task of its own, which costs the controller a process per role and server. A play
that says ``rolespec_validate: false`` gets the same answer for all its roles from one task.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleTemplateError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.playbook.block import Block

OWN_ROLES = Path(__file__).resolve().parents[2] / "roles"
OURS = "infogere.hosting."
WORD = re.compile(r"[a-z_]\w*", re.IGNORECASE)
# The C parser where there is one: many times as quick, and these files are plain data.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class ImportedRole:
    """One ``import_role`` of a play.

    Attributes:
        name: full name, such as ``infogere.hosting.nginx``.
        options: the argument specification of its entry point.
        task: first task of the role: what it would see is what the role is given.
    """

    name: str
    options: Mapping[str, Mapping[str, Any]]
    task: Any

    def given(self) -> set[str]:
        """Names of the options that the play itself gives, in ``vars`` around the role."""
        return set(self.options) & set(self.task.get_vars())


def imported_roles(play) -> Iterator[ImportedRole]:
    """Every role that ``play`` imports with ``rolespec_validate: false``, in order; none twice."""
    seen = set()
    for task in _tasks_in(play.pre_tasks + play.tasks + play.post_tasks):
        role = task._role
        if role is None or role._should_validate or id(role) in seen:
            continue
        seen.add(id(role))
        options = entry_points(Path(role._role_path)).get(role._from_files.get("tasks", "main").removesuffix(".yml"))
        if options:
            yield ImportedRole(role.get_name(), options, task)


@functools.cache
def entry_points(role: Path) -> dict[str, dict[str, Any]]:
    """Options of each entry point that ``meta/argument_specs.yml`` of the role in this folder describes."""
    path = role / "meta/argument_specs.yml"
    if not path.is_file():
        return {}
    specs = yaml.load(path.read_bytes(), Loader=LOADER)["argument_specs"]  # noqa: S506 a safe one
    return {name: entry.get("options") or {} for name, entry in specs.items()}


@functools.cache
def known_variables() -> frozenset[str]:
    """Names of all options of all roles of this collection."""
    described = (entry_points(role) for role in OWN_ROLES.iterdir())
    return frozenset(name for entries in described for options in entries.values() for name in options)


def unknown_variables(roles: Iterable[ImportedRole], names: Iterable[str]) -> list[str]:
    """Those of ``names`` that look like a variable of a role of ours and are none: Ansible would say nothing."""
    prefixes = tuple(f"{role.name.removeprefix(OURS)}_" for role in roles if role.name.startswith(OURS))
    return sorted(name for name in names if name.startswith(prefixes) and name not in known_variables())


def findings(options: Mapping[str, Mapping[str, Any]], templar, variables: Mapping[str, Any]) -> list[str]:
    """One sentence for each fault in what ``variables`` say about ``options``, in ansible-core's own words.

    A value that must not be seen is not in them. An option that nobody gives is a fault only if it is required: its
    default is the role's own.
    """
    values, faults = {}, []
    for name in options:
        if name in variables:
            try:
                values[name] = templar.template(variables[name])
            except AnsibleTemplateError as error:
                faults.append(f"{name} cannot be worked out: {_reason(error)}")
    asked = {
        name: dict(option)
        for name, option in options.items()
        if name in values or (option.get("required") and name not in variables)
    }
    result = ArgumentSpecValidator(asked).validate(values, validate_role_argument_spec=True)
    return faults + [_one_line(message, result._no_log_values) for message in result.error_messages]


def needs_facts(name: str, variables: Mapping[str, Any]) -> bool:
    """Whether the value of a variable is worked out from facts of the server, directly or through other variables.

    Read off the templates' words, not by trying: a filter that is given an undefined fact may warn instead of failing.
    """
    waiting, seen = [name], {name}
    while waiting:
        for text in _templates_in(variables.get(waiting.pop())):
            words = set(WORD.findall(text))
            if "ansible_facts" in words:
                return True
            waiting += [word for word in words - seen if word in variables]
            seen |= words
    return False


def _templates_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "{{" in value or "{%" in value:
            yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _templates_in(item)


def _tasks_in(blocks: list) -> Iterator[Any]:
    for item in blocks:
        if isinstance(item, Block):
            yield from _tasks_in(item.block + item.rescue + item.always)
        else:
            yield item


def _one_line(message: str, secrets: set[str]) -> str:
    return " ".join(str(remove_values(message, secrets)).split())


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())


# Ansible imports plugins in its main process and forks a worker per task and server: what is read here is read once.
for _role in OWN_ROLES.iterdir():
    entry_points(_role)
