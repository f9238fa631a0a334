"""``infogere claim``: from the customer's ticket to the credit note that was used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from infogere.cli.desk_options import (
    AuthorOption,
    as_plain,
    author_of,
    instant,
    open_desk,
    print_json,
    receipt,
    said,
)
from infogere.cli.options import ContractOption, InventoryOption, JsonOption, OnlyContractOption
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from datetime import date

    from infogere.record.entries import Entry
    from infogere.record.kinds.money import Guarantee
    from infogere.sla.desk import Desk
    from infogere.terms import Profile

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Penalties: seen, asked for by ticket, validated, credited within the delay, applied. Never cash (A-5.1-10).",
    rich_markup_mode="markdown",
)

ClaimProfile = Annotated[
    str | None,
    typer.Option("--profile", metavar="customer|provider", help="How the contract is read. Default: your settings."),
]
Claim = Annotated[str, typer.Argument(metavar="CLAIM", help="Its number, e.g. CLM-2026-0001.")]


@app.command("open")
def open_claim(
    *,
    contract: ContractOption,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The month claimed for, e.g. 2026-10.")],
    ticket: Annotated[str, typer.Option(metavar="NUMBER", help="The customer's ticket; without one nothing is due.")],
    ticket_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When the customer opened it. Default: now.")
    ] = None,
    guarantee: Annotated[
        list[str] | None, typer.Option(help="gtd (availability) or gtr (time to restore). Default: those missed.")
    ] = None,
    profile: ClaimProfile = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The customer asks for a penalty, by ticket (A-5.1-7, A-5.2-5): the delay of its credit note begins.

    A claim for the time to restore alone has no delay as the provider reads the contract, and the same one as the
    customer reads it (Q25).

    Example:

        infogere claim open -c BC-2026-014 --month 2026-10 --ticket 1300 \\
            --ticket-at 2026-11-03T09:12
    """
    from infogere.sla import pricing
    from infogere.sla.claim_desk import Asking, ClaimDesk

    desk = open_desk(inventory)
    zone = ZoneInfo(desk.contract(contract).timezone)
    at = instant(ticket_at, zone, desk.now, why="a delay runs from an instant")
    asking = Asking(contract, month, ticket, at, _guarantees(guarantee or []))
    written, both = ClaimDesk(desk, author_of(author)).open(asking, _chosen(profile))
    if as_json:
        priced = [pricing.priced(result).model_dump(mode="json") for result in (both.customer, both.provider)]
        print_json({"claim": written[1].claim, "priced": priced, "recorded": [as_plain(*written)]})
        return
    typer.echo(f"{typer.style(written[1].claim, bold=True)}  {month}, {' and '.join(written[1].guarantees)}")
    for result in (both.customer, both.provider):
        month_comes = "the month comes" if result.month.complete else "so far the month comes"
        typer.echo(f"  {month_comes} to {result.total.amount} EUR as the {result.profile} reads the contract")
    if not pricing.missed(both):
        typer.secho("  no guarantee was missed: reject it, and say why", fg="yellow")
    due = written[1].credit_note_due
    typer.echo(
        f"  credit note due by {due}  [A-5.1-11]" if due else "  its credit note has no time limit  [A-5.2-6, Q25]"
    )
    receipt([written])


@app.command()
def validate(
    claim: Claim,
    *,
    profile: ClaimProfile = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute what is owed, once the month is over; both profiles are kept.

    Example: infogere claim validate CLM-2026-0001
    """
    from infogere.sla.claim_desk import ClaimDesk

    written = ClaimDesk(open_desk(inventory), author_of(author)).validate(claim, _chosen(profile))
    if not as_json:
        for line in written[1].arithmetic:
            typer.echo(f"  {line}")
        for priced in written[1].priced:
            typer.echo(f"  month as the {priced.profile} reads it: {priced.total_percent} %, {priced.total_amount} EUR")
        typer.secho(f"{claim}  {written[1].amount} EUR is owed, {written[1].percent} % of the month", bold=True)
    _recorded(written, as_json)


@app.command()
def reject(
    claim: Claim,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why nothing is owed; the customer reads it.")],
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Nothing is owed, and why.

    Example:

        infogere claim reject CLM-2026-0001 \\
            --reason "the outage was the customer's own update, INC-2026-0003"
    """
    from infogere.sla.claim_desk import ClaimDesk

    writer = ClaimDesk(open_desk(inventory), author_of(author))
    _recorded(writer.reject(claim, said(reason, "--reason")), as_json)


@app.command()
def credit(
    claim: Claim,
    *,
    credit_note: Annotated[str, typer.Option(metavar="NUMBER", help="Accounting's number of the credit note.")],
    issued: Annotated[str | None, typer.Option(metavar="DAY", help="When it was issued. Default: today.")] = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accounting issued the credit note, of exactly what was validated.

    Example:

        infogere claim credit CLM-2026-0001 --credit-note AV-2026-118 \\
            --issued 2026-11-20
    """
    from infogere.sla.claim_desk import ClaimDesk

    desk = open_desk(inventory)
    writer = ClaimDesk(desk, author_of(author))
    contract, _ = writer.find(claim)
    day = _day(issued, ZoneInfo(contract.timezone), desk)
    written = writer.credit(claim, credit_note, day)
    if written[1].late_days and not as_json:
        typer.secho(f"  {written[1].late_days} days late  [A-5.1-11]", fg="red")
    _recorded(written, as_json)


@app.command("apply")
def apply_claim(
    claim: Claim,
    *,
    invoice: Annotated[str | None, typer.Option(metavar="NUMBER", help="The next invoice (GTR, A-5.2-6).")] = None,
    order: Annotated[str | None, typer.Option(metavar="NUMBER", help="A new order (GTD, A-5.1-10).")] = None,
    renewal: Annotated[str | None, typer.Option(metavar="NUMBER", help="A renewal (GTD, A-5.1-10).")] = None,
    amount: Annotated[str | None, typer.Option(metavar="EUR", help="Only a part of it, e.g. 12.50.")] = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The credit note was used: GTR on the next invoice, GTD on an order or a renewal (Q25).

    Example: infogere claim apply CLM-2026-0001 --renewal FA-2027-004
    """
    from infogere.sla.claim_desk import ClaimDesk, Document

    documents: dict[Document, str | None] = {"invoice": invoice, "order": order, "renewal": renewal}
    chosen = [(name, number) for name, number in documents.items() if number is not None]
    if len(chosen) != 1:
        raise InfogereError(
            "a credit note is used on one document", way_out="give --invoice, --order or --renewal", clause="A-5.1-10"
        )
    document, number = chosen[0]
    writer = ClaimDesk(open_desk(inventory), author_of(author))
    _recorded(writer.apply(claim, document, number, _money(amount)), as_json)


@app.command("list")
def list_claims(
    *,
    contract: OnlyContractOption = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what is not finished yet.")] = False,
    alarm: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=0, help="Only credit notes due within DAYS or late; exit code 1 if any."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show claims and missed guarantees that nobody claimed yet; credit notes that are due or late stand out.

    Examples:

        infogere claim list --open

        infogere claim list --alarm 7     # for a daily timer: fails when one is due
    """
    from infogere.cli import claim_list

    desk = open_desk(None)
    within = None if alarm is None else timedelta(days=alarm)
    urgent = claim_list.show(desk, contract=contract, only_open=only_open, alarm=within, as_json=as_json)
    raise typer.Exit(1 if urgent and alarm is not None else 0)


@app.command()
def show(claim: Claim, *, inventory: InventoryOption = None, as_json: JsonOption = False) -> None:
    """Show one claim: every step, with its arithmetic.

    Example: infogere claim show CLM-2026-0001
    """
    from infogere.cli import claim_list

    claim_list.show_one(open_desk(inventory), claim, as_json=as_json)


@app.command()
def scan(
    *,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="A month that is over, e.g. 2026-10.")],
    contract: OnlyContractOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute a month of one contract, or of all on record, and put missed guarantees on record.

    They can then be claimed; nothing is paid until the customer asks.

    Example: infogere claim scan --month 2026-10
    """
    from infogere.cli import claim_list

    claim_list.scan(open_desk(None), month, contract, as_json=as_json)


def _chosen(profile: str | None) -> Profile:
    from infogere import settings
    from infogere.terms import profile_named

    return profile_named(profile or settings.load().profile)


def _guarantees(names: list[str]) -> tuple[Guarantee, ...]:
    from infogere.sla.claim_desk import BOTH

    unknown = [name for name in names if name not in BOTH]
    if unknown:
        raise InfogereError(f"no guarantee {unknown[0]!r}", way_out=f"choose {' or '.join(BOTH)}")
    return tuple(name for name in BOTH if name in names)


def _money(text: str | None) -> Any:
    from decimal import Decimal, InvalidOperation

    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value != value.quantize(Decimal("0.01")):
        raise InfogereError(f"{text!r} is not an amount", way_out="write euros and cents, e.g. 12.50")
    return value


def _day(text: str | None, zone: ZoneInfo, desk: Desk) -> date:
    from infogere.calendar import walltime

    return desk.now.astimezone(zone).date() if text is None else walltime.parse(text, zone).day


def _recorded(written: tuple[int, Entry], as_json: bool) -> None:
    if as_json:
        print_json({"recorded": [as_plain(*written)]})
    else:
        receipt([written])
