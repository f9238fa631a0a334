"""``infogere fleet``: judge the inventory, show who gets what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere import settings
from infogere.cli.fleet_init import init_fleet
from infogere.cli.options import InventoryOption, JsonOption, server_names
from infogere.cli.tables import console, uncut

if TYPE_CHECKING:
    from infogere.fleet.models import Fleet, Server
    from infogere.policy.case import Standing
    from infogere.policy.entitlements import Entitlement
    from infogere.policy.oracle import Oracle

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Customers, servers and order forms, as the Ansible inventory has them. No host is touched.",
    rich_markup_mode="markdown",
)

app.command("init")(init_fleet)


@app.command("check")
def check_fleet(inventory: InventoryOption = None, as_json: JsonOption = False) -> None:
    """Judge a whole inventory: every fault at once, with file, line, key and clause; exit code 1 if any.

    Examples:

        infogere fleet check

        infogere fleet check -i inventories/example
    """
    from infogere import settings, terms
    from infogere.fleet.check import check

    report = check(tuple(inventory or ()), terms.load(settings.load().terms))
    if as_json:
        faults = [finding.as_json() for finding in report.findings]
        typer.echo(json.dumps({"servers": len(report.fleet), "findings": faults}, ensure_ascii=False, indent=2))
    elif report.findings:
        for finding in report.findings:
            typer.echo(str(finding), err=True)
        typer.echo(f"{_count(len(report.findings), 'fault')}: the fleet is refused", err=True)
    else:
        typer.echo(_summary(report.fleet))
    raise typer.Exit(1 if report.findings else 0)


@app.command("show")
def show_fleet(
    server: Annotated[
        str | None, typer.Argument(help="One server in full; none: a line for each.", autocompletion=server_names)
    ] = None,
    inventory: InventoryOption = None,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="As it is then, e.g. 2026-12-24T15:00. Default: now.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show who gets what: level, duties, windows, retention, GTR, each with its clause.

    Examples:

        infogere fleet show

        infogere fleet show web1.example.net

        infogere fleet show web1.example.net --json | jq '.duty'
    """
    from infogere.fleet.check import find_server, load
    from infogere.policy import entitlements
    from infogere.policy.case import UNRECORDED
    from infogere.policy.oracle import Oracle
    from infogere.policy.standing import standings

    oracle, given = Oracle.configured(), tuple(inventory or ())
    shown = list(load(given, oracle.terms)) if server is None else [find_server(server, given, oracle.terms)]
    instant = _instant(at, oracle, shown[0])
    known = standings(settings.load().record_url, [one.name for one in shown], instant)
    if server is None:
        _show_all(shown, known, oracle, instant, as_json)
        return
    lines = list(entitlements.of(shown[0], oracle, known.get(server, UNRECORDED), instant))
    if as_json:
        typer.echo(json.dumps(_grouped(server, lines), ensure_ascii=False, indent=2))
    else:
        _show_one(server, lines)


def _instant(text: str | None, oracle: Oracle, server: Server) -> datetime:
    from infogere.calendar import walltime

    if text is None:
        return datetime.now(UTC)
    zone = oracle.calendar_of(server.order_form).zone
    instant, note = walltime.parse_instant(text, zone, why="windows open and close by the minute")
    if note:
        typer.echo(note, err=True)
    return instant


def _show_all(servers: list[Server], known: dict[str, Standing], oracle: Oracle, at: datetime, as_json: bool) -> None:
    from infogere.policy.case import UNRECORDED

    rows = [_row(server, oracle, known.get(server.name, UNRECORDED), at) for server in servers]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from rich.table import Table

    table = Table(*rows[0], box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row.values())
    console().print(uncut(table))


def _row(server: Server, oracle: Oracle, standing: Standing, at: datetime) -> dict[str, str]:
    form = server.order_form
    case = oracle.case("converge", server, at, standing=standing)
    backup = "ordered" if form.options.backup else "none"
    return {
        "server": server.name,
        "customer": form.customer,
        "order form": form.id,
        "level": "private cloud" if form.private_cloud else form.level,
        "state": standing.state if case.commissioned else "not delivered",
        "backup": f"{backup}, restore" if form.options.restore else backup,
        "GTR": f"{form.gtr.hours} h {form.gtr.coverage}" if form.gtr else "not stated",
    }


def _show_one(server: str, lines: list[Entitlement]) -> None:
    from rich.table import Table

    table = Table("", server, "", "clause", box=None, pad_edge=False, header_style="bold")
    topic = ""
    for line in lines:
        if line.topic != topic and topic:
            table.add_row("", "", "", "")
        style = "dim" if line.value.startswith(("refused", "not-owed", "none", "not stated")) else None
        table.add_row(line.topic if line.topic != topic else "", line.name, line.value, line.clause, style=style)
        topic = line.topic
    console().print(table)


def _grouped(server: str, lines: list[Entitlement]) -> dict[str, Any]:
    grouped: dict[str, Any] = {"server": server}
    for line in lines:
        grouped.setdefault(line.topic, {})[line.name] = {"value": line.value, "clause": line.clause}
    return grouped


def _summary(fleet: Fleet) -> str:
    forms = {server.order_form.id for server in fleet}
    customers = {server.order_form.customer for server in fleet}
    levels: dict[str, int] = {}
    for server in fleet:
        name = "private cloud" if server.order_form.private_cloud else server.order_form.level
        levels[name] = levels.get(name, 0) + 1
    shares = ", ".join(f"{count} {name}" for name, count in sorted(levels.items()))
    return (
        f"{_count(len(fleet), 'server')} of {_count(len(customers), 'customer')} under "
        f"{_count(len(forms), 'order form')}, no fault ({shares})"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
