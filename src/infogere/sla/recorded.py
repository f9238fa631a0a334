"""What the computation of one month needs, taken from the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from infogere.errors import InfogereError
from infogere.record.kinds.contract import ContractBasis
from infogere.record.reading import Reader, StoredEntry
from infogere.sla import basis, history, ledger, periods
from infogere.sla.model import History, Rules
from infogere.terms.readings import PROFILES, Profile


@dataclass(frozen=True)
class Recorded:
    """A history, its month, the order form in force, and the rules of both profiles as that order form settles them."""

    history: History
    month: str
    basis: ContractBasis
    rules_of: Mapping[Profile, Rules]


def load(reader: Reader, contract: str, month: str | None, at: datetime, terms: str | None = None) -> Recorded:
    """The history of a contract with the order form that was in force in a month (A-5.2-4).

    Args:
        month: such as ``2026-10``; None: the one that holds ``at`` in the contract's zone.
        at: as the record stood at this instant; incidents that are open run until it.
        terms: the terms file in use; None: the shipped default.

    Raises:
        InfogereError: the record does not know the contract, other terms were signed, or the month has not begun.
    """
    return of(ledger.entries(reader, contract, history.KINDS, at), contract, month, at, terms)


def of(
    entries: Sequence[StoredEntry], contract: str, month: str | None, at: datetime, terms: str | None = None
) -> Recorded:
    """``load`` for entries that were read already (``ledger.entries`` of ``history.KINDS`` or more)."""
    past = history.fold(entries, contract, at)
    month = month or f"{at.astimezone(past.contract.zone):%Y-%m}"
    span = periods.month(month, past.contract.zone)
    if at.timestamp() <= span.start:
        raise InfogereError(f"{month} has not begun", way_out="ask for the present month or an earlier one")
    last = min(datetime.fromtimestamp(span.end - 1, UTC), at)
    found = basis.latest(entries, last)
    if found is None:
        raise InfogereError(f"no order form of contract {contract} is on record", clause="A-5.1-1")
    own = basis.contract(found, basis.commissioned(entries))
    return Recorded(
        replace(past, contract=own), month, found, {name: basis.rules(found, name, terms) for name in PROFILES}
    )
