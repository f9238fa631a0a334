"""``infogere patch refuse``, ``defer``, ``agree``: what the customer said of an update, for the record."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from infogere import settings
from infogere.errors import InfogereError

Server = Annotated[str, typer.Option("--server", "-s", metavar="NAME", help="Inventory name of the server.")]
Packages = Annotated[list[str], typer.Option("--package", "-p", metavar="NAME", help="May be given more than once.")]
Proposal = Annotated[str, typer.Option(metavar="REFERENCE", help="What it was said on: a quote, a ticket, a mail.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who said it, on the customer's side.")]
Said = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When, in the contract's zone, e.g. 2026-11-20T14:30. Default: now."),
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, in one line.")]
Inventory = Annotated[
    list[str] | None, typer.Option("--inventory", "-i", metavar="PATH", help="Default: Ansible's own.")
]


def refuse(  # noqa: PLR0917 - one parameter per option
    server: Server,
    package: Packages,
    proposal: Proposal,
    by: By,
    reason: Reason,
    said: Said = None,
    inventory: Inventory = None,
) -> None:
    """Keep on record that the customer refused an update; it is left out of every plan from now on.

    The provider is not liable for what follows from it (A-L3-27): link later incidents to the entry.

    Example:

        infogere patch refuse -s web1.example.net -p openssl --proposal T-4711 --by "Ada" --reason "a sale is on"
    """
    _keep("refused", server, package, proposal, by, reason, said, inventory)


def defer(  # noqa: PLR0917
    server: Server,
    package: Packages,
    proposal: Proposal,
    by: By,
    reason: Reason,
    until: Annotated[str, typer.Option(metavar="DATE", help="Day on which it may be planned again.")],
    said: Said = None,
    inventory: Inventory = None,
) -> None:
    """Keep on record that the customer delays an update until a day.

    Example:

        infogere patch defer -s web1.example.net -p nginx --until 2026-12-27 --proposal T-4711 --by Ada --reason sale
    """
    _keep("deferred", server, package, proposal, by, reason, said, inventory, until=until)


def agree(  # noqa: PLR0917
    server: Server,
    package: Packages,
    proposal: Proposal,
    by: By,
    reason: Reason = "agreed",
    said: Said = None,
    inventory: Inventory = None,
) -> None:
    """Keep on record that the customer agreed to a major update; the next plan has it like the rest (A-L3-23).

    Example:

        infogere patch agree -s web1.example.net -p mariadb-server --proposal Q-2026-17 --by "Ada"
    """
    _keep("agreed", server, package, proposal, by, reason, said, inventory)


def _keep(  # noqa: PLR0917
    choice: Literal["refused", "deferred", "agreed"],
    name: str,
    packages: list[str],
    proposal: str,
    by: str,
    reason: str,
    said: str | None,
    inventory: list[str] | None,
    until: str | None = None,
) -> None:
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from infogere.calendar import walltime
    from infogere.fleet.check import find_server
    from infogere.policy.oracle import Oracle
    from infogere.record.kinds.maintenance import CustomerChoice
    from infogere.record.store import Store

    oracle = Oracle.configured()
    server = find_server(name, tuple(inventory or ()), oracle.terms)
    when = datetime.now(UTC)
    if said:
        zone = oracle.calendar_of(server.order_form).zone
        when, note = walltime.parse_instant(said, zone, why="a customer's word is kept with its time")
        if note:
            typer.echo(note, err=True)
    values = {"proposal": proposal, "choice": choice, "packages": packages, "by": by, "said": when, "reason": reason}
    about = {"terms": oracle.terms.version, "server": name, "contract": server.order_form.id, "until": until}
    try:
        entry = CustomerChoice.model_validate({**about, **values})
    except ValidationError as error:
        fault = error.errors()[0]
        raise InfogereError(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", way_out="one printable line each; days as 2026-12-27"
        ) from None
    where = settings.load()
    with Store(where.record_url, settings.ensure_state_dir(where)) as store:
        seq = store.append(entry)
    typer.echo(f"entry {seq}: {by} {choice} {', '.join(packages)} on {name} ({proposal})")
    typer.echo(f"the next plan knows it: infogere patch plan -l {name}")
