"""``infogere may``: the policy's answer to one question."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere import settings
from infogere.cli import durations
from infogere.cli.options import InventoryOption, JsonOption, ServerOption, action_names
from infogere.cli.tables import console
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.calendar import Calendar
    from infogere.policy.case import Case
    from infogere.policy.deciding import Decision

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command()
def may(  # noqa: PLR0917 - one parameter per option
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="deliver, converge, patch-minor, reboot, backup, provision-vhost...",
            autocompletion=action_names,
        ),
    ],
    server: ServerOption,
    at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="When it would start, in the contract's zone. Default: now."),
    ] = None,
    emergency: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why it cannot wait for the window; one line.")
    ] = None,
    agreement: Annotated[
        str | None, typer.Option(metavar="REFERENCE", help="The customer's order, quote or ticket that agrees to it.")
    ] = None,
    notified: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When the customer was told (throttle).")
    ] = None,
    duration: Annotated[
        str, typer.Option(metavar="DURATION", help="How long it takes: 2h, 1h30, 90m, or minutes.")
    ] = "0",
    explain: Annotated[bool, typer.Option("--explain", help="Show every rule and every input.")] = False,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
) -> None:
    """Ask whether the contract allows ACTION on a server: exit code 0 allowed, 1 refused.

    Nothing is written: only the gate of a playbook puts a decision on record.

    Examples:

        infogere may patch-minor --server web1.example.net

        infogere may patch-minor --server web1.example.net --at 2026-12-24T15:00 \\
            --explain

        infogere may patch-critical --server web1.example.net \\
            --emergency "CVE-2026-1234 is exploited"
    """
    from infogere.policy.deciding import decide

    case = _case(
        action,
        server,
        inventory,
        at=at,
        notified=notified,
        emergency=_reason(emergency, "--emergency"),
        agreement=_reason(agreement, "--agreement"),
        duration=durations.seconds(duration, bare_minutes=True),
    )
    decision = decide(case)
    if as_json:
        typer.echo(json.dumps(as_plain(decision, case, explain=explain), ensure_ascii=False, indent=2))
    else:
        _show(decision, case, explain)
    raise typer.Exit(0 if decision.allowed else 1)


def _case(
    action: str,
    name: str,
    inventory: list[str] | None,
    *,
    at: str | None,
    notified: str | None,
    emergency: str,
    agreement: str,
    duration: int,  # seconds
) -> Case:
    from infogere.fleet.check import find_server
    from infogere.policy.oracle import Oracle, known_action
    from infogere.policy.standing import standing

    known_action(action)
    oracle = Oracle.configured()
    server = find_server(name, tuple(inventory or ()), oracle.terms)
    calendar = oracle.calendar_of(server.order_form)
    instant = _instant(at, calendar)
    case = oracle.case(
        action,
        server,
        instant,
        standing=standing(settings.load().record_url, name, instant),
        emergency=emergency,
        agreement=agreement,
        notified=_instant(notified, calendar),
        expected_duration=duration,
    )
    if case.in_force.announced:
        from infogere.patching.announced import works_of

        case = replace(
            case, announced=works_of(settings.load().record_url)(name, case.at, case.expected_duration, calendar)
        )
    return case


def _instant(text: str | None, calendar: Calendar) -> datetime | None:
    from infogere.calendar import walltime

    if text is None:
        return None
    instant, note = walltime.parse_instant(text, calendar.zone, why="an action starts at an instant")
    if note:
        typer.echo(note, err=True)
    return instant


def _reason(text: str | None, option: str) -> str:
    if text is not None and not text.strip():
        raise InfogereError(f"{option} is empty", way_out="say it in one line; it goes into the record")
    return " ".join(text.split()) if text else ""


def as_plain(decision: Decision, case: Case, *, explain: bool = False) -> dict[str, Any]:
    """The decision as JSON values; instants with the offset of the contract's zone."""
    local = case.calendar.local

    def instant(moment: datetime | None) -> str | None:
        return local(moment).isoformat() if moment else None

    plain: dict[str, Any] = {
        "allowed": decision.allowed,
        "action": decision.action,
        "server": decision.server,
        "at": instant(decision.at),
        "clause": decision.clause,
        "reason": decision.reason,
        "next_opening": instant(decision.next_opening),
        "duties": list(decision.duties),
        "emergency": decision.emergency or None,
        "calendar_version": decision.calendar_version,
        "refusals": [
            {"clause": no.clause, "reason": no.reason, "way_out": no.way_out, "opens": instant(no.opens)}
            for no in decision.refusals
        ],
    }
    if explain:
        plain["inputs"] = dict(decision.inputs)
    return plain


def _show(decision: Decision, case: Case, explain: bool) -> None:
    # Plain lines: Rich takes longer to import than the whole decision does.
    verdict = typer.style("allowed", fg="green", bold=True)
    if not decision.allowed:
        verdict = typer.style("refused", fg="red", bold=True)
    typer.echo(f"{verdict}  {decision.action} on {decision.server}  [{decision.clause}]")
    typer.echo(f"  {decision.reason}")
    for duty in decision.duties:
        typer.secho(f"  {duty}", fg="yellow")
    if not decision.allowed:
        opening = decision.next_opening
        when = f"{case.calendar.local(opening):%a %Y-%m-%d %H:%M %Z}" if opening else "none: waiting does not help"
        typer.echo(f"  next opening: {when}")
    if explain:
        _explain(decision, case)


def _explain(decision: Decision, case: Case) -> None:
    from rich.table import Table
    from rich.text import Text

    from infogere.policy.deciding import explained

    rules = Table("", "clause", "rule", "says", box=None, title="rules", title_justify="left", pad_edge=False)
    for rule, refusal in explained(case):
        mark, clause = (Text("no", "red"), refusal.clause) if refusal else (Text("ok", "green"), rule.clause)
        rules.add_row(mark, clause, rule.statement, refusal.reason if refusal else "")
    facts = Table("input", "value", box=None, title="depends on", title_justify="left", pad_edge=False)
    for name, value in decision.inputs.items():
        facts.add_row(name, value)
    terminal = console()
    terminal.print()
    terminal.print(rules)
    terminal.print()
    terminal.print(facts)
