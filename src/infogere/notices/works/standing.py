"""What the record says of works: revisions, proofs, cancellation, what really happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from infogere.calendar import Calendar
from infogere.errors import InfogereError
from infogere.notices.works.timing import in_time
from infogere.record.entries import Correction
from infogere.record.kinds.works import NoticeAttempt, WorksAnnounced, WorksCancelled, WorksDone
from infogere.record.reading import Reader, StoredEntry

State = Literal["announced", "proved", "counted", "void", "cancelled", "done"]
_KINDS = (WorksAnnounced.kind, WorksCancelled.kind, WorksDone.kind)


@dataclass
class Standing:
    """Works of one contract.

    Attributes:
        revisions: every announcement, the last one is in force.
        accepted: when each notice was first accepted by a mail server.
    """

    works: str
    contract: str
    revisions: list[WorksAnnounced] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    cancelled: WorksCancelled | None = None
    done: WorksDone | None = None
    accepted: dict[str, datetime] = field(default_factory=dict)

    @property
    def current(self) -> WorksAnnounced:
        return self.revisions[-1]

    @property
    def proof(self) -> datetime | None:
        """When the notice of the revision in force was accepted; None: no proof yet."""
        return self.accepted.get(self.current.notice)

    @property
    def proved(self) -> WorksAnnounced | None:
        """The last revision whose notice was accepted: a move that nobody accepted leaves what was announced (Q28)."""
        return next((one for one in reversed(self.revisions) if one.notice in self.accepted), None)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Start and end of what was announced, with proof where there is one."""
        told = self.proved or self.current
        return told.start, told.start + timedelta(seconds=told.duration_s)

    def excluded(self, calendar: Calendar) -> bool:
        """Whether the announced time is outside the guarantees: proved, and in time (A-5.5-3)."""
        return self.cancelled is None and self.proof is not None and in_time(self.proof, self.current.start, calendar)

    def state(self, now: datetime, calendar: Calendar) -> State:
        """How it stands; ``counted``: told, but too late to be excluded; ``void``: no proof, and none can come."""
        if self.cancelled:
            return "cancelled"
        if self.done and self.done.ended:
            return "done"
        if self.proof is not None:
            return "proved" if self.excluded(calendar) else "counted"
        return "announced" if now <= self.current.send_by else "void"


def find(reader: Reader, works: str) -> list[Standing]:
    """The works of this id, one for each contract.

    Raises:
        InfogereError: there are none.
    """
    found = [standing for standing in everything(reader) if standing.works == works]
    if not found:
        raise InfogereError(f"no works {works}", way_out="see: infogere works list")
    return found


def ahead(reader: Reader, server: str, at: datetime) -> list[Standing]:
    """The works with proof that ``server`` has at ``at`` or later, and that nobody ended."""
    return [
        one
        for one in everything(reader)
        if one.proved
        and server in one.proved.servers
        and one.cancelled is None
        and not (one.done and one.done.ended)
        and at <= one.span[1]
    ]


def everything(reader: Reader, contract: str | None = None) -> list[Standing]:
    """All works on record, in the order of their first announcement."""
    # What a correction names counts no more, here as in every computation.
    withdrawn = {entry.data["corrects"] for entry in reader.newest(Correction.kind)}
    entries = [entry for kind in _KINDS for entry in reader.newest(kind) if entry.seq not in withdrawn]
    found: dict[tuple[str, str], Standing] = {}
    for stored in sorted(entries, key=lambda entry: entry.seq):
        if contract in (None, stored.contract):
            _take(found, stored)
    notices = {revision.notice: standing for standing in found.values() for revision in standing.revisions}
    for stored in reader.newest(NoticeAttempt.kind) if notices else ():
        standing = notices.get(str(stored.data["notice"]))
        if standing is not None and stored.data["outcome"] == "accepted" and stored.seq not in withdrawn:
            standing.accepted[stored.data["notice"]] = stored.at  # newest first: the earliest one stays
    return list(found.values())


def _take(found: dict[tuple[str, str], Standing], stored: StoredEntry) -> None:
    match stored.typed():
        case WorksAnnounced() as entry:
            standing = found.setdefault((entry.works, entry.contract), Standing(entry.works, entry.contract))
            standing.revisions.append(entry)
            standing.seqs.append(stored.seq)
            standing.cancelled = None
        case WorksCancelled() as entry if (entry.works, entry.contract) in found:
            found[entry.works, entry.contract].cancelled = entry
        case WorksDone() as entry if (entry.works, entry.contract) in found:
            found[entry.works, entry.contract].done = entry
