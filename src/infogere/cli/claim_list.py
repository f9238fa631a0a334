"""``infogere claim list``, ``show`` and ``scan``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from infogere.cli.desk_options import local, print_json
from infogere.cli.tables import console, uncut
from infogere.errors import InfogereError
from infogere.record.database import RecordMissing
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.money import BreachSeen, ClaimOpened
from infogere.record.reading import Reader
from infogere.sla import claims, pricing
from infogere.sla.claim_desk import ClaimDesk
from infogere.sla.claims import Claim

if TYPE_CHECKING:
    from infogere.sla.desk import Desk

_FINISHED = ("applied", "rejected")


def show(desk: Desk, *, contract: str | None, only_open: bool, alarm: timedelta | None, as_json: bool) -> bool:
    """Claims and unclaimed breaches; True if a credit note is due within ``alarm``, or late."""
    rows: list[dict[str, Any]] = []
    for reference in [contract] if contract else _references(desk, (ClaimOpened.kind, BreachSeen.kind)):
        rows += _rows(desk, reference)
    urgent = [row for row in rows if row["days_left"] is not None and row["days_left"] <= (alarm or timedelta(0)).days]
    if alarm is not None:
        rows = urgent
    elif only_open:
        rows = [row for row in rows if row["state"] not in _FINISHED]
    if as_json:
        print_json(rows)
    elif rows:
        _table(rows)
    else:
        typer.echo("no credit note is due" if alarm is not None else "no claim found")
    return bool(urgent)


def show_one(desk: Desk, claim: str, *, as_json: bool) -> None:
    """Every step of one claim."""
    contract, found = ClaimDesk(desk, "-").find(claim)
    if as_json:
        story = [{"seq": seq, "kind": entry.kind, **entry.model_dump(mode="json")} for seq, entry in found.story]
        print_json({**_claim(found, _today(desk, contract)), "story": story})
        return
    zone = ZoneInfo(contract.timezone)
    typer.echo(f"{typer.style(found.id, bold=True)}  {found.state}  {contract.contract}, {found.opened.month}")
    typer.echo(f"  asked for       {' and '.join(found.opened.guarantees)}, ticket {found.opened.ticket}  [A-5.1-7]")
    late = f", issued {found.credited.late_days} days late" if found.credited and found.credited.late_days else ""
    limit = f"{found.due}{late}  [A-5.1-11]" if found.due else "no time limit  [A-5.2-6, Q25]"
    typer.echo(f"  credit note by  {limit}")
    for line in found.validated.arithmetic if found.validated else ():
        typer.echo(f"    {line}")
    for priced in found.validated.priced if found.validated else ():
        typer.echo(f"    month as the {priced.profile} reads it: {priced.total_percent} %, {priced.total_amount} EUR")
    for seq, entry in found.story:
        facts = entry.model_dump(mode="json", exclude={"priced", "arithmetic", "guarantees"})
        shown = ("month", "ticket", "profile", "amount", "percent", "reason", "credit_note", "document", "reference")
        words = ", ".join(f"{name.replace('_', ' ')} {facts[name]}" for name in shown if facts.get(name))
        typer.echo(f"  {seq:>6}  {local(entry.at, zone)}  {entry.author}: {entry.kind.removeprefix('claim-')}: {words}")
    typer.echo(f"  next: {found.next_step}")


def scan(desk: Desk, month: str, contract: str | None, *, as_json: bool) -> None:
    """Compute a month and put what was missed on record; a contract that cannot be computed is named."""
    rows: list[dict[str, Any]] = []
    for reference in [contract] if contract else _references(desk, (ContractBasis.kind,)):
        try:
            both = pricing.month(desk, reference, month)
        except InfogereError as missing:
            if contract:
                raise
            nothing: dict[str, Any] = {"missed": [], "complete": None, "customer": None, "provider": None}
            rows.append({"contract": reference, **nothing, "why": str(missing)})
            continue
        pricing.note_breach(desk, reference, both)
        amounts = {
            str(result.profile): pricing.amount(result.total.amount) for result in (both.customer, both.provider)
        }
        found = {"missed": list(pricing.missed(both)), "complete": both.customer.month.complete}
        rows.append({"contract": reference, **found, **amounts, "why": None})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        if row["why"]:
            typer.secho(f"{row['contract']}  not computed: {row['why']}", fg="yellow")
        elif row["missed"]:
            typer.echo(
                f"{row['contract']}  missed {' and '.join(row['missed'])}: "
                f"{row['customer']} EUR (customer), {row['provider']} EUR (provider)"
                + ("" if row["complete"] else "; the month is not over, so nothing was put on record")
            )
        else:
            typer.echo(f"{row['contract']}  kept")


def _references(desk: Desk, kinds: tuple[str, ...]) -> list[str]:
    try:
        with Reader(desk.record_url) as reader:
            return sorted({entry.contract for kind in kinds for entry in reader.newest(kind) if entry.contract})
    except RecordMissing:
        return []


def _rows(desk: Desk, reference: str) -> Iterator[dict[str, Any]]:
    contract = desk.recorded(reference)
    if contract is None:
        return
    entries = desk.entries(reference, claims.KINDS)
    known = claims.fold(entries)
    claimed = {
        (claim.opened.month, one)
        for claim in known.values()
        if claim.state != "rejected"
        for one in claim.opened.guarantees
    }
    last = {seen.month: seen for seen in pricing.breaches(desk, reference)}
    for seen in last.values():
        left = [one for one in seen.guarantees if (seen.month, one) not in claimed]
        if left:
            yield {
                "claim": None,
                "state": "claimable",
                "contract": reference,
                "month": seen.month,
                "guarantees": left,
                "amount": seen.priced[0].total_amount,
                "due": None,
                "days_left": None,
            }
    for claim in known.values():
        yield _claim(claim, _today(desk, contract))


def _claim(claim: Claim, today: date) -> dict[str, Any]:
    return {
        "claim": claim.id,
        "state": claim.state,
        "contract": claim.opened.contract,
        "month": claim.opened.month,
        "guarantees": list(claim.opened.guarantees),
        "amount": claim.validated.amount if claim.validated else None,
        "due": claim.due and claim.due.isoformat(),
        "days_left": (claim.due - today).days if claim.due and claim.waits_for_credit_note else None,
    }


def _today(desk: Desk, contract: ContractBasis) -> date:
    return desk.now.astimezone(ZoneInfo(contract.timezone)).date()


def _table(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("claim", "state", "contract", "month", "for", "EUR", "credit note", box=None, pad_edge=False)
    for row in rows:
        due, style = _due(row)
        cells = (row["claim"] or "-", row["state"], row["contract"], row["month"], " and ".join(row["guarantees"]))
        table.add_row(*(Text(cell) for cell in cells), Text(row["amount"] or "-"), Text(due, style=style))
    console().print(uncut(table))


def _due(row: dict[str, Any]) -> tuple[str, str]:
    left = row["days_left"]
    if left is None:
        return "-", ""
    if left < 0:
        return f"LATE by {-left} days, was due {row['due']}", "bold red"
    return f"due {row['due']}, {left} days left", "yellow" if left == 0 else ""
