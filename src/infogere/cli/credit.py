"""``infogere credit``: support time, granted monthly or bought, spent by the quarter hour."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infogere.cli import durations
from infogere.cli.desk_options import (
    AuthorOption,
    as_plain,
    author_of,
    open_desk,
    print_json,
    receipt,
    said,
)
from infogere.cli.options import ContractOption, InventoryOption, JsonOption, OnlyContractOption
from infogere.errors import InfogereError

if TYPE_CHECKING:
    from infogere.sla.credit_desk import CreditDesk, Hours
    from infogere.sla.time_credit import Grant

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Support time: the monthly allowance and bought hours, spent by the quarter hour (articles 4.1.4 and 4.2).",
    rich_markup_mode="markdown",
)

Day = Annotated[str | None, typer.Option("--on", metavar="DAY", help="Which day, e.g. 2026-11-20. Default: today.")]

_MINUTES = 60  # of an hour, and seconds of a minute


@app.command()
def allowance(
    *,
    contract: OnlyContractOption = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="E.g. 2026-11. Default: the present one.")
    ] = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Credit the monthly allowance, of one contract or of the whole fleet; a month is credited once.

    Made for a timer on the 1st (A-4.1.4-2); run late, it credits the same.

    Example: infogere credit allowance
    """
    from infogere import terms
    from infogere.fleet.check import references
    from infogere.sla.credit_desk import CreditDesk

    desk = open_desk(inventory)
    written: list[tuple[int, Any]] = []
    skipped: list[dict[str, str]] = []
    name = author_of(author)
    for reference in [contract] if contract else references(desk.inventory):
        try:
            writer = CreditDesk(desk, reference, name)
            granted = writer.allowance(_month(month, writer.today))
        except InfogereError as fault:
            if contract:
                raise
            # One customer's faulty order form must not cost the others their credit.
            skipped.append({"contract": reference, "why": str(fault)})
            continue
        written += [granted] if granted else []
    if as_json:
        print_json({"recorded": [as_plain(*one) for one in written], "skipped": skipped})
    else:
        for _, entry in written:
            typer.echo(f"{entry.contract}  {entry.minutes} min for {entry.month}, lost after {entry.expires}")
        for one in skipped:
            typer.secho(f"{one['contract']}  skipped: {one['why']}", fg="yellow", err=True)
        receipt(written)
        if not written:
            clause = terms.load(desk.terms_path).support.monthly_credit.clause
            typer.echo(
                f"nothing to credit: done already, not ordered, or before the first 1st of the service [{clause}]"
            )
    raise typer.Exit(1 if skipped else 0)


@app.command()
def buy(
    *,
    contract: ContractOption,
    hours: Annotated[str, typer.Option(metavar="HOURS", help="How many, e.g. 5 or 2.5.")],
    kind: Annotated[str, typer.Option(help="managed (calendar days) or occasional (working days), as bought.")],
    reference: Annotated[str, typer.Option(metavar="TEXT", help="Quote and payment: 'D-118, paid F-204'.")],
    on: Day = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hours were bought: accepted and paid (A-4.2-3). Print until when they can be used.

    Example:

        infogere credit buy -c BC-2026-014 --hours 5 --kind managed \\
            --reference "D-118, paid F-204"
    """
    kinds: dict[str, Hours] = {"managed": "managed-hours", "occasional": "occasional-hours"}
    if kind not in kinds:
        raise InfogereError(f"no kind of hours {kind!r}", way_out=f"choose {' or '.join(kinds)}", clause="A-4.1.4-5")
    writer = _writer(contract, author, inventory)
    written = writer.buy(kinds[kind], _hours(hours), _day(on, writer), said(reference, "--reference"))
    if as_json:
        print_json({"recorded": [as_plain(*written)]})
        return
    entry = written[1]
    typer.echo(f"{typer.style(entry.grant, bold=True)}  {lasting(entry.minutes)}, last day {entry.expires}")
    receipt([written])


@app.command()
def spend(
    *,
    contract: ContractOption,
    ticket: Annotated[str, typer.Option(metavar="NUMBER", help="The customer's ticket; there is no work without one.")],
    worked: Annotated[str, typer.Option(metavar="DURATION", help="What was really worked: 40m, 1h20m, or minutes.")],
    summary: Annotated[str, typer.Option("--summary", "-m", metavar="TEXT", help="What was done, in one line.")],
    on: Day = None,
    author: AuthorOption = None,
    inventory: InventoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count one intervention in quarter hours, nearest expiry first; what finds no credit is billable.

    Example:

        infogere credit spend -c BC-2026-014 --ticket 1400 --worked 40m \\
            -m "moved a site to PHP 8.3"
    """
    from infogere.sla.credit_desk import Work

    writer = _writer(contract, author, inventory)
    work = Work(
        said(ticket, "--ticket"),
        durations.seconds(worked, bare_minutes=True),
        said(summary, "--summary"),
        _day(on, writer),
    )
    written = writer.spend(work)
    if as_json:
        print_json({"recorded": [as_plain(*written)]})
        return
    entry = written[1]
    typer.echo(f"{lasting(entry.minutes)} counted for {worked} worked  [A-4.1.4-4]")
    for share in entry.shares:
        typer.echo(f"  {lasting(share.minutes)} from {share.grant}")
    if entry.unpaid_minutes:
        typer.secho(f"  {lasting(entry.unpaid_minutes)} found no credit: billable  [A-2-8, A-4.2-2]", fg="yellow")
    receipt([written])


@app.command()
def balance(
    *, contract: ContractOption, on: Day = None, inventory: InventoryOption = None, as_json: JsonOption = False
) -> None:
    """Show what can be spent, nearest expiry first.

    Example: infogere credit balance -c BC-2026-014
    """
    writer = _writer(contract, None, inventory)
    day = _day(on, writer)
    usable = [grant for grant in writer.grants() if grant.usable(day) and grant.left]
    if as_json:
        total = sum(grant.left for grant in usable)
        print_json(
            {"contract": contract, "day": day.isoformat(), "minutes": total, "grants": list(map(_plain, usable))}
        )
        return
    for grant in usable:
        typer.echo(f"{grant.id}  {lasting(grant.left)} of {lasting(grant.minutes)}, last day {grant.last}")
    typer.secho(f"{lasting(sum(grant.left for grant in usable))} can be spent on {day}", bold=True)


@app.command("list")
def list_grants(*, contract: ContractOption, inventory: InventoryOption = None, as_json: JsonOption = False) -> None:
    """Show every grant, with what was used, is left, or was lost.

    Example: infogere credit list -c BC-2026-014
    """
    writer = _writer(contract, None, inventory)
    grants = writer.grants()
    if as_json:
        print_json([_plain(grant) for grant in grants])
        return
    for grant in grants:
        lost = grant.left and grant.last < writer.today
        rest = f"{lasting(grant.left)} {'lost [A-4.1.4-3]' if lost else 'left'}" if grant.left else "used up"
        typer.echo(f"{grant.id}  {grant.source}, {grant.first} to {grant.last}: {lasting(grant.minutes)}, {rest}")
    if not grants:
        typer.echo("no support time was ever granted")


def lasting(minutes: int) -> str:
    """``2 h 15 min``."""
    hours, left = divmod(minutes, _MINUTES)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{left} min" if left or not hours else "") if part
    )


def _writer(contract: str, author: str | None, inventory: list[str] | None) -> CreditDesk:
    from infogere.sla.credit_desk import CreditDesk

    return CreditDesk(open_desk(inventory), contract, author_of(author))


def _plain(grant: Grant) -> dict[str, Any]:
    return {
        "grant": grant.id,
        "source": grant.source,
        "granted": grant.first.isoformat(),
        "expires": grant.last.isoformat(),
        "minutes": grant.minutes,
        "left": grant.left,
    }


def _day(text: str | None, writer: CreditDesk) -> date:
    from zoneinfo import ZoneInfo

    from infogere.calendar import walltime

    return writer.today if text is None else walltime.parse(text, ZoneInfo(writer.contract.timezone)).day


def _month(text: str | None, today: date) -> date:
    if text is None:
        return today
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InfogereError(f"{text!r} is no month", way_out="write year and month, e.g. 2026-11") from None


def _hours(text: str) -> int:
    try:
        minutes = Decimal(text) * _MINUTES
    except InvalidOperation:
        minutes = Decimal("NaN")
    if not minutes.is_finite() or minutes <= 0 or minutes != int(minutes):
        raise InfogereError(f"{text!r} is no number of hours", way_out="write e.g. 5 or 2.5")
    return int(minutes)
