"""Reboots and emergency work, as the entries of one contract tell of them."""

from __future__ import annotations

from collections.abc import Iterable

from infogere.record.entries import Decision
from infogere.record.kinds.maintenance import Rebooted
from infogere.record.reading import StoredEntry
from infogere.sla import works
from infogere.sla.incidents import seconds
from infogere.statements.chapters import Frame, typed
from infogere.statements.rows import EmergencyRow, RebootRow

_REHEARSAL = "check mode"  # as the gate explains a decision that nothing follows
_URGENT = ("patch-critical", "reboot", "converge")


def reboots(entries: Iterable[StoredEntry], frame: Frame) -> tuple[RebootRow, ...]:
    """Reboots that began in the month."""
    return tuple(
        RebootRow(
            seconds(one.began),
            one.server,
            one.outcome,
            one.seconds,
            (*one.packages, *one.services),
            (one.kernel_before, one.kernel_after)
            if one.kernel_after and one.kernel_after != one.kernel_before
            else None,
            one.works,
        )
        for one in sorted(typed(entries, Rebooted), key=lambda one: (one.began, one.server))
        if frame.holds(seconds(one.began))
    )


def emergencies(entries: Iterable[StoredEntry], frame: Frame) -> tuple[EmergencyRow, ...]:
    """Decisions of the month by which an emergency opened the window, and when the customer was told (A-L3-25)."""
    entries = tuple(entries)
    notices = works.notices(entries)
    rows = []
    for stored in entries:
        decision = stored.typed() if stored.kind == Decision.kind else None
        if not (isinstance(decision, Decision) and decision.allowed and decision.emergency):
            continue
        if _REHEARSAL in decision.explain or not frame.holds(seconds(decision.at)):
            continue
        told = [notices.accepted[one] for one in notices.about.get(stored.seq, ()) if one in notices.accepted]
        action = decision.action if decision.action in _URGENT else "other"
        rows.append(
            EmergencyRow(
                seconds(decision.at),
                decision.server,
                action,  # type: ignore[arg-type]  # one of them
                decision.emergency,
                decision.clause or "A-L3-25",
                min(told, default=None),
            )
        )
    return tuple(rows)
