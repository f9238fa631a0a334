"""Validate the arguments of a play's roles in one task: see the module's documentation."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.infogere.hosting.plugins.plugin_utils.imported_roles import (
    ImportedRole,
    findings,
    imported_roles,
    known_variables,
    needs_facts,
    unknown_variables,
)

from infogere.errors import InfogereError
from infogere.fleet.nearest import hint

ARGUMENT_SPEC = {
    "only": {"type": "list", "elements": "str"},
    "before_facts": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    """Runs on the controller alone: no server has to answer for a wrong variable to be found."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        task_vars = task_vars or {}
        faults: list[str] = []
        wrong, later = set(), set()
        roles = list(imported_roles(self._task.get_play()))
        for role in roles:
            names = set(role.options) if arguments["only"] is None else set(role.options) & set(arguments["only"])
            variables = self._variables(role, task_vars) if role.given() & names else task_vars
            if arguments["before_facts"]:
                dependent = {name for name in names if needs_facts(name, variables)}
                later |= dependent
                names -= dependent
            if not names:
                continue
            options = {name: option for name, option in role.options.items() if name in names}
            found = findings(options, self._templar.copy_with_new_env(available_variables=variables), variables)
            if found:
                wrong.add(role.name)
                faults += [f"role {role.name}: {fault}" for fault in found]
        if faults:
            return {"failed": True, "msg": _refusal(task_vars["inventory_hostname"], faults, wrong)}
        return {"changed": False, "later": sorted(later), "warnings": _strangers(roles, task_vars, arguments["only"])}

    def _variables(self, role: ImportedRole, task_vars: dict[str, Any]) -> dict[str, Any]:
        """What the role itself would see: its variables have a precedence that only Ansible's manager knows."""
        manager = self._task.get_variable_manager()
        host = manager._inventory.get_host(task_vars["inventory_hostname"])
        return manager.get_vars(play=self._task.get_play(), host=host, task=role.task)


def _strangers(roles: list[ImportedRole], task_vars: dict[str, Any], only: list[str] | None) -> list[str]:
    """A line for each variable that no role knows; no fault, since a play of somebody else may know it."""
    if only is not None:
        return []
    host, known = task_vars["inventory_hostname"], known_variables()
    return [f"{host}: no role knows {name} -> {hint(name, known)}" for name in unknown_variables(roles, task_vars)]


def _refusal(host: str, faults: list[str], roles: set[str]) -> str:
    """One line: every fault, and where the meaning of the options can be read."""
    return str(
        InfogereError(
            f"{host}: {'; '.join(dict.fromkeys(faults))}",
            way_out="correct the variable where it is set (inventory or -e); what it means: "
            f"ansible-doc --type role {' '.join(sorted(roles))}",
        )
    )
