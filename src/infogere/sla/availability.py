"""The terms of article 5.1: which seconds of a period are covered, planned, unavailable, left out or unknown.

A second belongs to one of them alone, in this order: planned works (A-5.5-3) before anything else, then what
counts against the provider, then what does not. So a second in which the provider's and the client's incident
overlap counts (the text is silent: read for the client), and it does so in both terms of the rate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from infogere.sla import intervals
from infogere.sla.clocks import FULL_WEIGHT, Clocked
from infogere.sla.coverage import Coverage
from infogere.sla.intervals import Measured
from infogere.sla.model import Probe, Rules
from infogere.sla.planned import Judged
from infogere.sla.result import Availability, Span, Spans

GtrExpiry = Callable[[int, str | None], int | None]
"""When the guaranteed time of a clock on a server (None: any), begun at an instant, is used up (Q22)."""


@dataclass(frozen=True)
class Ground:
    """Every second between two instants, sorted by what it counts as. ``part_*``: degradations that weigh less."""

    start: int
    end: int
    covered: Measured
    planned: Measured
    unavailable: Measured
    excluded: Measured
    part_unavailable: Measured
    part_excluded: Measured
    unknown: Measured
    monitored: Measured

    def own_seconds(self, span: Span | None, start: int, end: int) -> int:
        """Covered seconds of one clock between two instants, planned works taken out."""
        if span is None:
            return 0
        begin, close = max(span[0], start), min(span[1], end)
        return self.covered.seconds(begin, close) - self.planned.seconds(begin, close)


def ground(
    start: int,
    end: int,
    *,
    incidents: Iterable[Clocked],
    works: Iterable[Judged],
    unknown: Spans,
    coverage: Coverage,
    rules: Rules,
    expiry: GtrExpiry,
) -> Ground:
    """Sort the seconds between two instants."""
    whole: Spans = ((start, end),)
    # The other readings of Q22 put the ticket's window in the place of the calendar.
    in_calendar = rules.readings.gtr_coverage == "coverage-calendar"
    covered = coverage.spans(start, end) if in_calendar else whole
    incidents, works = tuple(incidents), tuple(works)
    planned = intervals.intersect(covered, _planned(incidents, works))
    rest = intervals.subtract(covered, planned)

    def take(spans: Iterable[Span]) -> Spans:
        nonlocal rest
        taken = intervals.intersect(rest, intervals.union(spans))
        rest = intervals.subtract(rest, taken)
        return taken

    def clocks(*, against: bool, full: bool) -> Iterator[Span]:
        for clock in incidents:
            due = clock.against_provider if against else clock.left_out
            if due and clock.weight and clock.contract and (clock.weight == FULL_WEIGHT) == full:
                yield from counted(clock.contract, clock.incident.server, rules, expiry)

    failing = [span for job in works for own in job.counted for span in counted(own, None, rules, expiry)]
    unavailable = take([*clocks(against=True, full=True), *failing])
    excluded = take(clocks(against=False, full=True))
    part_unavailable = take(clocks(against=True, full=False))
    part_excluded = take(clocks(against=False, full=False))
    seen = intervals.union([*failing, *_seen(incidents)])
    guaranteed_time = intervals.subtract(covered, planned)
    return Ground(
        start=start,
        end=end,
        covered=Measured(covered),
        planned=Measured(planned),
        unavailable=Measured(unavailable),
        excluded=Measured(excluded),
        part_unavailable=Measured(part_unavailable),
        part_excluded=Measured(part_excluded),
        unknown=Measured(intervals.intersect(guaranteed_time, unknown)),
        monitored=Measured(intervals.intersect(guaranteed_time, seen)),
    )


def _planned(incidents: Iterable[Clocked], works: tuple[Judged, ...]) -> Spans:
    """Planned time, less that in which another server of the contract failed on its own account."""
    everything = left_out(works, None)
    exposed = [
        span
        for clock in incidents
        if clock.against_provider and clock.weight == FULL_WEIGHT and clock.contract and clock.incident.server
        for span in intervals.subtract(intervals.union([clock.contract]), left_out(works, clock.incident.server))
    ]
    return intervals.subtract(everything, intervals.union(exposed))


def left_out(works: Iterable[Judged], server: str | None) -> Spans:
    """Time of works that is outside the guarantees of one server; None: of any."""
    return intervals.union(job.planned for job in works if job.planned and job.concerns(server))


def counted(clock: Span, server: str | None, rules: Rules, expiry: GtrExpiry) -> Iterator[Span]:
    """What of an interruption is incident time under Q22: all of it, or what is left after the GTR."""
    if rules.readings.gtr_coverage != "after-gtr":
        yield clock
        return
    expired = expiry(clock[0], server)
    if expired is not None and expired < clock[1]:
        yield expired, clock[1]


def _seen(incidents: Iterable[Clocked]) -> Iterator[Span]:
    """What would count if monitoring started the clock: also where no ticket was ever opened (Q27)."""
    for clock in incidents:
        if (clock.against_provider or clock.standing == "no-ticket") and clock.weight and clock.monitoring:
            yield clock.monitoring


def measure(where: Ground, start: int, end: int, rules: Rules, *, up_to: int | None = None) -> Availability:
    """The terms over ``[start, end)``, which lies on the ground.

    Args:
        up_to: what happened from it on is left out, while the total stays that of the whole period.
    """
    seen = end if up_to is None else min(up_to, end)
    total = where.covered.seconds(start, end)
    planned = where.planned.seconds(start, seen)
    weight = rules.readings.degradation_percent
    # A part of a second is rounded for the client: up where it counts, down where it is left out.
    unavailable = where.unavailable.seconds(start, seen)
    unavailable -= -where.part_unavailable.seconds(start, seen) * weight // FULL_WEIGHT
    excluded = where.excluded.seconds(start, seen)
    excluded += where.part_excluded.seconds(start, seen) * weight // FULL_WEIGHT
    base = total if rules.readings.planned_time == "left-in-total" else total - planned
    denominator = base - excluded
    numerator = denominator - unavailable
    if rules.readings.incident_time == "provider-only":
        # This numerator keeps the client's incidents, and may exceed the denominator: never above the whole (Q21).
        numerator = min(base - unavailable, denominator)
    return Availability(
        start=start,
        end=end,
        total_s=total,
        planned_s=planned,
        unavailable_s=unavailable,
        excluded_s=excluded,
        unknown_s=where.unknown.seconds(start, seen),
        monitored_s=where.monitored.seconds(start, seen),
        numerator=numerator,
        denominator=denominator,
        under=numerator < guaranteed(rules) * denominator,
    )


def guaranteed(rules: Rules) -> Fraction:
    """The guaranteed rate (A-5.1-2) as an exact share of one."""
    return Fraction(rules.terms.availability.rate.percent) / 100


def unknown_spans(probes: Iterable[Probe], until: int) -> Spans:
    """When at least one probe did not know; the last word of a probe holds until ``until``."""
    since: dict[tuple[str, str], int] = {}
    found: list[Span] = []
    for probe in sorted(probes, key=lambda probe: probe.at):
        key = (probe.server, probe.probe)
        began = since.pop(key, None)
        if began is not None:
            found.append((began, probe.at))
        if probe.state == "unknown":
            since[key] = probe.at
    found += [(began, until) for began in since.values()]
    return intervals.union(found)
