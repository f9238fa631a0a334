"""What the entries of one contract say about its incidents.

Rules of the fold, each of which an export can repeat:

* contract clock: the earliest ticket (A-5.3-1, Q27); monitoring clock: the earliest failing evidence;
* restored, effect, cause, problem: the last entry that says it is in force;
* an attribution that the customer contests counts as none until an attribution names the contest that
  it settles (Q11); a later attribution that names none leaves the contest open;
* an incident linked to the decision of emergency work, or to a network cut, was caused by it (Q6, Q9).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from infogere.record.kinds.incidents import (
    IncidentAttributed,
    IncidentContested,
    IncidentEffect,
    IncidentEntry,
    IncidentEvidence,
    IncidentLinked,
    IncidentNote,
    IncidentOpened,
    IncidentRestored,
    IncidentTicket,
    Problem,
)
from infogere.record.reading import StoredEntry
from infogere.sla.model import Cause, Effect, Incident

KINDS = frozenset(
    model.kind
    for model in (
        IncidentOpened,
        IncidentTicket,
        IncidentEvidence,
        IncidentRestored,
        IncidentEffect,
        IncidentAttributed,
        IncidentContested,
        IncidentLinked,
        IncidentNote,
    )
)


@dataclass(frozen=True)
class Line:
    """One entry of an incident's story, with its number in the record."""

    seq: int
    entry: IncidentEntry


@dataclass(frozen=True)
class Contest:
    """``settled_by``: number of the attribution that answered it; None: it is open."""

    seq: int
    entry: IncidentContested
    settled_by: int | None


@dataclass
class Dossier:
    """Everything that is on record about one incident. Instants are epoch seconds.

    Attributes:
        opened, opened_seq: its first entry.
        ticket, ticket_at: the earliest one.
        story: every entry, in order.
    """

    opened: IncidentOpened
    opened_seq: int
    effect: Effect
    ticket: str | None = None
    ticket_at: int | None = None
    started: int | None = None
    probe: str | None = None
    restored: int | None = None
    attribution: Line | None = None
    problem: str | None = None
    works: list[str] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)
    story: list[Line] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.opened.incident

    @property
    def server(self) -> str | None:
        return self.opened.server

    @property
    def began(self) -> int:
        """The first thing known of it: evidence, ticket, or its opening."""
        return min(value for value in (self.started, self.ticket_at, seconds(self.opened.at)) if value is not None)

    @property
    def cause(self) -> Cause | None:
        entry = self.attribution.entry if self.attribution else None
        return entry.cause if isinstance(entry, IncidentAttributed) else None

    @property
    def contested(self) -> bool:
        return any(contest.settled_by is None for contest in self.contests)

    def incident(
        self, *, emergency: bool = False, customer_informed: bool = False, network_cut: bool = False
    ) -> Incident:
        """It as the computation wants it."""
        by_provider = self.opened.origin != "customer"
        return Incident(
            id=self.id,
            start=self.started,
            ticket=self.ticket_at,
            restored=self.restored,
            cause=self.cause,
            effect=self.effect,
            contested=self.contested,
            provider_opened=seconds(self.opened.at) if by_provider else None,
            emergency=emergency,
            customer_informed=customer_informed,
            network_cut=network_cut,
            server=self.server,
            summary=self.opened.summary,
        )

    def hear(self, seq: int, entry: IncidentEntry) -> None:
        """Take in the next entry."""
        self.story.append(Line(seq, entry))
        match entry:
            case IncidentOpened():
                self.effect = entry.effect
                self._ticket(entry.ticket, seconds(entry.ticket_at) if entry.ticket_at else None)
                self._evidence(seconds(entry.started) if entry.started else None, entry.probe)
            case IncidentTicket():
                self._ticket(entry.ticket, seconds(entry.ticket_at))
            case IncidentEvidence():
                self._evidence(seconds(entry.started), entry.probe)
            case IncidentRestored():
                self.restored = seconds(entry.restored)
            case IncidentEffect():
                self.effect = entry.effect
            case IncidentAttributed():
                self.attribution = self.story[-1]
                self.contests = [_settled(contest, seq, entry) for contest in self.contests]
            case IncidentContested():
                self.contests.append(Contest(seq, entry, None))
            case IncidentLinked():
                self._link(entry)

    def _ticket(self, ticket: str | None, at: int | None) -> None:
        if ticket is None or at is None:
            return
        self.tickets.append(ticket)
        if self.ticket_at is None or at < self.ticket_at:
            self.ticket, self.ticket_at = ticket, at

    def _evidence(self, at: int | None, probe: str | None) -> None:
        if at is not None and (self.started is None or at < self.started):
            self.started, self.probe = at, probe

    def _link(self, entry: IncidentLinked) -> None:
        self.problem = entry.problem or self.problem
        if entry.works and entry.works not in self.works:
            self.works.append(entry.works)
        if entry.entry:
            self.linked.append(entry.entry)


def fold(entries: Iterable[StoredEntry]) -> dict[str, Dossier]:
    """Dossiers by id, in the order of their opening; an incident whose opening was withdrawn is none."""
    dossiers: dict[str, Dossier] = {}
    for stored in entries:
        if stored.kind not in KINDS:
            continue
        entry = stored.typed()
        if isinstance(entry, IncidentOpened) and entry.incident not in dossiers:
            dossiers[entry.incident] = Dossier(entry, stored.seq, entry.effect)
        if isinstance(entry, IncidentEntry) and entry.incident in dossiers:
            dossiers[entry.incident].hear(stored.seq, entry)
    return dossiers


def problems(entries: Iterable[StoredEntry]) -> dict[str, Problem]:
    """Each problem as it was last said."""
    found: dict[str, Problem] = {}
    for stored in entries:
        entry = stored.typed() if stored.kind == Problem.kind else None
        if isinstance(entry, Problem):
            found[entry.problem] = entry
    return found


def seconds(instant: datetime) -> int:
    """Whole seconds since the epoch."""
    return int(instant.timestamp())


def _settled(contest: Contest, seq: int, entry: IncidentAttributed) -> Contest:
    return Contest(contest.seq, contest.entry, seq) if entry.settles == contest.seq else contest
