"""Write a notice: its words, its message, its letters, and the entry that it was written."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from infogere.errors import InfogereError
from infogere.notices import outbox as box
from infogere.notices.message import Envelope, Mailbox, compose, sender_of
from infogere.notices.outbox import Letter, Message
from infogere.notices.words import Facts, Purpose, render
from infogere.record.kinds.works import NoticeQueued
from infogere.record.store import Transaction

# The clause by which somebody has to be told.
_NOBODY = {"delivery-note": "A-3.1.1-3", "emergency": "A-L3-25", "update-proposal": "A-L3-23"}


@dataclass(frozen=True)
class Draft:
    """A notice that was not written yet.

    Attributes:
        facts: what the templates of the purpose name, with ``zone``; see ``words.render``.
        send_before: after this instant it would say something that is no longer so; None: whenever it can be.
        replies_to: Message-ID of the notice that this one follows; empty: none.
    """

    contract: str
    terms: str
    purpose: Purpose
    language: str
    recipients: tuple[Mailbox, ...]
    facts: Facts
    server: str | None = None
    send_before: datetime | None = None
    replies_to: str = ""


def new_id() -> str:
    """An id that no other notice has; also the left side of its Message-ID."""
    return f"N-{secrets.token_hex(8)}"


def message_id(notice: str, sender: str) -> str:
    """The Message-ID that every copy of a notice from this sender has."""
    return f"<{notice}@{sender_of(sender).domain}>"


def write(
    transaction: Transaction, notice: str, draft: Draft, sender: Mailbox, *, about: int | None, now: datetime
) -> Message:
    """Put a notice into the record and the outbox; ``sending.flush`` sends it.

    Args:
        about: ``seq`` of the entry that the notice is about.
    """
    message = compose_draft(draft, notice, sender, about=about, now=now)
    message = _put(transaction, message, draft.recipients)
    for number, to in enumerate(draft.recipients, start=1):
        box.post(transaction, Letter(notice, number, 1, to.name, to.address, "waiting", 0, now, now, None, None))
    return message


def compose_draft(draft: Draft, notice: str, sender: Mailbox, *, about: int | None, now: datetime) -> Message:
    """The message of a draft; nothing is kept."""
    facts = {
        **draft.facts,
        "notice": notice,
        "contract": draft.contract,
        "terms": draft.terms,
        "provider": sender.name or sender.address,
        "replies_to": draft.replies_to,
        "second_of": None,
    }
    message = Message(
        notice=notice,
        copy=1,
        contract=draft.contract,
        server=draft.server,
        terms=draft.terms,
        purpose=draft.purpose,
        language=draft.language,
        subject="",
        sender=str(sender.header()),
        message=b"",
        facts=facts,
        about=about,
        written=now,
        send_before=draft.send_before,
        entry=0,
    )
    return _composed(message, draft.recipients)


def write_again(transaction: Transaction, notice: list[Message], letters: list[Letter], now: datetime) -> Message:
    """A further copy of a notice: the same Message-ID, and a line that says so.

    Args:
        notice: its copies so far.
        letters: all of the notice; the copy names the same recipients.
    """
    first, last = notice[0], notice[-1]
    again = replace(last, copy=last.copy + 1, facts={**last.facts, "second_of": first.written.isoformat()}, written=now)
    boxes = tuple(Mailbox(letter.name, letter.recipient) for letter in letters)
    return _put(transaction, _composed(again, boxes), boxes)


def _composed(message: Message, recipients: tuple[Mailbox, ...]) -> Message:
    if not recipients:
        raise InfogereError(
            f"contract {message.contract} has no contact with a mail address",
            way_out="add one to order_form.contacts or customer.contacts in the inventory",
            clause=_NOBODY.get(message.purpose, "A-5.5-1"),
        )
    words = render(message.purpose, message.language, message.facts)
    envelope = Envelope(
        notice=message.notice,
        contract=message.contract,
        terms=message.terms,
        language=message.language,
        sender=sender_of(message.sender),
        recipients=recipients,
        written=message.written,
        replies_to=str(message.facts["replies_to"]),
        copy=message.copy,
    )
    return replace(message, subject=words.subject, message=compose(envelope, words))


def _put(transaction: Transaction, message: Message, recipients: tuple[Mailbox, ...]) -> Message:
    entry = transaction.append(
        NoticeQueued(
            terms=message.terms,
            contract=message.contract,
            server=message.server,
            at=message.written,
            follows=message.about,
            notice=message.notice,
            purpose=message.purpose,
            language=message.language,
            recipients=tuple(box.address for box in recipients),
            subject=message.subject,
            message_id=message_id(message.notice, message.sender),
            digest=hashlib.sha256(message.message).hexdigest(),
        )
    )
    message = replace(message, entry=entry)
    box.put(transaction, message)
    return message
