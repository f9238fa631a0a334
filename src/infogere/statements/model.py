"""What a statement says, without words: figures, names and instants in the order of the page.

Built by ``infogere.statements.build`` from one contract's entries, put into words and pictures by
``infogere.statements.render``. Instants and spans are whole seconds since the epoch; days are calendar days
in the contract's zone; texts are hostile (they come from tickets, servers and inventories).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from infogere.sla.model import Cause, Effect
from infogere.sla.result import BothProfiles, IncidentStanding, Result, Span, WorksStanding
from infogere.statements.rows import (
    Backups,
    ChoiceRow,
    Claim,
    EmergencyRow,
    MaintenanceRun,
    RebootRow,
    SupportTime,
    UpdateRow,
)
from infogere.terms.readings import Profile

CellState = Literal["kept", "breach", "running", "to-come"]


@dataclass(frozen=True)
class Head:
    """Whom it is about, and which month.

    Attributes:
        month: first day of it.
        known_until: end of what was known: the month's end, or the present instant of a month that runs.
        fee: monthly amount excluding VAT; None: not on record, nothing can be priced (Q3).
        guaranteed: availability rate (A-5.1-2); ``slice_percent`` of the fee is the price of a slice (A-5.1-8).
        profile: readings in force; the other profile stands beside it.
        example: made from the shipped scenario, about nobody.
    """

    provider: str
    customer: str
    contract: str
    level: str | None
    servers: tuple[str, ...]
    terms: str
    zone: ZoneInfo
    month: date
    start: int
    end: int
    known_until: int
    commissioned: int
    fee: Decimal | None
    gtr_hours: int | None
    coverage: str | None
    guaranteed: Decimal
    slice_percent: Decimal
    profile: Profile
    example: bool = False

    @property
    def provisional(self) -> bool:
        return self.known_until < self.end

    def zone_day(self, at: int) -> date:
        """The calendar day of an instant, for the customer."""
        return datetime.fromtimestamp(at, self.zone).date()


@dataclass(frozen=True, slots=True)
class YearCell:
    """One month of the service year; ``unavailable_s`` against ``limit_s``. Figures are None before it comes."""

    month: date
    state: CellState
    rate: Decimal | None
    unavailable_s: int
    limit_s: int
    current: bool


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident of the month.

    Attributes:
        number: as on the timeline.
        span: what the timeline shows of it, on the clock that counts for it; None: nothing inside the month.
        started, ticket_at, restored: monitoring clock, contract clock, end of both.
        contract_s, monitoring_s: seconds of each clock inside the month.
        contested_by: who contests the attribution while nobody has settled it; empty: nobody.
        clause: the clause behind ``standing``.
        choices: refused and delayed updates that it is linked to.
    """

    number: int
    id: str
    summary: str
    server: str | None
    effect: Effect
    standing: IncidentStanding
    clause: str
    span: Span | None
    started: int | None
    ticket: str | None
    ticket_at: int | None
    restored: int | None
    contract_s: int
    monitoring_s: int
    cause: Cause | None
    party: str | None
    evidence: str | None
    contested_by: str
    contest_reason: str
    problem: str | None
    root_cause: str | None
    choices: tuple[ChoiceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class WorksRow:
    """One announced interruption that touches the month; see ``infogere.sla.result.WorksLine``.

    Attributes:
        measured: the service, where nobody announced it: a run measured that it did not answer.
    """

    id: str
    subject: str
    measured: str | None
    servers: tuple[str, ...]
    start: int
    end: int
    actual_end: int | None
    notice_sent: int | None
    standing: WorksStanding
    clause: str
    planned_s: int
    counted_s: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The end of the contract's chain that the statement was computed from.

    Attributes:
        recorded: when that entry was written.
        key: public key of the last signed checkpoint before that entry, hex; None: there was none yet.
        checkpoint: its ``SIZE:ROOT``, against which a later export proves itself a continuation.
    """

    contract_seq: int
    seq: int
    hash: str
    recorded: int
    key: str | None
    checkpoint: str | None


@dataclass(frozen=True)
class Statement:
    """The whole page.

    Attributes:
        alone: by switch on which the profiles differ, the customer's total if it alone were read as the provider does.
    """

    head: Head
    both: BothProfiles
    alone: Mapping[str, Decimal]
    year: tuple[YearCell, ...]
    incidents: tuple[IncidentRow, ...]
    works: tuple[WorksRow, ...]
    runs: tuple[MaintenanceRun, ...]
    updates: tuple[UpdateRow, ...]
    reboots: tuple[RebootRow, ...]
    emergencies: tuple[EmergencyRow, ...]
    backups: Backups
    claims: tuple[Claim, ...]
    time: SupportTime
    proof: Proof

    @property
    def result(self) -> Result:
        """Under the profile in force."""
        return self.both.of(self.head.profile)
