"""What the guarantees are computed from. Instants are whole seconds since the epoch (UTC).

Two sources make these: a scenario file (``infogere sla simulate``) and the entries of one contract in the
record. Whatever computes from them sees no database, no clock and no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from infogere.terms.models import Terms
from infogere.terms.readings import Profile, Readings

Effect = Literal["interruption", "degradation"]
Cause = Literal["provider", "client", "third_party", "supplier", "planned"]


@dataclass(frozen=True, slots=True)
class Contract:
    """What one order form says, and the calendar that applies.

    Attributes:
        commissioned: start of the service and of its years (A-5.1-4); None: not delivered.
        monthly_fee: excluding VAT; None: unknown, and nothing can be priced (Q3).
        gtr_hours: None: no time to restore was sold (A-5.2-3).
        coverage: ``24x7``, or like ``Mon-Fri 09:00-18:00``; closed days are taken out of the latter (Q22).
        ready: when the acceptance checks passed, for the other reading of Q1; None: as ``commissioned``.
        vat_percent: only for amounts including VAT (Q29).
    """

    id: str
    commissioned: int | None
    zone: ZoneInfo
    monthly_fee: Decimal | None
    gtr_hours: int | None
    coverage: str | None
    closed_days: frozenset[date] = frozenset()
    ready: int | None = None
    vat_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, as its entries stand at the instant of the computation.

    Attributes:
        start: monitoring clock, first failing evidence; None: none was found.
        ticket: contract clock, the customer's earliest ticket (A-5.3-1); None: no ticket.
        restored: None: still open.
        cause: None: not attributed yet, which counts (Q11).
        contested: the customer contests the attribution and nobody has settled it: it counts (Q11).
        provider_opened: ticket opened by the provider (goodwill switch of Q27).
        emergency: caused by work outside a window; ``customer_informed`` says whether it was told in time (Q9).
        network_cut: the provider cut the network for a needed update (Q6).
    """

    id: str
    start: int | None
    ticket: int | None
    restored: int | None
    cause: Cause | None
    effect: Effect
    contested: bool = False
    provider_opened: int | None = None
    emergency: bool = False
    customer_informed: bool = False
    network_cut: bool = False
    server: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Works:
    """One announced interruption.

    Attributes:
        start, end: as the notice says.
        actual_start, actual_end: when they really began and ended; None: as announced. What lies outside
            the announced span counts (Q28).
        notice_sent: when a mail server accepted the notice; None: no proof, so nothing is excluded (A-5.5-3).
        in_slot: they took place in a maintenance slot that was agreed (Q28).
        emergency, customer_informed: as of an incident (Q9).
        servers: those that the notice names; none: every server of the contract.
    """

    id: str
    start: int
    end: int
    actual_end: int | None
    notice_sent: int | None
    actual_start: int | None = None
    in_slot: bool = False
    emergency: bool = False
    customer_informed: bool = False
    subject: str = ""
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """Monitoring changed its mind at ``at``; ``unknown`` is shown and never counted as down."""

    at: int
    probe: str
    state: Literal["up", "down", "unknown"]
    server: str


@dataclass(frozen=True)
class History:
    """Everything about one contract that its guarantees depend on, up to ``until`` (exclusive)."""

    contract: Contract
    incidents: tuple[Incident, ...]
    works: tuple[Works, ...]
    until: int
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True)
class Rules:
    """How it is computed: the contract's figures and one profile's readings."""

    terms: Terms
    readings: Readings
    profile: Profile
