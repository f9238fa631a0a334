"""One contract's entries as the pure model that its guarantees are computed from.

>>> with Reader(settings.load().record_url) as reader:
...     history = load(reader, "OF-2026-0042")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from infogere.record.entries import Decision, StateChange
from infogere.record.kinds.contract import ContractBasis, Delivery
from infogere.record.kinds.incidents import Probe as ProbeEntry
from infogere.record.kinds.incidents import Problem
from infogere.record.reading import Reader, StoredEntry
from infogere.sla import basis, incidents, ledger, works
from infogere.sla.incidents import Dossier, seconds
from infogere.sla.model import History, Incident, Probe

KINDS = (
    incidents.KINDS
    | works.KINDS
    | {ContractBasis.kind, Delivery.kind, Problem.kind, ProbeEntry.kind, Decision.kind, StateChange.kind}
)
_CUT = "network-cut"


def load(reader: Reader, contract: str, at: datetime | None = None, *, in_force: datetime | None = None) -> History:
    """Everything that the guarantees of one contract depend on.

    Args:
        at: as the record stood at this instant, which also is the history's end; None: now.
        in_force: instant whose order form counts, e.g. the last one of the month that is priced
            (A-5.2-4: "the month concerned"); None: the last one on record.

    Raises:
        InfogereError: no such contract in the record, or nothing says what was sold (Q3).
    """
    return fold(ledger.entries(reader, contract, KINDS, at), contract, at or datetime.now(UTC), in_force)


def fold(entries: Iterable[StoredEntry], contract: str, until: datetime, in_force: datetime | None = None) -> History:
    """``load`` for entries that were read already (``ledger.entries`` of ``KINDS``)."""
    entries = tuple(entries)
    found = basis.require(entries, contract, in_force)
    notices = works.notices(entries)
    causes = {entry.seq: entry for entry in entries if entry.kind in {Decision.kind, StateChange.kind}}
    known = [_incident(dossier, causes, notices) for dossier in incidents.fold(entries).values()]
    planned = [one.works(notices.accepted) for one in works.fold(entries).values()]
    planned += works.unannounced(entries, notices)
    return History(
        contract=basis.contract(found, basis.commissioned(entries)),
        # Sorted by what they say, so that the order of independent entries changes nothing.
        incidents=tuple(sorted(known, key=lambda one: one.id)),
        works=tuple(sorted(planned, key=lambda one: (one.start, one.id))),
        until=seconds(until),
        probes=_probes(entries),
    )


def _incident(dossier: Dossier, causes: Mapping[int, StoredEntry], notices: works.Notices) -> Incident:
    linked = [causes[seq] for seq in dossier.linked if seq in causes]
    emergencies = [entry.seq for entry in linked if entry.kind == Decision.kind and entry.data["emergency"]]
    return dossier.incident(
        emergency=bool(emergencies),
        customer_informed=notices.told([dossier.opened_seq, *emergencies]),
        network_cut=any(entry.kind == StateChange.kind and entry.data["to"] == _CUT for entry in linked),
    )


def _probes(entries: tuple[StoredEntry, ...]) -> tuple[Probe, ...]:
    # Plain data, not models: of a busy month there are more of these than of everything else.
    seen = [_probe(entry.at, entry.data, entry.server or "") for entry in entries if entry.kind == ProbeEntry.kind]
    return tuple(sorted(seen, key=lambda one: (one.at, one.server, one.probe)))


def _probe(at: datetime, data: Mapping[str, Any], server: str) -> Probe:
    return Probe(at=seconds(at), probe=data["probe"], state=data["state"], server=server)
