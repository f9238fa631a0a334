"""What an emergency run is about to do, in the words of its notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from infogere.errors import InfogereError
from infogere.patching import frozen
from infogere.patching.judging import ABSENT
from infogere.patching.plan import Plan
from infogere.patching.status import last_runs


def plans_of(url: str, state_dir: Path, host: str, servers: Iterable[str]) -> dict[str, Plan]:
    """Frozen plans of ``host`` and of those other servers on which something is still to be applied."""
    done = last_runs(url)
    found = {host: frozen.thaw(state_dir, host)}
    for server in servers:
        try:
            plan = frozen.thaw(state_dir, server)
        except InfogereError:
            continue  # without a plan, or with one that was altered, it will not run
        applied = server in done and done[server].plan == plan.name
        if plan.planned and not applied:
            found.setdefault(server, plan)
    return found


def changes_in(plans: Mapping[str, Plan]) -> tuple[str, ...]:
    """``openssl 3.0.20-1 -> 3.0.22-1``, each once, by name."""
    return tuple(
        sorted(
            {
                f"{change.package} {change.installed or ABSENT} -> {change.candidate or ABSENT}"
                for plan in plans.values()
                for change in plan.planned
            }
        )
    )


def updates_of(plans: Mapping[str, Plan], day: date) -> dict[str, str]:
    """What names the updates of each server: a run that starts again on the same day for the same is the same one.

    Args:
        plans: what is to be applied, by server.
        day: the local one.
    """
    return {name: f"updates {day.isoformat()} {plan.digest}" for name, plan in plans.items()}


def work_of(about: str, servers: Iterable[str], reason: str, day: date) -> dict[str, str]:
    """The same of work without a plan, ``reboot`` or ``configuration``: its reason stands in the plan's place."""
    return {name: f"{about} {day.isoformat()} {reason}" for name in servers}
