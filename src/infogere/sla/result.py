"""What the computation of one month says: figures, their standing, and the steps that led to them.

Instants are whole seconds since the epoch, spans are half-open ``(start, end)``, durations whole seconds,
money Decimal with two places, percents Decimal. Nothing here computes; ``infogere.sla.compute`` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from infogere.terms.readings import Profile

Span = tuple[int, int]
Spans = tuple[Span, ...]
Figure = int | Decimal | str

_RATE_PLACES = Decimal("0.000001")

IncidentStanding = Literal[
    "counts",
    "counts-unattributed",
    "counts-contested",
    "degradation",
    "no-ticket",
    "no-evidence",
    "client",
    "third-party",
    "supplier",
    "emergency",
    "network-cut",
]
"""Why an incident counts or not. ``degradation`` is recorded with weight 0 (Q2); ``no-ticket``: the contract
clock never started (A-5.3-1); ``no-evidence``: a ticket alone proves nothing (A-5.4-1); the last five are
left out of unavailability."""

WorksStanding = Literal["planned", "agreed-slot", "emergency", "no-proof", "too-late"]
"""Why works are outside the guarantees (the first three) or not (A-5.5-1, A-5.5-3, Q9, Q28)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic.

    Attributes:
        key: stable name of the step, such as ``month.total`` or ``gtd.slices``, by which a statement words it
            in another language.
        clause: the clause that it applies; ``reading`` the question that settled a doubt, or empty.
        numbers: what the sentence needs, by name.
        text: the sentence in English.
    """

    key: str
    clause: str
    text: str
    numbers: Mapping[str, Figure]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Availability:
    """The terms of article 5.1 over a month or a service year.

    Attributes:
        start, end: the span itself; a month or year begins at commissioning at the earliest.
        total_s: seconds of it that are covered (Q22).
        planned_s: covered and validly announced works (A-5.5-3).
        unavailable_s: what counts against the provider.
        excluded_s: incidents that do not, such as the client's (A-5.1-6).
        unknown_s: monitoring did not know; shown, never counted.
        monitored_s: what ``unavailable_s`` would be on the monitoring clock (Q27); shown, never priced.
        numerator, denominator: of the rate (A-5.1-3).
        under: the rate is below the guaranteed one, compared as integers.
    """

    start: int
    end: int
    total_s: int
    planned_s: int
    unavailable_s: int
    excluded_s: int
    unknown_s: int
    monitored_s: int
    numerator: int
    denominator: int
    under: bool

    @property
    def rate(self) -> Decimal | None:
        """Percent with six places, for display alone; None where there is nothing to divide by."""
        if self.denominator == 0:
            return None
        exact = Decimal(self.numerator) * 100 / Decimal(self.denominator)
        return exact.quantize(_RATE_PLACES, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident that touches the month, or whose ticket was opened in it.

    Attributes:
        contract_clock: from the ticket (A-5.3-1) to restoration; None: it never ran.
        monitoring_clock: from the first failing evidence to restoration; None: no evidence.
        contract_s, monitoring_s: covered seconds of both inside the month, works taken out.
        counted_s: what it adds on its own to unavailability, or to what is left out; overlaps not yet taken out.
    """

    id: str
    standing: IncidentStanding
    contract_clock: Span | None
    monitoring_clock: Span | None
    contract_s: int
    monitoring_s: int
    counted_s: int
    open: bool


@dataclass(frozen=True, slots=True)
class WorksLine:
    """Works that touch the month: covered seconds of it left out, and counted (overrun, or no valid notice)."""

    id: str
    standing: WorksStanding
    planned_s: int
    counted_s: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where the seconds of the month are, for drawing; merged and in order, without overlaps in each."""

    covered: Spans
    unavailable: Spans
    planned: Spans
    excluded: Spans
    unknown: Spans


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month under one profile.

    Attributes:
        name: ``2024-06``.
        limit_s: most unavailability allowed in it, whole seconds (A-5.1-2).
        over_limit: more than that.
        breach: this month can be claimed: over its limit, or the year fell under its rate in it (Q20).
        complete: the month had ended when its incidents were read.
    """

    name: str
    availability: Availability
    limit_s: int
    over_limit: bool
    breach: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Year:
    """One service year that the month touches, up to the end of the month; ``total_s`` is the whole year's.

    Attributes:
        number: 1 for the year that began at commissioning (A-5.1-4).
        crossed_here: it fell under its rate during this month, which therefore pays for it (Q23).
    """

    number: int
    availability: Availability
    crossed_here: bool


@dataclass(frozen=True, slots=True)
class Gtd:
    """Availability penalty (A-5.1-8), after its own cap (A-5.1-9)."""

    slices: int
    percent: Decimal
    amount: Decimal
    capped: bool


@dataclass(frozen=True, slots=True)
class GtrLine:
    """Time-to-restore penalty of one incident (A-5.2-4); ``due`` is when the guaranteed time ended."""

    incident: str
    started: int
    due: int | None
    restored: int | None
    elapsed_s: int
    overrun_s: int
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the contract leaves to the order form and nobody wrote down (Q3)."""

    what: str
    clause: str
    way_out: str


@dataclass(frozen=True, slots=True)
class Gtr:
    """All GTR penalties of the month; ``percent`` after their own cap (A-5.2-7).

    Attributes:
        missing: what must be known first; the lines are then empty and nothing is priced.
    """

    lines: tuple[GtrLine, ...]
    percent: Decimal
    amount: Decimal
    capped: bool
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """What both guarantees come to together (Q24); ``capped``: a cap or the ban on paying twice took something off."""

    percent: Decimal
    amount: Decimal
    capped: bool


@dataclass(frozen=True)
class Result:
    """One month of one contract under one profile.

    Amounts are what could be claimed; nothing is owed until the customer asks (A-5.1-7, A-5.2-5).
    """

    contract: str
    profile: Profile
    terms: str
    month: Month
    years: tuple[Year, ...]
    gtd: Gtd
    gtr: Gtr
    total: Total
    incidents: tuple[IncidentLine, ...]
    works: tuple[WorksLine, ...]
    timeline: Timeline
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A switch on which two profiles disagree, and the value in each."""

    question: str
    switch: str
    customer: str | int
    provider: str | int


@dataclass(frozen=True)
class BothProfiles:
    """The same month under both profiles, which every statement shows side by side."""

    customer: Result
    provider: Result
    differences: tuple[Difference, ...]

    def of(self, profile: Profile) -> Result:
        return self.customer if profile == "customer" else self.provider
