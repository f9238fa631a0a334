"""Frozen plans as a person reads them, and as a machine does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from infogere.cli.tables import console, uncut

if TYPE_CHECKING:
    from infogere.calendar import Calendar
    from infogere.patching.plan import Plan, PlannedChange
    from infogere.patching.proposals import Known
    from infogere.patching.status import Line


def as_plain(plan: Plan, proposals: Iterable[Known] = ()) -> dict[str, Any]:
    """A plan as JSON values: its body, its digest, what follows from both, what of it is proposed."""
    return {
        **plan.body(),
        "digest": plan.digest,
        "worst": plan.worst,
        "services": list(plan.services),
        "planned": len(plan.planned),
        "refused": len(plan.refused),
        "proposed": [
            {"proposal": known.entry.proposal, "since": known.since.isoformat(), "packages": list(known.open)}
            for known in proposals
            if known.open and known.entry.server == plan.server
        ],
    }


def show(plans: Iterable[Plan], proposals: Iterable[Known] = ()) -> None:
    """One table per server, and what is proposed of it."""
    terminal = console()
    waiting = [known for known in proposals if known.open]
    for plan in plans:
        terminal.print(_heading(plan))
        for known in waiting:
            if known.entry.server == plan.server:
                terminal.print(Text(f"  {_proposed(known)}", style="yellow"))
        if plan.changes or plan.held:
            terminal.print(_table(plan))
        terminal.print()


def _proposed(known: Known) -> str:
    packages = ", ".join(known.open)
    return f"proposed since {_local(known.since)}, no answer yet: {packages} ({known.entry.proposal})"


def _heading(plan: Plan) -> Text:
    title = Text(plan.server, style="bold")
    title.append(f"  plan {plan.name}  digest {plan.digest[:12]}", style="dim")
    lines = [f"{len(plan.planned)} planned, {len(plan.refused)} refused, {len(plan.held)} held back"]
    if plan.services:
        lines.append(f"restarts: {', '.join(plan.services)}")
    if plan.reboot or plan.reboot_pending:
        lines.append("needs a reboot afterwards, in announced works" if plan.reboot else "waits for a reboot")
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


def line_as_plain(line: Line) -> dict[str, Any]:
    """One server's status as JSON values; instants are UTC."""
    plain = asdict(line)
    for name in ("planned_at", "opens", "reboot", "proposed"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    if line.last:
        plain["last"] = {"at": line.last.at.isoformat(), "outcome": line.last.outcome}
    return plain


def show_status(lines: Iterable[Line], calendar: Calendar) -> None:
    """One line per server; times in the contract's zone, as windows are written."""

    def local(instant: datetime | None) -> str:
        return f"{calendar.local(instant):%Y-%m-%d %H:%M}" if instant else "-"

    now = datetime.now(UTC)
    table = Table("server", "pending", "planned", "last run", "window", "", box=None, pad_edge=False)
    for line in lines:
        if line.never:
            table.add_row(Text(line.server), Text(line.never, style="dim"))
            continue
        counts = ", ".join(f"{count} {name}" for name, count in line.pending.items()) or "nothing"
        last = f"{local(line.last.at)} {line.last.outcome}" if line.last else "never"
        notes = ["overdue"] if line.overdue else []
        notes += [f"{what} since {calendar.local(at):%Y-%m-%d}" for what, at in _since(line) if at]
        pending = counts if line.planned_at else "not planned yet"
        window = "open now" if line.opens and line.opens <= now else local(line.opens)
        cells = (line.server, pending, local(line.planned_at), last, window)
        table.add_row(*map(Text, cells), Text(", ".join(notes), style="red"))
    console().print(uncut(table))


def _since(line: Line) -> tuple[tuple[str, datetime | None], ...]:
    return ("reboot pending", line.reboot), ("proposed", line.proposed)


def _local(instant: datetime | None) -> str:
    return f"{instant.astimezone():%Y-%m-%d %H:%M}" if instant else "-"
