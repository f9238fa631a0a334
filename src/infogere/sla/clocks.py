"""When an incident counts: its two clocks (A-5.3-1, A-5.3-2) and its standing under the readings.

The contract clock runs from the later of ticket and first failing evidence (Q27). The monitoring clock runs
from the first failing evidence; it is shown beside the other and never priced.
"""

from __future__ import annotations

from dataclasses import dataclass

from infogere.errors import InfogereError
from infogere.sla.model import Incident
from infogere.sla.result import IncidentStanding, Span
from infogere.terms.readings import Readings

COUNTING = frozenset[IncidentStanding]({"counts", "counts-unattributed", "counts-contested"})
EXCLUDED = frozenset[IncidentStanding]({"client", "third-party", "supplier", "emergency", "network-cut"})
FULL_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Clocked:
    """An incident with its clocks.

    Attributes:
        ticket: what starts the contract clock, commissioning at the earliest; None: nothing did.
        contract, monitoring: spans, from commissioning at the earliest; None: that clock never ran.
        weight: percent of its seconds that count; 0 for a degradation that is only recorded (Q2).
    """

    incident: Incident
    standing: IncidentStanding
    ticket: int | None
    contract: Span | None
    monitoring: Span | None
    weight: int

    @property
    def against_provider(self) -> bool:
        return self.standing in COUNTING

    @property
    def left_out(self) -> bool:
        return self.standing in EXCLUDED


def clocked(incident: Incident, readings: Readings, *, commissioned: int, until: int) -> Clocked:
    """The clocks of an incident; one that is still open runs until ``until``."""
    ticket = _ticket(incident, readings, commissioned)
    evidence = incident.start
    end = until if incident.restored is None else incident.restored
    return Clocked(
        incident=incident,
        standing=_standing(incident, ticket, readings),
        ticket=ticket,
        contract=None if ticket is None else _span(ticket if evidence is None else max(ticket, evidence), end),
        monitoring=None if evidence is None else _span(max(evidence, commissioned), end),
        weight=_weight(incident, readings),
    )


def _span(begin: int, end: int) -> Span:
    # A ticket opened after restoration starts a clock that has already stopped.
    return begin, max(begin, end)


def _ticket(incident: Incident, readings: Readings, commissioned: int) -> int | None:
    opened = [incident.ticket]
    if readings.clock_start == "provider-incident-too":
        opened.append(incident.provider_opened)
    return min((max(at, commissioned) for at in opened if at is not None), default=None)


def _standing(incident: Incident, ticket: int | None, readings: Readings) -> IncidentStanding:
    if incident.effect == "degradation" and readings.degradation == "recorded-only":
        return "degradation"
    excluded = _excluded(incident, readings)
    contested = incident.contested and readings.attribution == "contestable-entry"
    if excluded and not contested:
        return excluded
    if ticket is None:
        return "no-ticket"
    if incident.start is None and incident.cause is None:
        # A ticket alone proves neither the incident nor the fault (A-5.4-1); an attribution admits both.
        return "no-evidence"
    if excluded:
        return "counts-contested"
    return "counts-unattributed" if incident.cause is None else "counts"


def _excluded(incident: Incident, readings: Readings) -> IncidentStanding | None:
    if incident.cause == "client":
        return "client"
    if incident.cause == "third_party":
        return "third-party"
    if incident.cause == "supplier" and readings.supplier_outage == "excluded":
        return "supplier"
    informed = incident.emergency and incident.customer_informed
    if informed and readings.emergency_time == "excluded-when-informed":
        return "emergency"
    if incident.network_cut and readings.network_cut_time == "excluded":
        return "network-cut"
    return None


def _weight(incident: Incident, readings: Readings) -> int:
    if incident.effect == "interruption" or readings.degradation == "counts":
        return FULL_WEIGHT
    if readings.degradation == "recorded-only":
        return 0
    if not readings.degradation_percent:
        raise InfogereError(
            "the weight of a degradation is not known",
            way_out="set degradation_percent beside degradation: weighted in the readings of the order form",
            clause="A-2-2",
        )
    return readings.degradation_percent
