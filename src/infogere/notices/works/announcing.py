"""Announce, move, cancel and close planned works: entries first, then the notice, in one transaction.

The clock of the record decides what is too late and what has begun, so that a clock that was set back, here or on
another controller, gains nothing (A-5.5-1).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from infogere.errors import InfogereError
from infogere.notices import outbox as box
from infogere.notices import writing
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.works import standing
from infogere.notices.works.drafting import Plan, draft_for, judged
from infogere.notices.works.parties import Party
from infogere.notices.works.standing import Standing
from infogere.record.kinds.works import WorksAnnounced, WorksCancelled, WorksDone
from infogere.record.store import Store, Transaction


@dataclass(frozen=True)
class Announced:
    """What was written: the works' id, and the notice of each contract."""

    works: str
    notices: dict[str, str]


def announce(outbox: Outbox, plan: Plan, parties: tuple[Party, ...], sender: Mailbox, *, now: datetime) -> Announced:
    """Announce works to every contract that they touch, or to none.

    Raises:
        InfogereError: as ``drafts`` does.
    """
    works = f"W-{now:%Y%m%d}-{secrets.token_hex(3)}"
    outbox.prepare()
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
        return Announced(
            works, {party.contract: _put(transaction, works, plan, party, sender=sender) for party in parties}
        )


def move(
    outbox: Outbox, works: str, plan: Plan, parties: tuple[Party, ...], sender: Mailbox, *, now: datetime
) -> Announced:
    """Announce another date of the same works: a new notice with a deadline of its own (Q28).

    Raises:
        InfogereError: as ``announce`` does; or the works have begun, are cancelled or done.
    """
    outbox.prepare()
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
        before = {known.contract: known for known in standing.find(transaction.reader, works)}
        for known in before.values():
            _open(known)
            if known.current.start <= transaction.clock:
                raise InfogereError(
                    f"works {works} began {known.current.start:%Y-%m-%d %H:%M} UTC and cannot be moved any more",
                    way_out="say what happened: infogere works done, or cancel",
                    clause="A-5.5-1",
                )
        _same_contracts(works, before, parties)
        notices = {
            party.contract: _put(transaction, works, plan, party, sender=sender, before=before[party.contract])
            for party in parties
        }
    return Announced(works, notices)


def cancel(
    outbox: Outbox, works: str, parties: tuple[Party, ...], sender: Mailbox, *, reason: str, author: str, now: datetime
) -> Announced:
    """The works will not take place; their time is not excluded any more. Whoever was told of them is told so.

    Raises:
        InfogereError: they are cancelled or done already.
    """
    outbox.prepare()
    notices: dict[str, str] = {}
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
        before = {known.contract: known for known in standing.find(transaction.reader, works)}
        _same_contracts(works, before, parties)
        for party in parties:
            known = before[party.contract]
            _open(known)
            if notice := _put_cancellation(transaction, known, party, sender, reason=reason, author=author):
                notices[party.contract] = notice
    return Announced(works, notices)


def done(
    outbox: Outbox, works: str, *, began: datetime, ended: datetime, result: str, author: str, now: datetime
) -> list[tuple[Standing, int]]:
    """Write down when the works really began and ended.

    Returns:
        The works of each contract, with the seconds outside the announced span: these count (Q28).

    Raises:
        InfogereError: a time in the future, an end before the begin, works that are cancelled or done.
    """
    if ended < began:
        raise InfogereError(f"works {works} cannot end before they begin", way_out="correct --began or --ended")
    counted = []
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
        if ended > transaction.clock:
            raise InfogereError(f"works {works} cannot have ended in the future", way_out="say it when they are over")
        for known in standing.find(transaction.reader, works):
            _open(known)
            transaction.append(
                WorksDone(
                    terms=known.current.terms,
                    contract=known.contract,
                    at=transaction.clock,
                    follows=known.seqs[-1],
                    works=works,
                    author=author,
                    began=began,
                    ended=ended,
                    result=result,
                )
            )
            counted.append((known, outside(known.current, began, ended)))
    return counted


def outside(announced: WorksAnnounced, began: datetime, ended: datetime) -> int:
    """Seconds of real work outside the announced span."""
    start = announced.start.timestamp()
    end = start + announced.duration_s
    inside = max(0.0, min(end, ended.timestamp()) - max(start, began.timestamp()))
    return int(ended.timestamp() - began.timestamp() - inside)


def _put(
    transaction: Transaction, works: str, plan: Plan, party: Party, *, sender: Mailbox, before: Standing | None = None
) -> str:
    now = transaction.clock
    told = _told_before(transaction, before) if before else ""
    at, draft = judged(plan, party, now, before if told else None, told)
    notice = writing.new_id()
    seq = transaction.append(
        WorksAnnounced(
            terms=draft.terms,
            contract=party.contract,
            at=now,
            follows=before.seqs[-1] if before else None,
            works=works,
            author=plan.author,
            revision=len(before.revisions) + 1 if before else 1,
            start=at.start,
            duration_s=plan.duration_s,
            servers=party.servers,
            subject=plan.subject,
            notice=notice,
            last_date=at.last_date.isoformat(),
            send_by=at.send_by,
            emergency=plan.emergency or None,
        )
    )
    writing.write(transaction, notice, draft, sender, about=seq, now=now)
    return notice


def _put_cancellation(
    transaction: Transaction, known: Standing, party: Party, sender: Mailbox, *, reason: str, author: str
) -> str | None:
    now, current = transaction.clock, known.current
    told = _told_before(transaction, known)
    notice = writing.new_id() if told else None
    seq = transaction.append(
        WorksCancelled(
            terms=current.terms,
            contract=party.contract,
            at=now,
            follows=known.seqs[-1],
            works=known.works,
            author=author,
            reason=reason,
            notice=notice,
        )
    )
    if notice:
        facts = {
            "zone": party.calendar.zone.key,
            "works_subject": current.subject,
            "servers": list(current.servers),
            "start": current.start.isoformat(),
            "reason": reason,
        }
        draft = draft_for(party, "works-cancelled", facts, replies_to=told)
        writing.write(transaction, notice, draft, sender, about=seq, now=now)
    return notice


def _told_before(transaction: Transaction, known: Standing) -> str:
    """Message-ID of the newest notice of these works that may have reached the customer; empty: they know of none.

    What still waits of the older ones is withdrawn: a stale date after the new one would mislead.
    """
    for revision in known.revisions:
        box.withdraw(transaction, revision.notice, transaction.clock)
    reached = [revision.notice for revision in known.revisions if box.may_have_arrived(transaction, revision.notice)]
    return writing.message_id(reached[-1], box.sender(transaction, reached[-1])) if reached else ""


def _open(known: Standing) -> None:
    if known.cancelled:
        raise InfogereError(f"works {known.works} are cancelled", way_out="announce new ones")
    if known.done and known.done.ended:
        raise InfogereError(f"works {known.works} are done", way_out="announce new ones")


def _same_contracts(works: str, before: dict[str, Standing], parties: tuple[Party, ...]) -> None:
    """A contract that is missing would keep a date that nobody means any more."""
    if missing := sorted(before.keys() ^ {party.contract for party in parties}):
        raise InfogereError(
            f"works {works} concern contract {missing[0]}, whose servers the inventory gives to another contract",
            way_out="cancel these works with the inventory as it was, and announce new ones",
        )
