"""Which planned works are on record, and what proves that they were announced (article 5.5).

Rules of the fold:

* a notice is proved by an accepted ``notice-attempt`` alone; its instant is the earliest acceptance, but
  never before its announcement was recorded: a notice cannot be dated back;
* the revision in force is the last one that is proved; a move that nobody accepted leaves what was announced
  before (Q28); works of which nothing is proved are shown and exclude nothing (A-5.5-3);
* cancelled works exclude nothing, unless a later revision announces them again;
* an interruption that a run measured is works that nobody announced: it counts without a ticket, unless
  announced works cover it, or a reading takes the slot for the announcement (Q9, Q28); a reboot is in no slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from infogere.record.entries import Decision
from infogere.record.kinds.maintenance import REBOOT, CustomerInformed, Interruption
from infogere.record.kinds.works import NoticeAttempt, NoticeQueued, WorksAnnounced, WorksCancelled, WorksDone
from infogere.record.reading import StoredEntry
from infogere.sla.incidents import seconds
from infogere.sla.model import Works

_ANNOUNCED = frozenset({WorksAnnounced.kind, WorksCancelled.kind, WorksDone.kind})
_MAIL = frozenset({NoticeQueued.kind, NoticeAttempt.kind, CustomerInformed.kind})
KINDS = _ANNOUNCED | _MAIL | {Interruption.kind, Decision.kind}
_ACCEPTED = "accepted"


@dataclass(frozen=True)
class Revision:
    """One announcement of works; ``recorded`` is when it was written, epoch seconds."""

    entry: WorksAnnounced
    recorded: int


@dataclass
class Announced:
    """Works with the revisions that no cancellation has ended."""

    id: str
    revisions: list[Revision] = field(default_factory=list)
    done: WorksDone | None = None

    def works(self, accepted: Mapping[str, int]) -> Works:
        """As the computation wants them; ``accepted`` is the instant of acceptance of each notice."""
        proved = [revision for revision in self.revisions if revision.entry.notice in accepted]
        in_force = max(proved or self.revisions, key=lambda revision: revision.entry.revision)
        start = seconds(in_force.entry.start)
        sent = accepted.get(in_force.entry.notice)
        began, ended = (self.done.began, self.done.ended) if self.done else (None, None)
        return Works(
            id=self.id,
            start=start,
            end=start + in_force.entry.duration_s,
            actual_start=seconds(began) if began else None,
            actual_end=seconds(ended) if ended else None,
            notice_sent=None if sent is None else max(sent, in_force.recorded),
            subject=in_force.entry.subject,
            servers=in_force.entry.servers,
        )


@dataclass(frozen=True)
class Notices:
    """Mail to the customer.

    Attributes:
        accepted: notice id to its earliest acceptance by a mail server, epoch seconds.
        about: number of an entry to the ids of the notices that follow from it, or tell of it too.
    """

    accepted: Mapping[str, int]
    about: Mapping[int, tuple[str, ...]]

    def told(self, seqs: Iterable[int]) -> bool:
        """True if a notice about one of these entries was accepted."""
        return any(notice in self.accepted for seq in seqs for notice in self.about.get(seq, ()))


def fold(entries: Iterable[StoredEntry]) -> dict[str, Announced]:
    """Works that are still announced, by id, in the order of their first announcement."""
    found: dict[str, Announced] = {}
    for stored in entries:
        if stored.kind not in _ANNOUNCED:
            continue
        match stored.typed():
            case WorksAnnounced() as entry:
                announced = found.setdefault(entry.works, Announced(entry.works))
                announced.revisions.append(Revision(entry, seconds(datetime.fromisoformat(stored.recorded))))
            case WorksCancelled() as entry if entry.works in found:
                found[entry.works].revisions.clear()
            case WorksDone() as entry if entry.works in found:
                found[entry.works].done = entry
    return {name: works for name, works in found.items() if works.revisions}


def unannounced(entries: Iterable[StoredEntry], notices: Notices) -> list[Works]:
    """What runs measured themselves, one for each interruption."""
    entries = tuple(entries)
    measured = [(stored.seq, stored.typed()) for stored in entries if stored.kind == Interruption.kind]
    runs = {entry.run for _, entry in measured if entry}
    decisions = {
        (stored.run, stored.server): stored
        for stored in entries
        if stored.kind == Decision.kind and stored.run in runs and stored.data["allowed"]
    }
    return [
        _unannounced(seq, entry, decisions.get((entry.run, entry.server)), notices)
        for seq, entry in measured
        if isinstance(entry, Interruption)
    ]


def _unannounced(seq: int, entry: Interruption, decision: StoredEntry | None, notices: Notices) -> Works:
    start = seconds(entry.began)
    emergency = decision is not None and bool(decision.data["emergency"])
    return Works(
        id=f"{entry.service} on {entry.server} in run {entry.run} at {start}",
        start=start,
        end=start + entry.seconds,
        actual_end=None,
        notice_sent=None,
        # A reboot has works for its window, never a slot: what they do not excuse by themselves counts (Q28).
        in_slot=decision is not None and not emergency and entry.service != REBOOT,
        emergency=emergency,
        customer_informed=notices.told([seq, decision.seq] if decision else [seq]),
        subject=f"{entry.service} did not answer during maintenance",
        servers=(entry.server,),
    )


def notices(entries: Iterable[StoredEntry]) -> Notices:
    """What the mail servers answered."""
    accepted: dict[str, int] = {}
    about: dict[int, tuple[str, ...]] = {}
    for stored in entries:
        if stored.kind not in _MAIL:
            continue
        match stored.typed():
            case NoticeQueued() | CustomerInformed() as entry if entry.follows is not None:
                about[entry.follows] = (*about.get(entry.follows, ()), entry.notice)
            case NoticeAttempt() as entry if entry.outcome == _ACCEPTED:
                at = seconds(entry.at)
                accepted[entry.notice] = min(at, accepted.get(entry.notice, at))
    return Notices(accepted, about)
