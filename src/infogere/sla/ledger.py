"""The entries of one contract, less those that a correction withdrew.

An entry that a ``correction`` of the same contract names counts no more, in no computation; what is
right is said by a new entry. That is one rule for every kind, and both entries stay in the customer's
chain, where the customer reads them. Two exceptions: a correction that is itself corrected withdraws
nothing, and a contest is the customer's word, which only a later attribution answers (Q11).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from infogere.errors import InfogereError
from infogere.record import chain
from infogere.record.reading import Reader, StoredEntry

_CORRECTION = "correction"
_KEPT = frozenset({"incident-contested"})


def entries(
    reader: Reader, contract: str, kinds: Collection[str], at: datetime | None = None
) -> tuple[StoredEntry, ...]:
    """Entries of these kinds that count, in order.

    Args:
        at: as the record stood at this instant (what was recorded before it); None: everything.

    Raises:
        RecordError: an entry is damaged.
    """
    found: list[StoredEntry] = []
    corrections: list[StoredEntry] = []
    limit = chain.instant_text(at) if at else None
    for entry in reader.stream(contract=contract):
        if limit is not None and entry.recorded >= limit:
            break  # times of recording never go back
        if entry.kind == _CORRECTION:
            corrections.append(entry)
        if entry.kind in kinds:
            found.append(entry)
    withdrawn = _withdrawn(corrections)
    return tuple(entry for entry in found if entry.seq not in withdrawn or entry.kind in _KEPT)


def contract_of(entry: StoredEntry) -> str:
    """The contract in whose chain an entry stands."""
    if entry.contract is None:
        raise InfogereError(
            f"entry {entry.seq} of the record ({entry.kind}) names no contract", way_out="see `infogere record show`"
        )
    return entry.contract


def _withdrawn(corrections: list[StoredEntry]) -> frozenset[int]:
    withdrawn: set[int] = set()
    # Backwards: the last word on a correction is said before the correction itself is heard.
    for entry in reversed(corrections):
        if entry.seq not in withdrawn:
            withdrawn.add(int(entry.data["corrects"]))
    return frozenset(withdrawn)
