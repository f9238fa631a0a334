"""One fault of an inventory, said so that an editor can jump to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from infogere.fleet.resolved import KeyPath, Place, ResolvedHost


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, by which clause, and what to do.

    Attributes:
        place: file and line of the key, or of the nearest key above it.
        server: one server that the fault concerns; empty when it concerns none in particular.
        key: dotted key, e.g. ``order_form.options.backup``.
        clause: id of the clause that makes it a fault.
    """

    place: Place
    server: str
    key: str
    message: str
    clause: str
    way_out: str

    def __str__(self) -> str:
        who = f"{self.server}: " if self.server else ""
        return f"{self.place}: {who}{self.key}: {self.message} [{self.clause}] -> {self.way_out}"

    def as_json(self) -> dict[str, Any]:
        """Plain data: ``file``, ``line`` (0: unknown), ``server``, ``key``, ``message``, ``clause``, ``way_out``."""
        values = asdict(self)
        place = values.pop("place")
        return {"file": place["file"], "line": place["line"], **values}


def at(host: ResolvedHost, path: KeyPath, message: str, clause: str, way_out: str) -> Finding:
    """A finding at one key of one host."""
    return Finding(host.place(path), host.name, dotted(path), message, clause, way_out)


def dotted(path: KeyPath) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def merged(findings: list[Finding]) -> list[Finding]:
    """Each fault once: a group's variable is wrong in one place, however many servers inherit it."""
    first: dict[tuple[Place, str, str], Finding] = {}
    others: dict[tuple[Place, str, str], int] = {}
    for finding in findings:
        key = (finding.place, finding.key, finding.message)
        others[key] = others.get(key, -1) + 1
        first.setdefault(key, finding)
    return sorted(
        (
            Finding(
                found.place,
                f"{found.server} and {others[key]} more",
                found.key,
                found.message,
                found.clause,
                found.way_out,
            )
            if others[key]
            else found
            for key, found in first.items()
        ),
        key=lambda found: (found.place.file, found.place.line, found.server, found.key),
    )
