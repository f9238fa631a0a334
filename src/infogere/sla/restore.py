"""Time to restore (articles 5.2 and 5.3): how long the service took to come back, in covered seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from infogere.sla import intervals
from infogere.sla.clocks import Clocked
from infogere.sla.coverage import Coverage
from infogere.sla.intervals import Measured
from infogere.sla.model import Rules
from infogere.sla.penalties import Price, band
from infogere.sla.periods import month_of
from infogere.sla.result import GtrLine, Spans

_HOUR = 3600
_FIRST_STEP = int(timedelta(days=7).total_seconds())
# Each step is twice the one before, so these are some twenty years; a coverage of closed days alone never ends.
_STEPS = 10


@dataclass(frozen=True)
class Guarantee:
    """The guaranteed time of one contract. Its clock stands still outside the coverage and during planned works."""

    seconds: int
    coverage: Coverage
    planned: Spans

    @classmethod
    def of(cls, hours: int, coverage: Coverage, planned: Spans) -> Guarantee:
        return cls(hours * _HOUR, coverage, planned)

    def elapsed(self, start: int, end: int) -> int:
        """Seconds of the guarantee's clock between two instants."""
        return intervals.total(self._running(start, end))

    def overrun(self, start: int, end: int) -> int:
        """Seconds of its clock beyond the guaranteed time."""
        return max(0, self.elapsed(start, end) - self.seconds)

    def due(self, start: int) -> int | None:
        """The instant at which the guaranteed time is used up; None: never, nothing is covered."""
        left, at, step = self.seconds, start, _FIRST_STEP
        for _ in range(_STEPS):
            running = Measured(self._running(at, at + step))
            found = running.after(at, left)
            if found is not None:
                return found
            left -= running.seconds(at, at + step)
            at, step = at + step, 2 * step
        return None

    def _running(self, start: int, end: int) -> Spans:
        return intervals.subtract(self.coverage.spans(start, end), self.planned)


def lines(
    month: str, incidents: tuple[Clocked, ...], of_server: Callable[[str | None], Guarantee], price: Price, rules: Rules
) -> Iterator[GtrLine]:
    """Incidents whose GTR penalty belongs to a month: interruptions that count, with a ticket (A-5.2-3)."""
    for clock in incidents:
        if clock.incident.effect != "interruption" or not clock.against_provider or clock.contract is None:
            continue
        guarantee = of_server(clock.incident.server)
        if paying_month(clock, rules, guarantee.coverage.zone) != month:
            continue
        start, end = clock.contract
        overrun = guarantee.overrun(start, end)
        percent = band(overrun, rules)
        yield GtrLine(
            incident=clock.incident.id,
            started=start,
            due=guarantee.due(start),
            restored=clock.incident.restored,
            elapsed_s=guarantee.elapsed(start, end),
            overrun_s=overrun,
            percent=percent,
            amount=price.share(percent),
        )


def paying_month(clock: Clocked, rules: Rules, zone: ZoneInfo) -> str | None:
    """The month that pays for an incident (Q29); None: that of its restoration, which is still to come."""
    at = clock.ticket if rules.readings.gtr_month == "ticket" else clock.incident.restored
    return None if at is None else month_of(at, zone)
