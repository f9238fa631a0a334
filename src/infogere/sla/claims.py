"""Claims, from the customer's ticket to the credit note that was used: which step comes next, and what refuses it.

    open -> validated -> credited -> applied        or        open -> rejected

Nothing is paid that nobody asked for (A-5.1-7, A-5.2-5), and nothing in cash (A-5.1-10).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from infogere.errors import InfogereError
from infogere.record.kinds.money import (
    ClaimApplied,
    ClaimCredited,
    ClaimEntry,
    ClaimOpened,
    ClaimRejected,
    ClaimValidated,
)
from infogere.record.reading import StoredEntry

State = Literal["open", "validated", "rejected", "credited", "applied"]
KINDS = frozenset(model.kind for model in (ClaimOpened, ClaimValidated, ClaimRejected, ClaimCredited, ClaimApplied))
_NOTHING = Decimal(0)
_CREDIT_CLAUSE = {"validated": "A-5.1-8", "rejected": "A-5.1-7", "credited": "A-5.1-11", "applied": "A-5.1-10"}


@dataclass
class Claim:
    """One claim as its entries tell it.

    Attributes:
        opened_seq: number of its first entry.
        story: every entry with its number, in order.
    """

    opened: ClaimOpened
    opened_seq: int
    validated: ClaimValidated | None = None
    rejected: ClaimRejected | None = None
    credited: ClaimCredited | None = None
    applied: list[ClaimApplied] = field(default_factory=list)
    story: list[tuple[int, ClaimEntry]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.opened.claim

    @property
    def state(self) -> State:
        if self.rejected:
            return "rejected"
        if self.credited:
            return "applied" if self.left == _NOTHING else "credited"
        return "validated" if self.validated else "open"

    @property
    def left(self) -> Decimal:
        """What of the credit note is not used yet."""
        if self.credited is None:
            return _NOTHING
        return Decimal(self.credited.amount) - sum((Decimal(one.amount) for one in self.applied), _NOTHING)

    @property
    def due(self) -> date | None:
        """Last day to issue the credit note (A-5.1-11); None for a GTR credit that is read to have none (Q25)."""
        return date.fromisoformat(self.opened.credit_note_due) if self.opened.credit_note_due else None

    def days_late(self, issued: date) -> int:
        """How many days after its last day the credit note comes, or came."""
        return max(0, (issued - self.due).days) if self.due else 0

    @property
    def waits_for_credit_note(self) -> bool:
        return self.state in {"open", "validated"}

    def require(self, step: State, allowed: State) -> None:
        """Refuse a step that is not the next one.

        Raises:
            InfogereError: with the step that comes next.
        """
        if self.state != allowed:
            raise InfogereError(
                f"claim {self.id} is {self.state} and cannot be {step}",
                way_out=self.next_step,
                clause=_CREDIT_CLAUSE.get(step, "A-5.1-7"),
            )

    @property
    def next_step(self) -> str:
        """What is to be done, as a command."""
        match self.state:
            case "open":
                return f"infogere claim validate {self.id}, or infogere claim reject {self.id} --reason ..."
            case "validated":
                return f"infogere claim credit {self.id} --credit-note NUMBER" + (
                    f", by {self.due}" if self.due else ""
                )
            case "credited":
                return f"infogere claim apply {self.id} --invoice|--order|--renewal REFERENCE"
            case _:
                return f"nothing is left to do: infogere claim show {self.id}"

    def hear(self, seq: int, entry: ClaimEntry) -> None:
        """Take in the next entry."""
        self.story.append((seq, entry))
        match entry:
            case ClaimValidated():
                self.validated = entry
            case ClaimRejected():
                self.rejected = entry
            case ClaimCredited():
                self.credited = entry
            case ClaimApplied():
                self.applied.append(entry)


def fold(entries: Iterable[StoredEntry]) -> dict[str, Claim]:
    """Claims by number, in the order of their opening."""
    claims: dict[str, Claim] = {}
    for stored in entries:
        entry = stored.typed() if stored.kind in KINDS else None
        if isinstance(entry, ClaimOpened) and entry.claim not in claims:
            claims[entry.claim] = Claim(entry, stored.seq)
        if isinstance(entry, ClaimEntry) and entry.claim in claims:
            claims[entry.claim].hear(stored.seq, entry)
    return claims
