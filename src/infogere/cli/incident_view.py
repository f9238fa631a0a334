"""How an incident is shown: two clocks first, then who caused it, then its story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from infogere.cli.desk_options import lasting, local
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.maintenance import CustomerChoice
from infogere.sla.incident_cost import Cost
from infogere.sla.incidents import Dossier, seconds

Choices = Sequence[tuple[int, CustomerChoice]]
"""Refused and delayed updates, with the numbers of their entries."""

_TOP = ("terms", "contract", "server", "incident", "author", "at", "run", "follows")


def clocks(dossier: Dossier, now: datetime) -> dict[str, dict[str, Any] | None]:
    """Both clocks as plain data; the contract clock starts with the later of ticket and evidence (Q27)."""
    ticket = dossier.ticket_at
    begins = None if ticket is None else max(ticket, dossier.started or ticket)
    return {
        "contract_clock": _clock(begins, dossier, now, f"ticket {dossier.ticket}"),
        "monitoring_clock": _clock(dossier.started, dossier, now, f"probe {dossier.probe or 'unnamed'}"),
    }


def _clock(begins: int | None, dossier: Dossier, now: datetime, why: str) -> dict[str, Any] | None:
    if begins is None:
        return None
    ends = seconds(now) if dossier.restored is None else dossier.restored
    return {
        "start": begins,
        "stop": dossier.restored,
        "seconds": max(0, ends - begins),
        "running": dossier.restored is None,
        "because": why,
    }


def plain(dossier: Dossier, contract: ContractBasis, now: datetime, choices: Choices = ()) -> dict[str, Any]:
    """Everything about an incident, for a program; instants are epoch seconds."""
    attribution = dossier.attribution.entry.model_dump(mode="json") if dossier.attribution else {}
    return {
        "incident": dossier.id,
        "contract": contract.contract,
        "server": dossier.server,
        "summary": dossier.opened.summary,
        "effect": dossier.effect,
        "origin": dossier.opened.origin,
        "severity": dossier.opened.severity,
        "services": list(dossier.opened.services),
        "restored": dossier.restored,
        **clocks(dossier, now),
        "cause": dossier.cause,
        "party": attribution.get("party"),
        "contested": dossier.contested,
        "open_contests": [contest.seq for contest in dossier.contests if contest.settled_by is None],
        "tickets": dossier.tickets,
        "problem": dossier.problem,
        "works": dossier.works,
        "linked": dossier.linked,
        "customer_choices": [
            {"entry": seq, **choice.model_dump(mode="json", include={"choice", "packages", "by", "said", "proposal"})}
            for seq, choice in choices
        ],
    }


def show_clocks(dossier: Dossier, contract: ContractBasis, now: datetime, choices: Choices = ()) -> None:
    """The head of an incident: what it is, both clocks, who caused it, what the customer had refused.

    Args:
        choices: refused and delayed updates that it is linked to.
    """
    zone = ZoneInfo(contract.timezone)
    state = typer.style("restored", fg="green") if dossier.restored else typer.style("open", fg="red", bold=True)
    typer.echo(f"{typer.style(dossier.id, bold=True)}  {state}  {dossier.opened.summary}")
    weight = "" if dossier.effect == "interruption" else ", recorded with weight 0 [A-2-2, Q2]"
    typer.echo(f"  {dossier.server or 'whole contract'}, contract {contract.contract}, {dossier.effect}{weight}")
    shown = clocks(dossier, now)
    _line("contract clock", shown["contract_clock"], zone, "A-5.3-1", "has not started: no ticket of the customer")
    _line("monitoring clock", shown["monitoring_clock"], zone, "A-5.4-1", "has not started: no evidence yet")
    typer.echo(f"  caused by         {_cause(dossier)}")
    for seq, choice in choices:
        packages = ", ".join(choice.packages)
        typer.echo(
            f"  customer's choice {choice.choice} {packages} on {local(choice.said, zone)}"
            f"  ({choice.proposal}, {choice.by}; entry {seq})  [{_waiver(contract)}]"
        )
    if choices and dossier.cause is None:
        typer.echo(
            "                    if it results from that, the provider is not liable: say so with evidence,"
            f" infogere incident attribute {dossier.id} --cause client --evidence ..."
        )


def _waiver(contract: ContractBasis) -> str:
    """The clause of the level by which a refusal is the customer's own risk."""
    return "A-L4-13" if contract.level == "custom" else "A-L3-27"


def _line(name: str, clock: dict[str, Any] | None, zone: ZoneInfo, clause: str, otherwise: str) -> None:
    if clock is None:
        typer.echo(f"  {name:<16}  {otherwise}  [{clause}]")
        return
    verb = "runs since" if clock["running"] else "ran from"
    until = "" if clock["running"] else f" to {local(clock['stop'], zone)}"
    typer.echo(
        f"  {name:<16}  {lasting(clock['seconds'])}, {verb} {local(clock['start'], zone)}{until}"
        f"  ({clock['because']})  [{clause}]"
    )


def _cause(dossier: Dossier) -> str:
    if dossier.cause is None:
        return f"not attributed yet{': its time counts' if dossier.effect == 'interruption' else ''}  [A-5.1-3, Q11]"
    attribution = dossier.attribution.entry.model_dump(mode="json") if dossier.attribution else {}
    party = f" ({attribution['party']})" if attribution.get("party") else ""
    standing = ": contested by the customer, its time counts until that is settled" if dossier.contested else ""
    return f"{dossier.cause.replace('_', ' ')}{party}{standing}  [A-5.1-3, Q11]"


def show_costs(costs: list[Cost], missing: str | None) -> None:
    """What the customer could claim because of it, so far."""
    if missing:
        typer.echo(f"  costs so far      not known: {missing}")
        return
    for name, why in (
        ("contract", "what the customer could claim  [A-5.1-8, A-5.2-4]"),
        ("monitoring", "had the ticket come with the first failing probe: shown, never owed  [A-5.3-1, Q27]"),
    ):
        amounts = ", ".join(f"{cost.amount} EUR ({cost.profile})" for cost in costs if cost.clock == name)
        if amounts:
            typer.echo(f"  costs so far      {name} clock: {amounts}; {why}")


def show_story(dossier: Dossier, contract: ContractBasis) -> None:
    """Every entry, in order, with its number."""
    zone = ZoneInfo(contract.timezone)
    typer.echo()
    for line in dossier.story:
        facts = line.entry.model_dump(exclude=set(_TOP), exclude_defaults=True)
        words = ", ".join(
            f"{name} {_words(value, zone)}" for name, value in facts.items() if value not in (None, (), "")
        )
        kind = line.entry.kind.removeprefix("incident-")
        typer.echo(f"  {line.seq:>6}  {local(line.entry.at, zone)}  {line.entry.author}: {kind}: {words}")


def _words(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return local(value, zone)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
