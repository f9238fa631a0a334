"""Penalties from the seen breach to the applied credit note, time credit, and issued statements."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from infogere.record.entries import Count, Entry, Hex, Instant, Line, Name, Seq
from infogere.record.kinds.types import Amount, Day, Month, Percent

Guarantee = Literal["gtd", "gtr"]
Profile = Literal["customer", "provider"]
_Guarantees = Annotated[tuple[Guarantee, ...], Field(min_length=1, max_length=2)]
_Lines = Annotated[tuple[Line, ...], Field(max_length=200)]


class Priced(BaseModel):
    """One month of one contract, priced under one profile.

    Attributes:
        rate: availability in percent, six places; None where nothing can be divided.
        unavailable_s, planned_s: seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Profile
    rate: Percent | None
    unavailable_s: Count
    planned_s: Count
    breach: bool
    gtd_percent: Percent
    gtd_amount: Amount
    gtr_percent: Percent
    gtr_amount: Amount
    total_percent: Percent
    total_amount: Amount


_BothProfiles = Annotated[tuple[Priced, ...], Field(min_length=2, max_length=2)]


class BreachSeen(Entry):
    """A month was computed and a guarantee was missed: claimable, never paid without a claim (A-5.1-7, A-5.2-5)."""

    kind: ClassVar[str] = "breach"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-2", "A-5.1-7", "A-5.2-4", "A-5.2-5")

    contract: Name
    month: Month
    guarantees: _Guarantees
    priced: _BothProfiles


class ClaimEntry(Entry):
    contract: Name
    claim: Name
    author: Name


class ClaimOpened(ClaimEntry):
    """The customer asked, by ticket (A-5.1-7, A-5.2-5); accounting's delay runs from it (A-5.1-11).

    Attributes:
        credit_note_due: last day to issue it; None for a GTR credit that is read to have no time limit (Q25).
    """

    kind: ClassVar[str] = "claim-opened"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-7", "A-5.1-11", "A-5.2-5")

    month: Month
    guarantees: _Guarantees
    ticket: Name
    ticket_at: Instant
    credit_note_due: Day | None


class ClaimValidated(ClaimEntry):
    """What is owed, with its arithmetic, under the profile in force and under the other one."""

    kind: ClassVar[str] = "claim-validated"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-8", "A-5.1-9", "A-5.2-4", "A-5.2-7")

    profile: Profile
    amount: Amount
    percent: Percent
    priced: _BothProfiles
    arithmetic: _Lines


class ClaimRejected(ClaimEntry):
    """Nothing is owed, and why."""

    kind: ClassVar[str] = "claim-rejected"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-7", "A-5.2-5")

    reason: Line


class ClaimCredited(ClaimEntry):
    """Accounting issued the credit note; never cash (A-5.1-10)."""

    kind: ClassVar[str] = "claim-credited"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-10", "A-5.1-11", "A-5.2-6")

    credit_note: Name
    issued: Day
    amount: Amount
    late_days: Count


class ClaimApplied(ClaimEntry):
    """The credit note was used: GTR on the next invoice, GTD on an order or a renewal (Q25)."""

    kind: ClassVar[str] = "claim-applied"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-10", "A-5.2-6")

    document: Literal["invoice", "order", "renewal"]
    reference: Name
    amount: Amount


class TimeGranted(Entry):
    """Support time: the monthly allowance, or bought hours of one of the two kinds (Q17).

    Attributes:
        expires: last day on which it can be used.
        month: of an allowance; a month is credited once (A-4.1.4-2).
    """

    kind: ClassVar[str] = "time-granted"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-4.1.4-2", "A-4.1.4-3", "A-4.1.4-5", "A-4.2-4")

    contract: Name
    grant: Name
    source: Literal["allowance", "managed-hours", "occasional-hours"]
    minutes: Count
    granted: Day
    expires: Day
    month: Month | None = None
    reference: Line | None = None
    author: Name


class Share(BaseModel):
    """Minutes taken from one grant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grant: Name
    minutes: Count


class TimeSpent(Entry):
    """One intervention, counted in quarter hours (A-4.1.4-4), for a ticket (A-4.1.4-6).

    Attributes:
        worked_s: seconds really worked.
        minutes: what is counted; ``unpaid_minutes`` of it found no grant.
    """

    kind: ClassVar[str] = "time-spent"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-4.1.4-4", "A-4.1.4-6", "A-2-8")

    contract: Name
    ticket: Name
    day: Day
    worked_s: Count
    minutes: Count
    unpaid_minutes: Count = 0
    shares: Annotated[tuple[Share, ...], Field(max_length=100)]
    summary: Line
    author: Name


class StatementIssued(Entry):
    """A statement was made: what it says, and the digest of its pages.

    Attributes:
        head_seq, head_hash: end of the contract's chain that it was computed from.
    """

    kind: ClassVar[str] = "statement"
    clauses: ClassVar[tuple[str, ...]] = ("A-1-1", "A-5.1-2", "A-5.1-3", "A-5.1-8", "A-5.2-4")

    contract: Name
    month: Month
    language: Name
    head_seq: Seq
    head_hash: Hex
    priced: _BothProfiles
    html_digest: Hex
    pdf_digest: Hex | None = None
