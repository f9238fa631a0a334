"""Derive the state of servers from the record; it is stored nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast, get_args

from infogere.errors import InfogereError
from infogere.policy.case import UNRECORDED, Standing
from infogere.record.database import RecordMissing
from infogere.record.reading import Reader, StoredEntry
from infogere.terms import StateName

_HISTORY = 1000
"""State changes of one server that are looked through for an instant in the past."""


def standings(url: str, servers: Iterable[str] | None = None, at: datetime | None = None) -> dict[str, Standing]:
    """The state of each server that has one on record.

    Args:
        url: ``record_url``; a record that does not exist yet says nothing of anybody.
        servers: None: all of them.
        at: the instant that is asked about, so that an old question is answered as it was then; None: now.
    """
    try:
        reader = Reader(url)
    except RecordMissing:
        return {}
    with reader:
        latest = reader.latest_states(servers)
        known = {name: _as_of(entry, at, reader) for name, entry in latest.items()}
    return {name: standing for name, standing in known.items() if standing is not UNRECORDED}


def standing(url: str, server: str, at: datetime | None = None) -> Standing:
    """The state of one server."""
    return standings(url, (server,), at).get(server, UNRECORDED)


def _as_of(latest: StoredEntry, at: datetime | None, reader: Reader) -> Standing:
    if at is None or latest.at <= at:
        return of(latest)
    earlier = reader.entries(server=latest.server, kind="state", limit=_HISTORY)
    return next((of(entry) for entry in reversed(earlier) if entry.at <= at), UNRECORDED)


def of(entry: StoredEntry) -> Standing:
    """What one state entry says."""
    data: Mapping[str, object] = entry.data
    state = data.get("to")
    if state not in get_args(StateName):
        raise InfogereError(
            f"entry {entry.seq} of the record puts {entry.server} into the unknown state {state!r}",
            way_out="a later release wrote it: update this one",
        )
    return Standing(cast("StateName", state), entry.at, entry.seq)
