"""The delivery note: sent once, after the checks; its accepted sending is the commissioning (A-3.1.1-4, Q1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infogere.errors import InfogereError
from infogere.fleet.models import Server
from infogere.notices import sending, writing
from infogere.notices.message import Mailbox, recipients
from infogere.notices.outbox import Message, Outbox
from infogere.notices.sending import Clock
from infogere.notices.smtp import Relay
from infogere.notices.writing import Draft
from infogere.record.entries import StateChange
from infogere.record.kinds.contract import Delivery
from infogere.record.kinds.works import NoticeAttempt
from infogere.record.reading import Reader
from infogere.record.recorder import one_line
from infogere.record.store import Store, Transaction

CLAUSE = "A-3.1.1-4"
PURPOSE = "delivery-note"
_ATTEMPTS_LOOKED_AT = 1000


@dataclass(frozen=True)
class Handover:
    """A server that passed its checks.

    Attributes:
        terms: version of the terms in force.
        zone: the contract's, an IANA name.
        checks: ``{name, seen}`` of everything that was looked at.
        author: who hands it over.
    """

    server: Server
    terms: str
    zone: str
    address: str
    checks: Sequence[Mapping[str, str]]
    author: str

    def draft(self) -> Draft:
        """The delivery note.

        Raises:
            InfogereError: nobody to send it to.
        """
        form, customer = self.server.order_form, self.server.customer
        to = recipients(self.server.contacts)
        if not to:
            raise InfogereError(
                f"contract {form.id} has no contact with a mail address: nobody to send the delivery note to",
                way_out="add one to order_form.contacts or customer.contacts in the inventory",
                clause="A-3.1.1-3",
            )
        options = [name for name, value in form.options.model_dump().items() if value is True]
        checks = [{"name": check["name"], "seen": check["seen"]} for check in self.checks]
        facts: dict[str, Any] = {
            "zone": self.zone,
            "server": self.server.name,
            "address": self.address,
            "level": form.level,
            "options": options,
            "checks": checks,
            "author": self.author,
        }
        return Draft(
            contract=form.id,
            terms=self.terms,
            purpose="delivery-note",
            language=customer.language if customer else "fr",
            recipients=to,
            facts=facts,
            server=self.server.name,
        )


def deliver(outbox: Outbox, relay: Relay, sender: Mailbox, handover: Handover, *, clock: Clock) -> Delivery:
    """Send the delivery note and write down the delivery; a note that was accepted before is not sent again.

    Raises:
        InfogereError: no contact; or the note was not accepted, with what the mail server said.
    """
    draft = handover.draft()
    outbox.prepare()
    name = handover.server.name
    if _undecided(outbox, draft.contract, name) is None:
        with Store(outbox.url, outbox.state_dir) as store, store.writing(now=clock()) as transaction:
            writing.write(transaction, writing.new_id(), draft, sender, about=None, now=transaction.clock)
    note = _undecided(outbox, draft.contract, name)
    if note is not None:
        sending.flush(outbox, relay, notices=[note.notice], clock=clock)
        settle(outbox, clock=clock)
    with Reader(outbox.url) as reader:
        for entry in reader.entries(server=name, kind=Delivery.kind, limit=1):
            if isinstance(delivery := entry.typed(), Delivery):
                return delivery
    raise _not_accepted(outbox, draft.contract, name)


def settle(outbox: Outbox, *, clock: Clock) -> list[Delivery]:
    """Write down every delivery whose note was accepted since; e.g. by a later ``infogere notices flush``."""
    settled = []
    for notice in outbox.accepted(PURPOSE):
        with Store(outbox.url, outbox.state_dir) as store, store.writing(now=clock()) as transaction:
            if delivery := _settled(transaction, outbox.message(notice)):
                settled.append(delivery)
    return settled


def _settled(transaction: Transaction, note: Message) -> Delivery | None:
    """The delivery that an accepted note makes; None if it is on record."""
    server = str(note.server)
    if transaction.reader.entries(server=server, kind=Delivery.kind, limit=1):
        return None
    attempts = transaction.reader.entries(contract=note.contract, kind=NoticeAttempt.kind, limit=_ATTEMPTS_LOOKED_AT)
    accepted = [
        entry for entry in attempts if entry.data["notice"] == note.notice and entry.data["outcome"] == "accepted"
    ]
    first = min(accepted, key=lambda entry: entry.at)
    checks: Any = note.facts["checks"]
    delivery = Delivery(
        terms=note.terms,
        contract=note.contract,
        server=server,
        at=first.at,
        follows=first.seq,
        notice=note.notice,
        commissioned=first.at,
        checks=tuple(one_line(f"{check['name']}: {check['seen']}") for check in checks),
        author=str(note.facts["author"]),
    )
    seq = transaction.append(delivery)
    transaction.append(_active(delivery, seq))
    return delivery


def _active(delivery: Delivery, seq: int) -> StateChange:
    return StateChange.model_validate(
        {
            "terms": delivery.terms,
            "contract": delivery.contract,
            "server": delivery.server,
            "at": delivery.commissioned,
            "follows": seq,
            "from": None,
            "to": "active",
            "clause": CLAUSE,
            "requester": delivery.author,
            "reason": f"delivery note {delivery.notice} was sent",
        }
    )


def _undecided(outbox: Outbox, contract: str, server: str) -> Message | None:
    """The server's delivery note, unless every mail server refused it: then a new one may go."""
    notes = [
        message
        for message in outbox.messages(contract=contract, limit=_ATTEMPTS_LOOKED_AT)
        if message.purpose == PURPOSE and message.server == server
    ]
    live = [note for note in notes if any(letter.state != "refused" for letter in outbox.letters(note.notice))]
    return live[-1] if live else None


def _not_accepted(outbox: Outbox, contract: str, server: str) -> InfogereError:
    note = _undecided(outbox, contract, server)
    if note is None:
        return InfogereError(
            f"the delivery note of {server} was refused for every contact: see infogere notices list",
            way_out="correct the contacts in the inventory and deliver again",
            clause="A-3.1.1-3",
        )
    letters = outbox.letters(note.notice)
    said = "; ".join(f"{letter.recipient}: {letter.state}, {letter.answer}" for letter in letters)
    doubt = any(letter.state in ("in-doubt", "sending") for letter in letters)
    return InfogereError(
        f"the delivery note of {server} was not accepted yet ({said}), so it is not delivered",
        way_out=f"infogere notices {f'resend {note.notice}' if doubt else 'flush'}; its acceptance completes it",
        clause=CLAUSE,
    )
