"""``infogere patch refuse``, ``defer``, ``agree``: what the customer said of an update, for the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from infogere import settings
from infogere.cli.options import InventoryOption, server_names
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.patching.proposals import Known

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        "-s",
        metavar="NAME",
        help="Inventory name of the server. Default: the proposal's.",
        autocompletion=server_names,
    ),
]
Packages = Annotated[
    list[str] | None,
    typer.Option("--package", "-p", metavar="NAME", help="May be given more than once. Default: all of the proposal."),
]
Proposal = Annotated[
    str | None, typer.Option(metavar="ID", help="The proposal that it answers, as infogere patch propose made it.")
]
Ticket = Annotated[
    str | None,
    typer.Option(metavar="REFERENCE", help="Where it was said, if on no proposal of ours: a ticket, a quote, a mail."),
]
By = Annotated[str, typer.Option(metavar="NAME", help="Who said it, on the customer's side.")]
Said = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="When, in the contract's zone, e.g. 2026-11-20T14:30. Default: now."),
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, in one line.")]


@dataclass(frozen=True)
class _Word:
    """What was said, as it was typed."""

    choice: Literal["refused", "deferred", "agreed"]
    by: str
    reason: str
    said: str | None
    until: str | None = None


@dataclass(frozen=True)
class _On:
    """What it was said of."""

    server: str | None
    packages: list[str] | None
    proposal: str | None
    ticket: str | None


def refuse(  # noqa: PLR0917 - one parameter per option
    by: By,
    reason: Reason,
    server: Server = None,
    package: Packages = None,
    proposal: Proposal = None,
    ticket: Ticket = None,
    said: Said = None,
    inventory: InventoryOption = None,
) -> None:
    """Keep on record that the customer refused an update; it is left out of every plan from now on.

    The provider is not liable for what follows from it (A-L3-27): later incidents on the server are linked to it.

    Examples:

        infogere patch refuse --proposal P-20261120-3f9a01 --by "Ada" \\
            --reason "the shop is not ready"

        infogere patch refuse -s web1.example.net -p openssl --ticket T-4711 \\
            --by "Ada" --reason "a sale is on"
    """
    _keep(_Word("refused", by, reason, said), _On(server, package, proposal, ticket), inventory)


def defer(  # noqa: PLR0917
    by: By,
    reason: Reason,
    until: Annotated[str, typer.Option(metavar="DATE", help="Day on which it may be planned again.")],
    server: Server = None,
    package: Packages = None,
    proposal: Proposal = None,
    ticket: Ticket = None,
    said: Said = None,
    inventory: InventoryOption = None,
) -> None:
    """Keep on record that the customer delays an update until a day.

    Example:

        infogere patch defer --proposal P-20261120-3f9a01 -p nginx \\
            --until 2026-12-27 --by Ada --reason "a sale is on"
    """
    _keep(_Word("deferred", by, reason, said, until), _On(server, package, proposal, ticket), inventory)


def agree(  # noqa: PLR0917
    by: By,
    server: Server = None,
    package: Packages = None,
    proposal: Proposal = None,
    ticket: Ticket = None,
    reason: Reason = "agreed",
    said: Said = None,
    inventory: InventoryOption = None,
) -> None:
    """Keep on record that the customer agreed to a major update; the next plan has it like the rest (A-L3-23).

    A consent to a proposal is one to the versions that it named, and to minor updates of these.

    Examples:

        infogere patch agree --proposal P-20261120-3f9a01 --by "Ada"

        infogere patch agree -s web1.example.net -p mariadb-server \\
            --ticket Q-2026-17 --by "Ada"
    """
    _keep(_Word("agreed", by, reason, said), _On(server, package, proposal, ticket), inventory)


def _keep(word: _Word, on: _On, inventory: list[str] | None) -> None:
    from pydantic import ValidationError

    from infogere.calendar import walltime
    from infogere.fleet.check import find_server
    from infogere.policy.oracle import Oracle
    from infogere.record.kinds.maintenance import CustomerChoice
    from infogere.record.store import Store

    if (on.proposal is None) == (on.ticket is None):
        raise InfogereError(
            "say what it was said on, either a proposal of ours or a reference of the customer's",
            way_out="--proposal P-... (see infogere patch status), or --ticket T-4711",
            clause="A-L3-27",
        )
    where, oracle = settings.load(), Oracle.configured()
    name, packages, known = _proposed(where.record_url, on) if on.proposal else _named(on)
    server = find_server(name, tuple(inventory or ()), oracle.terms)
    when, calendar = datetime.now(UTC), oracle.calendar_of(server.order_form)
    if word.said:
        when, note = walltime.parse_instant(word.said, calendar.zone, why="a customer's word is kept with its time")
        if note:
            typer.echo(note, err=True)
    if when > datetime.now(UTC):
        raise InfogereError("--said lies in the future", way_out="say when it was said, e.g. 2026-11-20T14:30")
    if word.until is not None:
        _require_day(word.until, calendar.local(when).date())
    values = {"choice": word.choice, "packages": packages, "by": word.by, "said": when, "reason": word.reason}
    about = {"terms": oracle.terms.version, "server": name, "contract": server.order_form.id, "until": word.until}
    reference = on.proposal or on.ticket
    try:
        entry = CustomerChoice.model_validate(
            {**about, **values, "proposal": reference, "follows": known.seq if known else None}
        )
    except ValidationError as error:
        fault = error.errors()[0]
        raise InfogereError(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", way_out="one printable line each; days as 2026-12-27"
        ) from None
    with Store(where.record_url, settings.ensure_state_dir(where)) as store:
        seq = store.append(entry)
    typer.echo(f"entry {seq}: {word.by} {word.choice} {', '.join(packages)} on {name} ({reference})  [A-L3-27]")
    typer.echo(f"the next plan knows it: infogere patch plan -l {name}")


def _proposed(url: str, on: _On) -> tuple[str, list[str], Known]:
    """Server and packages of a proposal that is on record, or those of them that were named."""
    from infogere.fleet.nearest import hint
    from infogere.patching import proposals

    known = proposals.find(url, str(on.proposal))
    names = [change.package for change in known.entry.changes]
    if on.server not in (None, known.entry.server):
        raise InfogereError(
            f"proposal {on.proposal} is about {known.entry.server}, not about {on.server}",
            way_out="leave --server out, or name another proposal",
        )
    for package in on.packages or ():
        if package not in names:
            raise InfogereError(f"proposal {on.proposal} does not have {package}", way_out=hint(package, names))
    return known.entry.server, on.packages or names, known


def _named(on: _On) -> tuple[str, list[str], None]:
    if not on.server or not on.packages:
        raise InfogereError(
            "a reference of the customer's does not say which update", way_out="name it: -s SERVER -p PACKAGE"
        )
    return on.server, on.packages, None


def _require_day(text: str, said: date) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InfogereError(f"--until {text}: no day", way_out="write it as 2026-12-27") from None
    if day <= said:
        raise InfogereError(
            f"--until {text} is not after the day on which it was said", way_out="name a later day, or refuse it"
        )
