"""Frozen plans as a person reads them, and as a machine does."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from infogere.patching.plan import Plan, PlannedChange


def as_plain(plan: Plan) -> dict[str, Any]:
    """A plan as JSON values: its body, its digest, and what follows from both."""
    return {
        **plan.body(),
        "digest": plan.digest,
        "worst": plan.worst,
        "services": list(plan.services),
        "planned": len(plan.planned),
        "refused": len(plan.refused),
    }


def show(plans: Iterable[Plan]) -> None:
    """One table per server."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    for plan in plans:
        console.print(_heading(plan))
        if plan.changes or plan.held:
            console.print(_table(plan))
        console.print()


def _heading(plan: Plan) -> Text:
    title = Text(plan.server, style="bold")
    title.append(f"  plan {plan.name}  digest {plan.digest[:12]}", style="dim")
    lines = [f"{len(plan.planned)} planned, {len(plan.refused)} refused, {len(plan.held)} held back"]
    if plan.services:
        lines.append(f"restarts: {', '.join(plan.services)}")
    if plan.reboot or plan.reboot_pending:
        lines.append("needs a reboot, in an announced window" if plan.reboot else "waits for a reboot already")
    return title.append("".join(f"\n  {line}" for line in lines), style="not bold")


def _table(plan: Plan) -> Table:
    table = Table("", "package", "installed", "candidate", "n", "class", "origin", "why", box=None, pad_edge=False)
    for change in sorted(plan.changes, key=lambda change: (change.verdict == "planned", change.package)):
        table.add_row(*_row(change))
    for package, installed, candidate, why in plan.held:
        cells = ("held", package, installed, candidate, "", "", "", why)
        table.add_row(*(Text(cell, style="dim") for cell in cells))
    return table


def _row(change: PlannedChange) -> list[Text]:
    planned = change.verdict == "planned"
    verdict = Text("yes", style="green") if planned else Text("no", style="red")
    origin = f"{change.archive} security" if change.security and "ecurity" not in change.archive else change.archive
    why = f"[{change.clause}] {change.reason}"
    cells = (
        change.package,
        change.installed or "-",
        change.candidate or "-",
        "" if change.component is None else str(change.component),
        change.update_class,
        origin,
        why,
    )
    return [verdict, *map(Text, cells)]
