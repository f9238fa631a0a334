"""What a customer said of its updates: refused, deferred, agreed. Kept in the record, linked to later incidents."""

from __future__ import annotations

from datetime import date

from infogere.patching.plan import Choice
from infogere.record.database import RecordMissing
from infogere.record.entries import Correction
from infogere.record.kinds.maintenance import CustomerChoice, UpdateProposal
from infogere.record.reading import Reader
from infogere.sla.refusals import last_words

_HISTORY = 1000
"""Entries of one server that are looked through."""


def choices_of(url: str, server: str, today: date) -> dict[str, Choice]:
    """By package, the last thing the customer said of it (A-L3-23, A-L3-27).

    Args:
        url: ``record_url``; a record that does not exist yet says nothing.
        today: local day; a delay is over on its last day.
    """
    try:
        with Reader(url) as reader:
            withdrawn = {entry.data["corrects"] for entry in reader.newest(Correction.kind)}
            entries = reader.entries(server=server, kind=CustomerChoice.kind, limit=_HISTORY)
            proposed = reader.entries(server=server, kind=UpdateProposal.kind, limit=_HISTORY)
    except RecordMissing:
        return {}
    versions = {
        (entry.data["proposal"], change["package"]): str(change["candidate"] or "")
        for entry in proposed
        for change in entry.data["changes"]
    }
    said = last_words((entry for entry in entries if entry.seq not in withdrawn), today)
    return {
        package: Choice(
            entry.data["choice"],
            entry.data["proposal"],
            entry.data["by"],
            versions.get((entry.data["proposal"], package), ""),
        )
        for package, entry in said.items()
    }
