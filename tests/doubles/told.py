"""One contract's chain in memory, and its statement: no database, wall times of Paris."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from infogere.calendar import walltime
from infogere.fleet.models import Customer, OrderForm, Server
from infogere.record import chain
from infogere.record.entries import Entry, fields_of, model_of
from infogere.record.kinds.contract import ContractBasis
from infogere.record.reading import StoredEntry
from infogere.sla import basis
from infogere.statements import build
from infogere.statements.model import Proof, Statement

PARIS = ZoneInfo("Europe/Paris")
CONTRACT = "OF-1"
TERMS = "HBT-20220901-01"
PROOF = Proof(
    contract_seq=7, seq=42, hash="ab" * 32, recorded=1_780_000_000, key="cd" * 32, checkpoint=f"41:{'ef' * 32}"
)
_WALL = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")


def at(wall: str) -> datetime:
    """``2024-06-12 10:00`` in Paris, as UTC."""
    return walltime.to_utc(datetime.fromisoformat(wall), PARIS)


def epoch(wall: str) -> int:
    return int(at(wall).timestamp())


def sold(name: str = "Client", servers: tuple[str, ...] = ("web1",), **form: Any) -> ContractBasis:
    """An order form: 120 EUR a month, four hours to restore, from the first of January 2024 on."""
    values = {"id": CONTRACT, "customer": "c1", "level": "plesk", "commissioning_date": "2024-01-01", **form}
    values = {"monthly_fee": "120.00", "gtr": {"hours": 4}, **values}
    customer = Customer(id="c1", name=name)
    order = OrderForm.model_validate({key: value for key, value in values.items() if value is not None})
    found = basis.of([Server(one, order, (), customer) for one in servers])
    return found.model_copy(update={"at": at("2024-01-01 00:00")})


def say(kind: str, when: str, **values: Any) -> Entry:
    """An entry; texts like ``2024-06-12 10:00`` in it are wall times."""
    model = model_of(kind)
    assert model is not None
    fields: dict[str, Any] = {"terms": TERMS, "contract": CONTRACT, "at": at(when)}
    if "author" in model.model_fields:
        fields["author"] = "ada"
    moments = {
        name: at(value) if isinstance(value, str) and _WALL.fullmatch(value) else value
        for name, value in values.items()
    }
    return model.model_validate({**fields, **moments})


def outage(
    incident: str, start: str, restored: str, *, cause: str | None = "provider", ticket: str | None = "", **opening: Any
) -> list[Entry]:
    """An interruption with a ticket at its start, ended, and attributed."""
    if ticket is not None:
        opening = {"ticket": f"T-{incident}", "ticket_at": ticket or start, **opening}
    facts = {"effect": "interruption", "origin": "customer", "summary": f"outage {incident}", "server": "web1"}
    told = [
        say("incident-opened", start, incident=incident, started=start, **{**facts, **opening}),
        say("incident-restored", restored, incident=incident, restored=restored, evidence="probe is green"),
    ]
    if cause is not None:
        told.append(say("incident-attributed", restored, incident=incident, cause=cause, evidence="log"))
    return told


def stored(entries: Iterable[Entry]) -> tuple[StoredEntry, ...]:
    """A chain of these entries, each recorded when it happened."""
    rows = []
    head = chain.EMPTY
    for entry in entries:
        common, data = fields_of(entry)
        recorded = chain.instant_text(entry.at)
        sealed = chain.seal(
            common,
            data,
            kind=entry.kind,
            clauses=entry.clauses,
            recorded=recorded,
            salt="0" * 32,
            head=head,
            contract_head=head,
        )
        head = chain.Head(sealed.seq, sealed.hash)
        where = (entry.run, entry.server, entry.contract, sealed.contract_seq)
        rows.append(StoredEntry(sealed.seq, sealed.hash, entry.kind, recorded, *where, sealed.body))
    return tuple(rows)


def statement(
    *entries: Entry,
    month: str = "2024-06",
    now: str = "2024-07-03 09:00",
    basis: ContractBasis | None = None,
    **wanted: Any,
) -> Statement:
    """The statement of these entries, after an order form."""
    values = {"profile": "customer", "provider": "Alba Hosting", **wanted}
    asked = build.Wanted(contract=CONTRACT, month=month, at=at(now), **values)
    return build.arrange(stored([basis or sold(), *entries]), asked, PROOF)
