"""What a customer said of its updates: refused, deferred, agreed. Kept in the record, linked to later incidents."""

from __future__ import annotations

from datetime import date

from infogere.patching.plan import Choice
from infogere.record.database import RecordMissing
from infogere.record.kinds.maintenance import CustomerChoice
from infogere.record.reading import Reader

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
            entries = reader.entries(server=server, kind=CustomerChoice.kind, limit=_HISTORY)
    except RecordMissing:
        return {}
    said: dict[str, Choice] = {}
    for entry in entries:
        choice = entry.typed()
        if not isinstance(choice, CustomerChoice):
            continue
        over = choice.choice == "deferred" and choice.until is not None and choice.until <= today.isoformat()
        for package in choice.packages:
            if over:
                said.pop(package, None)
            else:
                said[package] = Choice(choice.choice, choice.proposal, choice.by)
    return said
