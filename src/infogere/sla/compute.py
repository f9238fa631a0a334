"""One month of one contract: availability, breach, penalties, under one profile or both.

Pure: a history and rules in, a ``Result`` out. Article 5 of the terms as the readings Q20 to Q29 settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from infogere import terms as contract_terms
from infogere.errors import InfogereError
from infogere.sla import explain, intervals, penalties, periods, restore
from infogere.sla.availability import Ground, counted, guaranteed, measure
from infogere.sla.clocks import FULL_WEIGHT, Clocked
from infogere.sla.model import History, Rules
from infogere.sla.penalties import Price
from infogere.sla.periods import Period
from infogere.sla.prepared import Prepared
from infogere.sla.result import (
    BothProfiles,
    Difference,
    Gtr,
    IncidentLine,
    Missing,
    Month,
    Result,
    Span,
    Spans,
    Timeline,
    WorksLine,
    Year,
)
from infogere.terms.readings import PROFILES, Profile

SWITCHES = frozenset(
    {
        "amounts",
        "attribution",
        "breach_test",
        "caps",
        "clock_start",
        "commissioning",
        "degradation",
        "degradation_percent",
        "emergency_time",
        "gtr_bands",
        "gtr_coverage",
        "gtr_month",
        "incident_time",
        "network_cut_time",
        "planned_time",
        "restart_in_slot",
        "slice_base",
        "slice_rounding",
        "supplier_outage",
        "works_notice",
    }
)
"""The switches on which a computation of this room depends."""


def rules(profile: Profile, *, terms: Path | str | None = None, changes: Mapping[str, Any] | None = None) -> Rules:
    """The figures of the terms and the readings of a profile.

    Args:
        terms: a terms file or shipped version; None: the shipped default.
        changes: switches that the order form settles otherwise.
    """
    return Rules(contract_terms.load(terms), contract_terms.readings(profile, path=terms, changes=changes), profile)


def both(
    history: History, name: str, rules_of: Mapping[Profile, Rules], *, terms: Path | str | None = None
) -> BothProfiles:
    """A month under both profiles, and the switches of this room on which they disagree.

    Args:
        terms: the terms file that the rules were made from; None: the shipped default.
    """
    customer, provider = (month(history, name, rules_of[profile]) for profile in PROFILES)
    questions = contract_terms.readings_file(terms)
    values = [rules_of[profile].readings.model_dump(include=set(SWITCHES)) for profile in PROFILES]
    differ = [switch for switch in questions.differences() if switch in SWITCHES]
    return BothProfiles(
        customer,
        provider,
        tuple(
            Difference(questions.question_of(switch), switch, values[0][switch], values[1][switch])
            for switch in differ
            if values[0][switch] != values[1][switch]
        ),
    )


def month(history: History, name: str, rules: Rules) -> Result:
    """A calendar month such as ``2024-06``.

    Raises:
        InfogereError: something that the contract leaves to the order form is missing (Q3), or the month lies
            before commissioning. Missing GTR hours are no error: ``Result.gtr.missing`` says so.
    """
    return months(history, (name,), rules)[0]


def months(history: History, names: Iterable[str], rules: Rules) -> tuple[Result, ...]:
    """Several months; what they share is computed once."""
    prepared = Prepared(history, rules)
    return tuple(_computed(prepared, _span(prepared, name)) for name in names)


def _span(prepared: Prepared, name: str) -> Period:
    contract = prepared.history.contract
    whole = periods.month(name, contract.zone)
    if whole.end <= prepared.commissioned:
        began = periods.local(prepared.commissioned, contract.zone)
        raise InfogereError(
            f"contract {contract.id} was commissioned on {began:%Y-%m-%d at %H:%M}, after the month {name}",
            way_out="ask for that month or a later one",
            clause="A-5.1-4",
        )
    return Period(name, max(whole.start, prepared.commissioned), whole.end)


def _computed(prepared: Prepared, span: Period) -> Result:
    history, rules = prepared.history, prepared.rules
    price = Price.of(history.contract, rules)
    periods_of_service = prepared.years(span)
    where = prepared.ground(periods_of_service)
    years = tuple(_year(where, year, span, rules) for year in periods_of_service)
    own, limit = _month(where, span, years, history.until, rules)

    def slices(unavailable_s: int) -> int:
        return penalties.slices(unavailable_s, limit, rules) if own.breach else 0

    gtd = penalties.gtd(slices(own.availability.unavailable_s), price, rules)
    gtr = _gtr(prepared, span.name, price)
    total = penalties.total(gtd, gtr, price, rules, lambda paid: slices(prepared.unavailable_without(paid, span)))
    result = Result(
        contract=history.contract.id,
        profile=rules.profile,
        terms=rules.terms.version,
        month=own,
        years=years,
        gtd=gtd,
        gtr=gtr,
        total=total,
        incidents=tuple(_incidents(prepared, where, span)),
        works=tuple(_works(prepared, where, span)),
        timeline=_timeline(where, span),
        steps=(),
    )
    return replace(result, steps=explain.steps(result, history, rules))


def _month(where: Ground, span: Period, years: tuple[Year, ...], until: int, rules: Rules) -> tuple[Month, Fraction]:
    """The month, and the exact limit that slices may be counted from."""
    measured = measure(where, span.start, span.end, rules)
    by_rate = rules.readings.breach_test == "real-month"
    limit = Fraction(rules.terms.availability.monthly_limit.seconds)
    over = measured.unavailable_s > limit
    if by_rate:
        limit = (1 - guaranteed(rules)) * measured.denominator
        over = measured.under
    by_year = rules.readings.breach_test != "real-month" and any(year.crossed_here for year in years)
    by_month = rules.readings.breach_test != "year-only" and over
    breach = by_month or by_year
    return Month(span.name, measured, limit.__floor__(), over, breach, complete=until >= span.end), limit


def _year(where: Ground, year: Period, span: Period, rules: Rules) -> Year:
    """A service year up to the end of the month, and whether it fell under its rate in the month."""
    now = measure(where, year.start, year.end, rules, up_to=span.end)
    before = measure(where, year.start, year.end, rules, up_to=span.start)
    return Year(int(year.name), now, crossed_here=now.under and not before.under)


def _gtr(prepared: Prepared, month_name: str, price: Price) -> Gtr:
    if prepared.history.contract.gtr_hours is None:
        missing = Missing(
            f"the GTR hours of contract {prepared.history.contract.id}",
            prepared.rules.terms.restore_time.hours.clause,
            "write gtr_hours into the order form; the terms do not say them",
        )
        return penalties.gtr((), price, prepared.rules, missing)
    lines = restore.lines(month_name, prepared.incidents, prepared.guarantee, price, prepared.rules)
    return penalties.gtr(tuple(lines), price, prepared.rules, None)


def _incidents(prepared: Prepared, where: Ground, span: Period) -> Iterator[IncidentLine]:
    for clock in prepared.incidents:
        own_month = clock.ticket is not None and span.start <= clock.ticket < span.end
        clocks = [own for own in (clock.contract, clock.monitoring) if own]
        if not own_month and not any(own[0] < span.end and own[1] > span.start for own in clocks):
            continue
        yield IncidentLine(
            id=clock.incident.id,
            standing=clock.standing,
            contract_clock=clock.contract,
            monitoring_clock=clock.monitoring,
            contract_s=where.own_seconds(clock.contract, span.start, span.end),
            monitoring_s=where.own_seconds(clock.monitoring, span.start, span.end),
            counted_s=_counted(prepared, where, clock, span),
            open=clock.incident.restored is None,
        )


def _works(prepared: Prepared, where: Ground, span: Period) -> Iterator[WorksLine]:
    for job in prepared.works:
        parts = [*job.counted, *([job.planned] if job.planned else [])]
        if not any(start < span.end and end > span.start for start, end in parts):
            continue
        yield WorksLine(
            id=job.works.id,
            standing=job.standing,
            planned_s=_covered(where, job.planned, span),
            counted_s=sum(_counted_part(prepared, where, part, span) for part in job.counted),
        )


def _counted(prepared: Prepared, where: Ground, clock: Clocked, span: Period) -> int:
    if clock.contract is None or not (clock.against_provider or clock.left_out):
        return 0
    seconds = _counted_part(prepared, where, clock.contract, span, clock.incident.server) * clock.weight
    return (-(-seconds // FULL_WEIGHT)) if clock.against_provider else seconds // FULL_WEIGHT


def _counted_part(prepared: Prepared, where: Ground, part: Span, span: Period, server: str | None = None) -> int:
    counting = counted(part, server, prepared.rules, prepared.expiry)
    return sum(where.own_seconds(own, span.start, span.end) for own in counting)


def _covered(where: Ground, part: Span | None, span: Period) -> int:
    return where.covered.seconds(max(part[0], span.start), min(part[1], span.end)) if part else 0


def _timeline(where: Ground, span: Period) -> Timeline:
    def own(measured: intervals.Measured) -> Spans:
        return intervals.clip(measured.spans, span.start, span.end)

    return Timeline(
        covered=own(where.covered),
        unavailable=own(where.unavailable),
        planned=own(where.planned),
        excluded=own(where.excluded),
        unknown=own(where.unknown),
    )
