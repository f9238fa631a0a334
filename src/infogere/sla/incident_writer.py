"""What every act on an incident shares: its contract, its dossier under the writer's lock, its common fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from infogere.errors import InfogereError
from infogere.fleet.nearest import hint
from infogere.record.entries import Entry
from infogere.record.kinds.contract import ContractBasis
from infogere.record.kinds.incidents import IncidentEntry, IncidentLinked, IncidentOpened
from infogere.record.kinds.maintenance import CustomerChoice
from infogere.record.reading import Reader, StoredEntry
from infogere.record.recorder import one_line
from infogere.sla import incidents, ledger, refusals
from infogere.sla.desk import Desk
from infogere.sla.incidents import Dossier

Made = TypeVar("Made", bound=Entry)
Linkable = TypeVar("Linkable", bound=IncidentEntry)


class IncidentWriter:
    """Appends entries about incidents in the name of ``author``."""

    def __init__(self, desk: Desk, author: str) -> None:
        self.desk = desk
        self._author = one_line(author)
        self.also: list[tuple[int, Entry]] = []
        """What the last act has written beside its own entry: links to what the customer refused."""

    def contract_of(self, incident: str) -> str:
        """The contract whose chain holds an incident, whether it still counts or not.

        Raises:
            InfogereError: no such incident, with the nearest number.
        """
        with Reader(self.desk.record_url) as reader:
            return ledger.contract_of(opening(reader, incident))

    def about(self, incident: str, make: Callable[[Dossier, dict[str, Any]], Made]) -> tuple[int, Made]:
        """Append the entry that ``make`` builds from the incident's dossier and the common fields."""
        contract = self.desk.contract(self.contract_of(incident))
        return self.desk.append(self._with_dossier(contract, incident, make))

    def about_linked(self, incident: str, make: Callable[[Dossier, dict[str, Any]], Linkable]) -> tuple[int, Linkable]:
        """``about``, and ``append_linked``."""
        contract = self.desk.contract(self.contract_of(incident))
        return self.append_linked(contract, self._with_dossier(contract, incident, make))

    def _with_dossier(
        self, contract: ContractBasis, incident: str, make: Callable[[Dossier, dict[str, Any]], Made]
    ) -> Callable[[Reader], Made]:
        def with_dossier(reader: Reader) -> Made:
            dossier = dossier_of(reader, contract.contract, incident)
            common = {**self.common(contract, dossier.server), "incident": incident, "follows": dossier.opened_seq}
            return make(dossier, common)

        return with_dossier

    def append_linked(self, contract: ContractBasis, make: Callable[[Reader], Linkable]) -> tuple[int, Linkable]:
        """Append an entry about an incident, and link what the customer had refused on its server (A-L3-27)."""
        calendar = self.desk.calendar(contract)

        def links(reader: Reader, _: int, made: Linkable) -> list[Entry]:
            dossier = dossier_of(reader, contract.contract, made.incident)
            began = datetime.fromtimestamp(dossier.began, UTC)
            choices = ledger.entries(reader, contract.contract, {CustomerChoice.kind})
            common = {**self.common(contract, dossier.server), "incident": dossier.id, "follows": dossier.opened_seq}
            return [
                IncidentLinked(**common, entry=choice.seq)
                for choice in refusals.in_force(choices, dossier.server, began, calendar)
                if choice.seq not in dossier.linked
            ]

        written, self.also = self.desk.append_then(make, links)
        return written

    def common(self, contract: ContractBasis, server: str | None) -> dict[str, Any]:
        """The fields that every entry about an incident has."""
        return {
            "terms": contract.terms,
            "contract": contract.contract,
            "server": server,
            "at": self.desk.now,
            "author": self._author,
        }

    def asker(self, contract: str, name: str | None) -> str | None:
        """Who opened a ticket, if that is somebody whose tickets count (Q3).

        Raises:
            InfogereError: neither a contact of the customer nor a third party that may open tickets (A-2-9).
        """
        if name is None:
            return None
        servers = self.desk.servers(contract)
        known = {contact.name for server in servers for contact in server.contacts}
        known |= {party.name for server in servers for party in server.third_parties if party.may_open_tickets}
        if name not in known:
            raise InfogereError(
                f"a ticket of {name!r} starts no clock: the customer has not named them for that",
                way_out=f"who may: {', '.join(sorted(known)) or 'nobody is named in the order form'}",
                clause="A-2-9",
            )
        return name

    def not_future(self, at: datetime | None, what: str) -> None:
        """Refuse what has not happened yet."""
        if at is not None and at > self.desk.now:
            raise InfogereError(
                f"{what} at {at.isoformat(timespec='seconds')}, which is in the future",
                way_out="give the instant with its offset, e.g. 2026-10-05T11:00+02:00",
                clause="A-2-6",
            )


def opening(reader: Reader, incident: str) -> StoredEntry:
    """The entry that opened an incident."""
    names: list[str] = []
    for entry in reader.newest(IncidentOpened.kind):
        names.append(str(entry.data["incident"]))
        if names[-1] == incident:
            return entry
    raise InfogereError(
        f"no incident {incident} on record", way_out=hint(incident, names, "there is none yet: infogere incident open")
    )


def dossier_of(reader: Reader, contract: str, incident: str) -> Dossier:
    """Everything that counts about one incident.

    Raises:
        InfogereError: it was opened by mistake and withdrawn.
    """
    found = incidents.fold(ledger.entries(reader, contract, incidents.KINDS)).get(incident)
    if found is None:
        raise InfogereError(
            f"{incident} was withdrawn by a correction", way_out=f"infogere record list --contract {contract}"
        )
    return found


def instant_text(at: int, zone: ZoneInfo) -> str:
    """To the second, on the clock that the user reads, in the spelling that ``--at`` takes."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")
