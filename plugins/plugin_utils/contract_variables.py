"""What a playbook knows of a host's contract, for the actions that ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infogere.fleet.resolved import READ

VARIABLES = (*READ, "group_names", "inventory_file")


def contract_variables(templar: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a host's variables that ``gate.ask`` takes, templated.

    Args:
        templar: the action's own.
        variables: ``task_vars``, or another host's ``hostvars``.
    """
    return {name: templar.template(variables[name]) for name in VARIABLES if name in variables}
