"""What a customer refused or delayed, and the incidents that it may have led to (A-L3-27, A-L4-13).

The provider is not liable for what results from such a decision. Whether an incident does result from it is an
attribution with evidence, which the customer may contest (Q11): here it is only said that there was a decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from infogere.calendar import Calendar
from infogere.record.kinds.maintenance import CustomerChoice
from infogere.record.reading import Reader, StoredEntry
from infogere.sla.incidents import Dossier


def last_words(entries: Iterable[StoredEntry], today: date) -> dict[str, StoredEntry]:
    """By package, the last ``customer-choice``; a delay is over on its last day.

    Args:
        entries: in order; others than customer's choices are passed over.
    """
    said: dict[str, StoredEntry] = {}
    for entry in entries:
        if entry.kind != CustomerChoice.kind:
            continue
        over = entry.data["choice"] == "deferred" and (entry.data["until"] or "9999") <= today.isoformat()
        for package in entry.data["packages"]:
            if over:
                said.pop(package, None)
            else:
                said[package] = entry
    return said


def in_force(entries: Iterable[StoredEntry], server: str | None, at: datetime, calendar: Calendar) -> list[StoredEntry]:
    """Refusals and delays of a server that were on record when something began at ``at``, in their order.

    What was recorded later cannot be dated back: it is linked by hand, by somebody who can say why.
    """
    before = [entry for entry in entries if entry.server == server and datetime.fromisoformat(entry.recorded) <= at]
    found = last_words(before, calendar.local(at).date()).values()
    kept = {entry.seq: entry for entry in found if entry.data["choice"] != "agreed"}
    return [kept[seq] for seq in sorted(kept)]


def linked(reader: Reader, dossier: Dossier) -> list[tuple[int, CustomerChoice]]:
    """The customer's choices that an incident is linked to, with their numbers."""
    return list(_choices(reader.entry(seq) for seq in dict.fromkeys(dossier.linked)))


def _choices(entries: Iterable[StoredEntry]) -> Iterator[tuple[int, CustomerChoice]]:
    for stored in entries:
        entry = stored.typed() if stored.kind == CustomerChoice.kind else None
        if isinstance(entry, CustomerChoice):
            yield stored.seq, entry
