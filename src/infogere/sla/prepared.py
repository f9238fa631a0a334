"""A history under rules, with everything that its months share: clocks, judged works, covered seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from infogere.errors import InfogereError
from infogere.sla import coverage as hours
from infogere.sla import planned, restore
from infogere.sla.availability import Ground, ground, left_out, measure, unknown_spans
from infogere.sla.clocks import Clocked, clocked
from infogere.sla.coverage import Coverage
from infogere.sla.model import History, Rules
from infogere.sla.penalties import band
from infogere.sla.periods import Period, service_years
from infogere.sla.planned import Judged
from infogere.sla.restore import Guarantee
from infogere.sla.result import Spans


@dataclass(frozen=True)
class Prepared:
    """Computed once, asked for every month."""

    history: History
    rules: Rules
    _grounds: dict[tuple[int, int], Ground] = field(default_factory=dict, compare=False, repr=False)
    _guarantees: dict[str | None, Guarantee] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def commissioned(self) -> int:
        """When the service and its years began (A-5.1-4, Q1).

        Raises:
            InfogereError: nobody said.
        """
        contract = self.history.contract
        at = contract.commissioned
        if self.rules.readings.commissioning == "ready" and contract.ready is not None:
            at = contract.ready
        if at is None:
            raise InfogereError(
                f"contract {contract.id} has no commissioning date, and the guarantees run from it",
                way_out="deliver its server (infogere deliver), or write commissioning_date in its order form",
                clause="A-5.1-4",
            )
        return at

    @cached_property
    def incidents(self) -> tuple[Clocked, ...]:
        return tuple(
            clocked(incident, self.rules.readings, commissioned=self.commissioned, until=self.history.until)
            for incident in self.history.incidents
        )

    @cached_property
    def works(self) -> tuple[Judged, ...]:
        return tuple(planned.judged(job, self.rules, self.history.contract.zone) for job in self.history.works)

    @cached_property
    def coverage(self) -> Coverage:
        contract = self.history.contract
        return Coverage(hours.parse(contract.coverage), contract.zone, contract.closed_days)

    def guarantee(self, server: str | None) -> Guarantee:
        """The GTR of a server; of no time at all where none was sold, so that nothing is taken off for it (Q22)."""
        if server not in self._guarantees:
            out = left_out(self.works, server)
            self._guarantees[server] = Guarantee.of(self.history.contract.gtr_hours or 0, self.coverage, out)
        return self._guarantees[server]

    def expiry(self, start: int, server: str | None) -> int | None:
        """When the guaranteed time of a clock is used up."""
        return self.guarantee(server).due(start)

    def years(self, span: Period) -> tuple[Period, ...]:
        """The service years that a month touches."""
        return tuple(service_years(self.commissioned, self.history.contract.zone, span.start, span.end))

    def ground(self, years: tuple[Period, ...]) -> Ground:
        """The sorted seconds of these service years."""
        bounds = years[0].start, years[-1].end
        if bounds not in self._grounds:
            self._grounds[bounds] = self._sorted(bounds, self.incidents)
        return self._grounds[bounds]

    def unavailable_without(self, paid: frozenset[str], span: Period) -> int:
        """Unavailable seconds of a month that are left once some incidents are taken out (Q24).

        Incidents whose GTR belongs to another month are taken out as well: they were priced there.
        """
        left = [
            clock
            for clock in self.incidents
            if clock.incident.id not in paid and not self._priced_elsewhere(clock, span)
        ]
        where = self._sorted((span.start, span.end), left)
        return measure(where, span.start, span.end, self.rules).unavailable_s

    def _priced_elsewhere(self, clock: Clocked, span: Period) -> bool:
        if clock.contract is None or clock.incident.effect != "interruption" or not clock.against_provider:
            return False
        overrun = self.guarantee(clock.incident.server).overrun(*clock.contract)
        month = restore.paying_month(clock, self.rules, self.history.contract.zone)
        sold = self.history.contract.gtr_hours is not None
        return sold and month not in {None, span.name} and band(overrun, self.rules) > 0

    def _sorted(self, bounds: tuple[int, int], incidents: Iterable[Clocked]) -> Ground:
        start, end = bounds
        return ground(
            start,
            end,
            incidents=incidents,
            works=self.works,
            unknown=self._unknown,
            coverage=self.coverage,
            rules=self.rules,
            expiry=self.expiry,
        )

    @cached_property
    def _unknown(self) -> Spans:
        return unknown_spans(self.history.probes, self.history.until)
