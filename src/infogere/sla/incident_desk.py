"""Writing about incidents: every act checks what the record holds, under the writer's lock, and appends one entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from infogere.errors import InfogereError
from infogere.record.entries import Correction, Entry
from infogere.record.kinds.incidents import (
    Effect,
    IncidentContested,
    IncidentEffect,
    IncidentEvidence,
    IncidentNote,
    IncidentOpened,
    IncidentRestored,
    IncidentTicket,
    Probe,
)
from infogere.record.reading import Reader, StoredEntry
from infogere.record.recorder import one_line
from infogere.sla import incidents, ledger, numbering
from infogere.sla.incident_writer import IncidentWriter, instant_text
from infogere.sla.incidents import Dossier, seconds

EFFECTS: tuple[Effect, ...] = get_args(Effect)
_PREFIX = "INC"
_READ = incidents.KINDS | {Probe.kind}


@dataclass(frozen=True)
class Opening:
    """What is known when an incident is opened; instants are aware.

    Attributes:
        started: first failing evidence; None: what the probes on record say.
        ticket, ticket_at: the customer's ticket and when it was opened. Both or neither.
    """

    server: str
    summary: str
    effect: Effect = "interruption"
    started: datetime | None = None
    probe: str | None = None
    ticket: str | None = None
    ticket_at: datetime | None = None
    ticket_by: str | None = None
    severity: str | None = None
    services: tuple[str, ...] = ()


class IncidentDesk(IncidentWriter):
    """What happens to an incident, from its opening to its restoration."""

    def open(self, opening: Opening) -> tuple[int, IncidentOpened]:
        """Open an incident; its number is the next one of the year.

        What the customer had refused or delayed on the server is linked to it; see ``also``.

        Raises:
            InfogereError: the ticket has its incident already, or an instant lies in the future.
        """
        contract = self.desk.contract_of(opening.server)
        self.not_future(opening.started, "the incident started")
        self.not_future(opening.ticket_at, "the ticket was opened")
        asker = self.asker(contract.contract, opening.ticket_by)
        year = self.desk.now.astimezone(ZoneInfo(contract.timezone)).year

        def make(reader: Reader) -> IncidentOpened:
            entries = ledger.entries(reader, contract.contract, _READ)
            if opening.ticket:
                _refuse_second(incidents.fold(entries), opening.ticket, opening.server)
            started, probe = opening.started, opening.probe
            if started is None:
                started, probe = _down_since(entries, opening.server, probe)
            return IncidentOpened(
                **self.common(contract, opening.server),
                incident=numbering.following(reader, IncidentOpened.kind, "incident", _PREFIX, year),
                effect=opening.effect,
                origin="customer" if opening.ticket else "probe" if probe else "provider",
                started=started,
                probe=probe,
                ticket=opening.ticket,
                ticket_at=opening.ticket_at,
                ticket_by=asker,
                severity=opening.severity,
                services=opening.services,
                summary=one_line(opening.summary),
            )

        return self.append_linked(contract, make)

    def ticket(self, incident: str, ticket: str, at: datetime, by: str | None = None) -> tuple[int, IncidentTicket]:
        """The customer opened a ticket about it (A-5.3-1); ``by`` whom, where that must be checked."""
        self.not_future(at, "the ticket was opened")
        asker = self.asker(self.contract_of(incident), by)

        def make(dossier: Dossier, common: dict[str, Any]) -> IncidentTicket:
            if ticket in dossier.tickets:
                raise InfogereError(
                    f"ticket {ticket} is already on record for {incident}",
                    way_out=f"infogere incident show {incident}",
                    clause="A-5.3-1",
                )
            return IncidentTicket(**common, ticket=ticket, ticket_at=at, ticket_by=asker)

        return self.about(incident, make)

    def evidence(self, incident: str, started: datetime, probe: str, evidence: str) -> tuple[int, IncidentEvidence]:
        """Probe data that shows it failing (A-5.4-1)."""
        self.not_future(started, "it was seen failing")

        def make(_: Dossier, common: dict[str, Any]) -> IncidentEvidence:
            return IncidentEvidence(**common, started=started, probe=probe, evidence=one_line(evidence))

        return self.about(incident, make)

    def restore(self, incident: str, at: datetime, evidence: str) -> tuple[int, IncidentRestored]:
        """The service works again: both clocks stop (A-5.3-2).

        Raises:
            InfogereError: before its beginning, in the future, or it was restored already.
        """
        self.not_future(at, "the service was restored")
        zone = ZoneInfo(self.desk.contract(self.contract_of(incident)).timezone)

        def make(dossier: Dossier, common: dict[str, Any]) -> IncidentRestored:
            if dossier.restored is not None:
                raise InfogereError(
                    f"{incident} was restored at {instant_text(dossier.restored, zone)} already",
                    way_out=f"a wrong time is corrected first: infogere incident correct {incident} "
                    f"--entry {_last(dossier, IncidentRestored)} --reason ...",
                    clause="A-5.3-2",
                )
            if seconds(at) < dossier.began:
                raise InfogereError(
                    f"{incident} began at {instant_text(dossier.began, zone)}, it cannot be restored before",
                    way_out="give the instant with its offset, e.g. --at 2026-10-05T11:00+02:00",
                    clause="A-5.3-2",
                )
            return IncidentRestored(**common, restored=at, evidence=one_line(evidence))

        return self.about(incident, make)

    def effect(self, incident: str, effect: Effect, evidence: str) -> tuple[int, IncidentEffect]:
        """It turned out to be an interruption, or only a degradation (Q2)."""
        return self.about(
            incident, lambda _, common: IncidentEffect(**common, effect=effect, evidence=one_line(evidence))
        )

    def note(self, incident: str, text: str) -> tuple[int, IncidentNote]:
        """A line of its story (A-2-6)."""
        return self.about(incident, lambda _, common: IncidentNote(**common, text=one_line(text)))

    def correct(self, incident: str, entry: int, reason: str) -> tuple[int, Correction]:
        """Withdraw an entry of its story from every computation; it stays readable, with the reason.

        Raises:
            InfogereError: the entry is none of this incident's, or a contest, which only an answer settles.
        """

        def make(dossier: Dossier, common: dict[str, Any]) -> Correction:
            line = next((line for line in dossier.story if line.seq == entry), None)
            if line is None:
                known = ", ".join(f"{one.seq} ({one.entry.kind})" for one in dossier.story)
                raise InfogereError(f"entry {entry} says nothing about {incident} that counts", way_out=known)
            if isinstance(line.entry, IncidentContested):
                raise InfogereError(
                    "a contest is the customer's word and cannot be withdrawn by us",
                    way_out=f"infogere incident attribute {incident} --settles {entry} ...",
                    clause="A-5.1-6",
                )
            kept = {name: common[name] for name in ("terms", "server", "contract", "at")}
            return Correction(**kept, corrects=entry, text=one_line(f"{reason} ({self._author})"))

        return self.about(incident, make)


def _refuse_second(known: dict[str, Dossier], ticket: str, server: str) -> None:
    for dossier in known.values():
        if ticket in dossier.tickets and dossier.server == server:
            raise InfogereError(
                f"ticket {ticket} has its incident already: {dossier.id}, {dossier.opened.summary}",
                way_out=f"infogere incident show {dossier.id}",
                clause="A-5.3-1",
            )


def _down_since(entries: tuple[StoredEntry, ...], server: str, probe: str | None) -> tuple[datetime | None, str | None]:
    """Since when probes of a server see it down, the earliest of those that still do."""
    down: dict[str, datetime] = {}
    for entry in entries:
        if entry.kind != Probe.kind or entry.server != server or probe not in (None, entry.data["probe"]):
            continue
        if entry.data["state"] == "down":
            down.setdefault(entry.data["probe"], entry.at)
        else:
            down.pop(entry.data["probe"], None)
    first = min(down, key=down.__getitem__, default=None)
    return (down[first], first) if first is not None else (None, None)


def _last(dossier: Dossier, kind: type[Entry]) -> int:
    return max(line.seq for line in dossier.story if isinstance(line.entry, kind))
