"""Send what waits, and keep what the mail server answered.

The mark ``sending`` is on disk before a message is handed over, and the answer goes into the record and the outbox
in one transaction. A letter that still has the mark when nobody is sending was left by a crash: it may have arrived,
so it is in doubt, and only an explicit decision sends it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from infogere.errors import InfogereError
from infogere.notices import outbox as box
from infogere.notices import writing
from infogere.notices.message import sender_of
from infogere.notices.outbox import Letter, Message, Outbox, State
from infogere.notices.smtp import Answer, Outcome, Relay, Session
from infogere.record import chain, spool
from infogere.record.database import RecordError
from infogere.record.kinds.works import NoticeAttempt
from infogere.record.store import Store, Transaction

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
_SOON = 12  # doublings after which the longest delay is long reached
_ATTEMPTS_LOOKED_AT = 1000
_STATES: dict[Outcome, State] = {
    "accepted": "accepted",
    "refused": "refused",
    "deferred": "waiting",
    "in-doubt": "in-doubt",
}

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Sent:
    """What became of one letter, and as what it was sent."""

    letter: Letter
    message: Message


def flush(
    outbox: Outbox,
    relay: Relay,
    *,
    notices: Sequence[str] | None = None,
    everything: bool = False,
    clock: Clock = _now,
    told: Callable[[Sent], None] = lambda _: None,
) -> list[Sent]:
    """Send the letters that are due.

    Args:
        notices: only these, due or not.
        everything: all that wait, due or not.
        told: is called after each letter.
    """
    done: list[Sent] = []
    with outbox.alone(), Session(relay) as session:
        recover(outbox, clock=clock)
        for letter in outbox.waiting(None if everything else clock(), notices):
            sent = _send(outbox, session, letter, clock)
            if sent is not None:
                done.append(sent)
                told(sent)
    return done


def recover(outbox: Outbox, *, clock: Clock = _now) -> list[Letter]:
    """Settle letters whose sender died; call it inside ``Outbox.alone``.

    An answer that is in the record, by way of the spool, is believed; without one the letter is in doubt.
    """
    settled = []
    for letter in outbox.abandoned(clock()):
        message = outbox.message(letter.notice, letter.copy)
        with Store(outbox.url, outbox.state_dir) as store, store.writing(now=clock()) as transaction:
            answer = _recorded(transaction, letter, message)
            if answer is None:
                answer = Answer("in-doubt", "the sender died after it had begun to hand the message over")
                transaction.append(_attempt(letter, message, answer, "unknown", transaction.clock))
            settled.append(_change(transaction, letter, answer))
    return settled


def resend(outbox: Outbox, notice: str, *, clock: Clock = _now) -> Message:
    """Let a notice be sent again, by explicit decision; ``flush`` then does it.

    Letters in doubt (else those that were accepted) are sent as a further copy, which says that it is one;
    refused ones, which nobody has got, as they are.

    Raises:
        InfogereError: it waits for its first sending, it was withdrawn, or its time is over.
    """
    with outbox.alone():
        recover(outbox, clock=clock)
        now = clock()
        message, letters = outbox.message(notice), outbox.letters(notice)
        again = _to_resend(message, letters, now)
        with Store(outbox.url, outbox.state_dir) as store, store.writing(now=now) as transaction:
            if any(letter.state != "refused" for letter in again):
                copies = [outbox.message(notice, copy) for copy in range(1, message.copy + 1)]
                message = writing.write_again(transaction, copies, letters, now)
            for letter in again:
                copy = letter.copy if letter.state == "refused" else message.copy
                box.change(transaction, replace(letter, state="waiting", copy=copy, due=now, changed=now, holder=None))
    return message


def _to_resend(message: Message, letters: list[Letter], now: datetime) -> list[Letter]:
    if message.send_before and message.send_before <= now:
        raise InfogereError(
            f"notice {message.notice} had to be sent before {message.send_before:%Y-%m-%d %H:%M} UTC",
            way_out="announce anew: what it says is no longer so",
            clause="A-5.5-1",
        )
    for state in ("in-doubt", "refused", "accepted"):
        if found := [letter for letter in letters if letter.state == state]:
            return found
    states = ", ".join(sorted({letter.state for letter in letters}))
    raise InfogereError(f"notice {message.notice} was not sent yet: {states}", way_out="infogere notices flush")


def _send(outbox: Outbox, session: Session, letter: Letter, clock: Clock) -> Sent | None:
    message = outbox.message(letter.notice, letter.copy)
    if message.send_before and message.send_before <= clock():
        with Store(outbox.url, outbox.state_dir) as store, store.writing(now=clock()) as transaction:
            expired = replace(letter, state="expired", changed=clock(), answer="not sent: its deadline has passed")
            box.change(transaction, expired)
        return Sent(expired, message)
    marked = False

    def mark() -> bool:
        nonlocal marked
        marked = outbox.claim(letter, clock())
        return marked

    answer = session.send(sender_of(message.sender).address, letter.recipient, message.message, mark)
    if answer is None:
        return None
    # An attempt that ended before the mark is one all the same.
    tried = replace(letter, attempt=letter.attempt + 1)
    salt = chain.new_salt()
    try:
        with Store(outbox.url, outbox.state_dir) as store, store.writing(now=clock()) as transaction:
            transaction.append(_attempt(tried, message, answer, session.relay.name, transaction.clock), salt)
            return Sent(_change(transaction, tried, answer), message)
    except RecordError:
        # It has happened: the answer waits in the spool, and the next flush takes it from the record.
        spool.put(outbox.state_dir, _attempt(tried, message, answer, session.relay.name, clock()), salt)
        raise


def _attempt(letter: Letter, message: Message, answer: Answer, relay: str, at: datetime) -> NoticeAttempt:
    return NoticeAttempt(
        terms=message.terms,
        contract=message.contract,
        server=message.server,
        at=at,
        follows=message.entry,
        notice=letter.notice,
        recipient=letter.recipient,
        attempt=letter.attempt,
        outcome=answer.outcome,
        relay=relay,
        answer=answer.text,
        queued=message.entry,
    )


def _change(transaction: Transaction, letter: Letter, answer: Answer) -> Letter:
    now = transaction.clock
    due = now + min(FIRST_DELAY * 2 ** min(letter.attempt - 1, _SOON), LONGEST_DELAY)
    changed = replace(
        letter,
        state=_STATES[answer.outcome],
        due=due,
        changed=now,
        holder=None,
        answer=answer.text,
    )
    box.change(transaction, changed)
    return changed


def _recorded(transaction: Transaction, letter: Letter, message: Message) -> Answer | None:
    """The answer to this very attempt, if the record has one."""
    for entry in transaction.reader.entries(
        contract=message.contract, kind=NoticeAttempt.kind, limit=_ATTEMPTS_LOOKED_AT
    ):
        said = entry.data
        if (said["notice"], said["recipient"], said["attempt"]) == (letter.notice, letter.recipient, letter.attempt):
            return Answer(said["outcome"], said["answer"])
    return None
