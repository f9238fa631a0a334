"""``infogere incident``: what failed, since when on both clocks, who caused it, when it worked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from infogere.cli import incident_attribution
from infogere.cli.desk_options import (
    AuthorOption,
    EvidenceOption,
    IncidentArgument,
    as_plain,
    author_of,
    instant,
    open_desk,
    optional_instant,
    print_json,
    receipt,
    said,
    told,
)
from infogere.cli.options import InventoryOption, JsonOption, OnlyContractOption, OnlyServerOption, ServerOption
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.sla.desk import Desk

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Incidents with two clocks: the customer's ticket (contract) and the first failing probe (A-5.3, A-5.4).",
    rich_markup_mode="markdown",
)

At = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When, in the contract's zone: 03:12 or 2026-10-05T03:12. Default: now."),
]

TicketBy = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who opened it: a contact of the customer, or a third party that may."),
]


@app.command("open")
def open_incident(
    *,
    server: ServerOption,
    summary: Annotated[str, typer.Option("--summary", "-m", metavar="TEXT", help="What is wrong, in one line.")],
    effect: Annotated[
        str, typer.Option(help="interruption, or degradation: recorded with weight 0 (Q2).")
    ] = "interruption",
    started: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="First failing evidence. Default: since when probes see it down."),
    ] = None,
    probe: Annotated[str | None, typer.Option(metavar="NAME", help="The probe that saw it, e.g. https.")] = None,
    ticket: Annotated[str | None, typer.Option(metavar="NUMBER", help="The customer's ticket.")] = None,
    ticket_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When the customer opened it. Default: now.")
    ] = None,
    ticket_by: TicketBy = None,
    severity: Annotated[
        str | None, typer.Option(metavar="NAME", help="In the words of your own scale; the terms have none (A-2-3).")
    ] = None,
    service: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A service that is affected.")] = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an incident and print its number. Instants may be a bare time: 03:12 is the last 03:12.

    Updates of the server that the customer had refused or delayed by then are linked to it (A-L3-27).

    Examples:

        infogere incident open --server web1.example.net \\
            --summary "502 on every page" --started 03:12 --probe https

        infogere incident open -s web1.example.net -m "site down" --ticket 1234 \\
            --ticket-at 2026-10-05T09:30
    """
    from infogere.sla.incident_desk import IncidentDesk, Opening

    desk = open_desk(inventory)
    zone = ZoneInfo(desk.contract_of(server).timezone)
    if ticket is None and (ticket_at is not None or ticket_by is not None):
        raise InfogereError(
            "--ticket-at and --ticket-by go with --ticket", way_out="name the customer's ticket", clause="A-5.3-1"
        )
    opening = Opening(
        server=server,
        summary=said(summary, "--summary"),
        effect=_effect(effect),
        started=optional_instant(started, zone, desk.now, why="a clock starts at an instant"),
        probe=probe,
        ticket=ticket,
        ticket_at=instant(ticket_at, zone, desk.now, why="a clock starts at an instant") if ticket else None,
        ticket_by=ticket_by,
        severity=severity,
        services=tuple(service or ()),
    )
    writer = IncidentDesk(desk, author_of(author))
    written = writer.open(opening)
    told(desk, written[1].incident, [written, *writer.also], as_json)


@app.command()
def ticket(
    incident: IncidentArgument,
    *,
    number: Annotated[str, typer.Option("--ticket", metavar="NUMBER", help="The customer's ticket.")],
    at: At = None,
    ticket_by: TicketBy = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add the customer's ticket: the earliest one starts the contract clock (A-5.3-1).

    Example: infogere incident ticket INC-2026-0001 --ticket 1234 --at 03:40
    """
    from infogere.sla.incident_desk import IncidentDesk

    desk = open_desk(inventory)
    writer = IncidentDesk(desk, author_of(author))
    opened = instant(at, _zone(desk, writer.contract_of(incident)), desk.now, why="a clock starts at an instant")
    told(desk, incident, [writer.ticket(incident, number, opened, ticket_by)], as_json)


@app.command()
def evidence(
    incident: IncidentArgument,
    *,
    started: Annotated[str, typer.Option(metavar="INSTANT", help="When it was first seen failing.")],
    probe: Annotated[str, typer.Option(metavar="NAME", help="What saw it, e.g. https, syslog.")],
    evidence: EvidenceOption,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add probe data; the earliest failing evidence starts the monitoring clock (A-5.4-1).

    Example:

        infogere incident evidence INC-2026-0001 --started 03:11:40 \\
            --probe nginx --evidence "upstream timed out"
    """
    from infogere.sla.incident_desk import IncidentDesk

    desk = open_desk(inventory)
    writer = IncidentDesk(desk, author_of(author))
    seen = instant(started, _zone(desk, writer.contract_of(incident)), desk.now, why="a clock starts at an instant")
    written = writer.evidence(incident, seen, probe, said(evidence, "--evidence"))
    told(desk, incident, [written], as_json)


@app.command()
def restore(
    incident: IncidentArgument,
    *,
    at: At = None,
    evidence: Annotated[
        str, typer.Option(metavar="TEXT", help="What shows that it works; one line.")
    ] = "the service answers again",
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The service works again: both clocks stop (A-5.3-2).

    Example:

        infogere incident restore INC-2026-0001 --at 04:05 \\
            --evidence "200 OK, disk has 40 % free"
    """
    from infogere.sla.incident_desk import IncidentDesk

    desk = open_desk(inventory)
    writer = IncidentDesk(desk, author_of(author))
    when = instant(at, _zone(desk, writer.contract_of(incident)), desk.now, why="a clock stops at an instant")
    told(desk, incident, [writer.restore(incident, when, said(evidence, "--evidence"))], as_json)


@app.command()
def effect(
    incident: IncidentArgument,
    *,
    effect: Annotated[str, typer.Argument(help="interruption or degradation.")],
    evidence: EvidenceOption,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """It turned out to be an interruption, or only a degradation (Q2).

    Example:

        infogere incident effect INC-2026-0001 degradation \\
            --evidence "pages took 8 s, none failed"
    """
    from infogere.sla.incident_desk import IncidentDesk

    desk = open_desk(inventory)
    written = IncidentDesk(desk, author_of(author)).effect(incident, _effect(effect), said(evidence, "--evidence"))
    told(desk, incident, [written], as_json)


for command in (incident_attribution.attribute, incident_attribution.contest, incident_attribution.link):
    app.command()(command)


@app.command()
def note(
    incident: IncidentArgument,
    *,
    text: Annotated[str, typer.Argument(help="One line of its story (A-2-6).")],
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a line to its story.

    Example:

        infogere incident note INC-2026-0001 "technician on site at 04:30"
    """
    from infogere.sla.incident_desk import IncidentDesk

    desk = open_desk(inventory)
    told(desk, incident, [IncidentDesk(desk, author_of(author)).note(incident, said(text, "TEXT"))], as_json)


@app.command()
def correct(
    incident: IncidentArgument,
    *,
    entry: Annotated[int, typer.Option(metavar="ENTRY", help="The wrong entry, by its number in `show`.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What is wrong with it; the customer reads it.")],
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a wrong entry from every computation; it stays readable. Then say what is right.

    Correcting the first entry withdraws the whole incident. A contest cannot be withdrawn.

    Example:

        infogere incident correct INC-2026-0001 --entry 41 \\
            --reason "restored at 04:50, not 04:05"
    """
    from infogere.sla.incident_desk import IncidentDesk

    desk = open_desk(inventory)
    written = IncidentDesk(desk, author_of(author)).correct(incident, entry, said(reason, "--reason"))
    if as_json:
        print_json({"recorded": [as_plain(*written)]})
    else:
        receipt([written])


@app.command("list")
def list_incidents(
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are not restored.")] = False,
    contract: OnlyContractOption = None,
    server: OnlyServerOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show incidents, newest first, with both clocks.

    Example: infogere incident list --open
    """
    from infogere.cli import incident_list

    incident_list.show(
        open_desk(None), only_open=only_open, contract=contract, server=server, limit=limit, as_json=as_json
    )


@app.command()
def show(incident: IncidentArgument, inventory: InventoryOption = None, as_json: JsonOption = False) -> None:
    """Show one incident: both clocks, what it costs so far on each, and its story.

    Example: infogere incident show INC-2026-0001
    """
    from infogere.cli import incident_list

    incident_list.show_one(open_desk(inventory), incident, as_json=as_json)


def _zone(desk: Desk, contract: str) -> ZoneInfo:
    return ZoneInfo(desk.contract(contract).timezone)


def _effect(text: str) -> Any:
    from infogere.sla.incident_desk import EFFECTS

    if text not in EFFECTS:
        raise InfogereError(f"no effect {text!r}", way_out=f"choose {' or '.join(EFFECTS)}", clause="A-2-2")
    return text
