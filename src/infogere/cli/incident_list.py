"""``infogere incident list`` and ``show``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from infogere.cli import incident_view
from infogere.cli.desk_options import lasting, print_json
from infogere.cli.tables import console, uncut
from infogere.errors import InfogereError
from infogere.record.database import RecordMissing
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.incidents import IncidentOpened
from infogere.record.reading import Reader
from infogere.sla import history, incident_cost, incidents, ledger, periods, refusals
from infogere.sla.incident_cost import Cost
from infogere.sla.incident_writer import dossier_of, opening
from infogere.sla.incidents import Dossier

if TYPE_CHECKING:
    from infogere.sla.desk import Desk


def show(desk: Desk, *, only_open: bool, contract: str | None, server: str | None, limit: int, as_json: bool) -> None:
    """The newest incidents that fit, newest first."""
    found = _newest(desk, only_open=only_open, contract=contract, server=server, limit=limit)
    if as_json:
        print_json([incident_view.plain(dossier, basis, desk.now) for dossier, basis in found])
        return
    if not found:
        typer.echo("no incident is open" if only_open else "no incident found")
        return
    _table([_row(desk, dossier, basis) for dossier, basis in found])


def show_one(desk: Desk, incident: str, *, as_json: bool) -> None:
    """One incident in full."""
    with Reader(desk.record_url) as reader:
        reference = ledger.contract_of(opening(reader, incident))
        dossier = dossier_of(reader, reference, incident)
        choices = refusals.linked(reader, dossier)
    contract = desk.contract(reference)
    costs, missing = _costs(desk, incident, contract)
    if as_json:
        said = {"costs": [{**asdict(one), "amount": str(one.amount)} for one in costs], "costs_missing": missing}
        print_json({**incident_view.plain(dossier, contract, desk.now, choices), **said})
        return
    incident_view.show_clocks(dossier, contract, desk.now, choices)
    incident_view.show_costs(costs, missing)
    incident_view.show_story(dossier, contract)


def _costs(desk: Desk, incident: str, contract: ContractBasis) -> tuple[list[Cost], str | None]:
    """What it costs so far, or why that cannot be said (Q3)."""
    with Reader(desk.record_url) as reader:
        found = history.load(reader, contract.contract, desk.now + timedelta(seconds=1))
    try:
        return list(incident_cost.cost(found, incident, contract, desk.terms_path)), None
    except InfogereError as missing:
        return [], str(missing)


def _newest(
    desk: Desk, *, only_open: bool, contract: str | None, server: str | None, limit: int
) -> list[tuple[Dossier, ContractBasis]]:
    known: dict[str, dict[str, Dossier]] = {}
    bases: dict[str, ContractBasis] = {}
    found: list[tuple[Dossier, ContractBasis]] = []
    try:
        reader = Reader(desk.record_url)
    except RecordMissing:
        return []
    with reader:
        for entry in reader.newest(IncidentOpened.kind):
            if contract not in (None, entry.contract) or server not in (None, entry.server):
                continue
            reference = ledger.contract_of(entry)
            if reference not in known:
                known[reference] = incidents.fold(ledger.entries(reader, reference, incidents.KINDS))
                basis = desk.recorded(reference)
                if basis:
                    bases[reference] = basis
            dossier = known[reference].get(str(entry.data["incident"]))
            if dossier is None or reference not in bases or (only_open and dossier.restored is not None):
                continue
            found.append((dossier, bases[reference]))
            if len(found) == limit:
                break
    return found


def _row(desk: Desk, dossier: Dossier, contract: ContractBasis) -> dict[str, str]:
    shown = incident_view.clocks(dossier, desk.now)

    def clock(name: str) -> str:
        value: dict[str, Any] | None = shown[name]
        return lasting(value["seconds"]) if value else "-"

    cause = (dossier.cause or "-").replace("_", " ") + (" (contested)" if dossier.contested else "")
    return {
        "incident": dossier.id,
        "state": "restored" if dossier.restored is not None else "open",
        "began": f"{periods.local(dossier.began, ZoneInfo(contract.timezone)):%Y-%m-%d %H:%M %Z}",
        "contract clock": clock("contract_clock"),
        "monitoring clock": clock("monitoring_clock"),
        "server": dossier.server or "-",
        "cause": cause,
        "summary": dossier.opened.summary,
    }


def _table(rows: list[dict[str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(*rows[0], box=None, pad_edge=False, header_style="bold")
    for row in rows:
        style = "red" if row["state"] == "open" else ""
        table.add_row(*(Text(value, style=style) for value in row.values()))
    console().print(uncut(table))
