"""``infogere incident attribute|contest|link``: who caused it, whether the customer agrees, what it belongs to."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infogere.cli.desk_options import (
    AuthorOption,
    EvidenceOption,
    IncidentArgument,
    author_of,
    open_desk,
    said,
    told,
)
from infogere.cli.options import InventoryOption, JsonOption
from infogere.errors import InfogereError


def attribute(
    incident: IncidentArgument,
    *,
    cause: Annotated[str, typer.Option(help="provider, client, third-party, supplier or planned.")],
    evidence: EvidenceOption,
    party: Annotated[
        str | None, typer.Option(metavar="NAME", help="The third party, as the customer named it (A-2-9).")
    ] = None,
    settles: Annotated[
        int | None, typer.Option(metavar="ENTRY", help="The contest that this answers, by its number.")
    ] = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who caused it, on which evidence. The customer may contest it; until settled, the time counts (Q11).

    Examples:

        infogere incident attribute INC-2026-0001 --cause client \\
            --evidence "customer's plugin update at 03:10, wp.log"

        infogere incident attribute INC-2026-0001 --cause supplier \\
            --evidence "power cut in the rack" --settles 57
    """
    from infogere.sla.attribution_desk import CAUSES, Attribution, AttributionDesk

    chosen = next((known for known in CAUSES if known == cause.replace("-", "_")), None)
    if chosen is None:
        raise InfogereError(f"no cause {cause!r}", way_out=f"choose one of {', '.join(CAUSES)}".replace("_", "-"))
    desk = open_desk(inventory)
    attribution = Attribution(chosen, said(evidence, "--evidence"), party, settles)
    writer = AttributionDesk(desk, author_of(author))
    written = writer.attribute(incident, attribution)
    told(desk, incident, [written, *writer.also], as_json)


def contest(
    incident: IncidentArgument,
    *,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who of the customer says so.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; one line, with the ticket.")],
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The customer contests the attribution: the time counts until `attribute --settles` answers it (Q11).

    Example:

        infogere incident contest INC-2026-0001 --by "Hélène Vidal" \\
            --reason "no update on our side, ticket 1240"
    """
    from infogere.sla.attribution_desk import AttributionDesk

    desk = open_desk(inventory)
    written = AttributionDesk(desk, author_of(author)).contest(incident, said(by, "--by"), said(reason, "--reason"))
    told(desk, incident, [written], as_json)


def link(
    incident: IncidentArgument,
    *,
    problem: Annotated[str | None, typer.Option(metavar="NUMBER", help="The problem behind it (A-2-4).")] = None,
    works: Annotated[str | None, typer.Option(metavar="NUMBER", help="Planned works that it belongs to.")] = None,
    entry: Annotated[
        int | None,
        typer.Option(metavar="ENTRY", help="Another entry: a refused update (A-L3-27), emergency work, a network cut."),
    ] = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tie it to a problem, to planned works, or to another entry of the customer's chain.

    Example: infogere incident link INC-2026-0001 --problem PRB-2026-0003
    """
    from infogere.sla.attribution_desk import AttributionDesk
    from infogere.sla.problem_desk import ProblemDesk

    if sum(one is not None for one in (problem, works, entry)) != 1:
        raise InfogereError("link to one thing", way_out="give --problem, --works or --entry")
    desk, name = open_desk(inventory), author_of(author)
    if problem is not None:
        written: list[tuple[int, Any]] = list(ProblemDesk(desk, name).link(incident, problem))
    else:
        written = [AttributionDesk(desk, name).link(incident, works=works, entry=entry)]
    told(desk, incident, written, as_json)
