"""Tell a customer of emergency work before it begins: once for each contract and set of changes (A-L3-25, A-L4-12).

Whoever comes second, another server of the same run or a run that starts again after it was killed, finds the notice
and only writes that it tells of this run too. Both happen under the writer's lock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from infogere.notices import sending, writing
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Letter, Outbox
from infogere.notices.sending import Clock
from infogere.notices.smtp import Relay
from infogere.notices.words import Purpose
from infogere.notices.works.parties import Party
from infogere.notices.writing import Draft
from infogere.record.kinds.maintenance import CustomerInformed
from infogere.record.store import Store, Transaction

PURPOSE: Purpose = "emergency"
_LINES = 40  # changes that the message names; the plan on record has them all


@dataclass(frozen=True)
class Emergency:
    """What is about to happen to the servers of one contract.

    Attributes:
        about: what is done.
        server: the one that is next.
        work: the servers that are known to need it, with what names the work on each: day and digest of a plan, or
            day and reason.
        changes: lines for the customer, such as ``openssl 3.0.20-1 -> 3.0.22-1``.
        decision: number of the entry that allowed it on ``server``.
        run: id of the run.
    """

    about: Literal["updates", "reboot", "configuration"]
    party: Party
    server: str
    work: Mapping[str, str]
    reason: str
    changes: tuple[str, ...]
    decision: int
    run: str

    def draft(self, servers: Mapping[str, str], now: datetime) -> Draft:
        """The notice for these of the servers."""
        shown = [*self.changes[:_LINES], *(["…"] if len(self.changes) > _LINES else [])]
        return Draft(
            contract=self.party.contract,
            terms=self.party.calendar.terms.version,
            purpose=PURPOSE,
            language=self.party.language,
            recipients=self.party.recipients,
            facts={
                "zone": self.party.calendar.zone.key,
                "about": self.about,
                "reason": self.reason,
                "servers": sorted(servers),
                "work": dict(servers),
                "start": now.isoformat(),
                "changes": shown,
                "counted": self.party.calendar.readings.emergency_time != "excluded-when-informed",
            },
            server=self.server if len(servers) == 1 else None,
        )


@dataclass(frozen=True)
class Told:
    """The notice that tells of an emergency, with its letters; ``fresh``: it was written now."""

    notice: str
    letters: tuple[Letter, ...]
    fresh: bool

    @property
    def accepted(self) -> bool:
        return any(letter.state == "accepted" for letter in self.letters)


def tell(outbox: Outbox, relay: Relay, sender: Mailbox, emergency: Emergency, *, clock: Clock) -> Told:
    """Write the notice unless one tells of it already, and send what of it is due.

    A mail server that does not answer is no error: the letters wait, and ``infogere notices flush`` sends them.
    """
    outbox.prepare()
    with Store(outbox.url, outbox.state_dir) as store, store.writing(now=clock()) as transaction:
        told = _known(transaction, emergency)
        notice = told.get(emergency.server)
        fresh = notice is None
        if notice is None:
            notice = writing.new_id()
            servers = {name: work for name, work in emergency.work.items() if name not in told}
            draft = emergency.draft(servers, transaction.clock)
            writing.write(transaction, notice, draft, sender, about=emergency.decision, now=transaction.clock)
        else:
            transaction.append(_also(emergency, notice, transaction.clock))
    due = [letter for letter in outbox.waiting(clock()) if letter.notice == notice]
    if due:
        sending.flush(outbox, relay, notices=[notice], clock=clock)
    return Told(notice, tuple(outbox.letters(notice)), fresh)


def _known(transaction: Transaction, emergency: Emergency) -> dict[str, str]:
    """Servers whose work a notice tells of, with that notice."""
    rows = transaction.rows(
        "SELECT notice, facts FROM notice_message WHERE contract = :contract AND purpose = :purpose AND copy = 1",
        contract=emergency.party.contract,
        purpose=PURPOSE,
    )
    told: dict[str, str] = {}
    for notice, facts in rows:
        work = json.loads(facts)["work"]
        told |= {name: str(notice) for name, key in emergency.work.items() if work.get(name) == key}
    return told


def _also(emergency: Emergency, notice: str, now: datetime) -> CustomerInformed:
    return CustomerInformed(
        terms=emergency.party.calendar.terms.version,
        run=emergency.run,
        server=emergency.server,
        contract=emergency.party.contract,
        at=now,
        follows=emergency.decision,
        notice=notice,
    )
