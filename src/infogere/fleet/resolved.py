"""What Ansible said about an inventory, as plain data that outlives Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

READ = ("order_form", "customer")
"""The variables that make a fleet; everything else in an inventory is for roles."""

Plain = dict[str, Any] | list[Any] | str | int | float | bool | None
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where a key was written. ``line`` is 0 when only the file is known."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class ResolvedHost:
    """What Ansible says about one host, after group and host variables are merged.

    Attributes:
        name: inventory name.
        groups: all groups but ``all`` and ``ungrouped``, sorted.
        variables: those named in ``READ`` that exist, as plain data; dates are ISO text.
        names: every variable's name, to guess what a missing one was misspelt as.
        file: the inventory source that names the host.
        places: key path (``("order_form", "options", "backup")``) to where it was written.
    """

    name: str
    groups: tuple[str, ...]
    variables: Mapping[str, Plain]
    names: tuple[str, ...] = ()
    file: str = ""
    places: Mapping[KeyPath, Place] = field(default_factory=dict)

    def place(self, path: KeyPath) -> Place:
        """Where ``path`` was written, or its nearest parent, or the file that names the host."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return Place(self.file)


@dataclass(frozen=True)
class Resolved:
    """A resolved inventory.

    Attributes:
        hosts: in inventory order.
        volatile: why the answer must not be kept for later (empty: it may be).
    """

    hosts: tuple[ResolvedHost, ...]
    volatile: str = ""


def plain(value: Any, notes: list[str] | None = None) -> Plain:
    """Drop the tagged types that Ansible wraps values in; dates become ISO text.

    Args:
        notes: is told of a vaulted value, which must not reach a file.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item, notes) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, notes) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if notes is not None:
        notes.append("a value is encrypted")
    return str(value)
