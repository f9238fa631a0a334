"""The arithmetic of a result, line by line: clause, reading, numbers, and a sentence that a customer can follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from infogere.sla import explain_money
from infogere.sla.coverage import ALWAYS
from infogere.sla.model import Contract, History, Rules, Works
from infogere.sla.result import (
    Availability,
    IncidentLine,
    IncidentStanding,
    Result,
    Step,
    WorksLine,
    WorksStanding,
    Year,
)
from infogere.sla.wording import both_ways, clock_time, plain, seconds, step

_INCIDENTS: Mapping[IncidentStanding, tuple[str, str, str]] = {
    # standing: (clause, reading, what follows from it)
    "counts": ("A-5.3-1", "Q27", "counts"),
    "counts-unattributed": ("A-5.1-6", "Q11", "counts, nobody having shown another cause"),
    "counts-contested": ("A-5.1-6", "Q11", "counts as long as the contest of its cause is not settled"),
    "degradation": ("A-2-2", "Q2", "a degradation, recorded with weight 0"),
    "no-ticket": ("A-5.3-1", "Q27", "no ticket from the customer: the contract clock never started"),
    "no-evidence": ("A-5.4-1", "Q11", "a ticket alone proves nothing: it waits for evidence or a cause"),
    "client": ("A-5.1-6", "Q21", "left out, caused by the client"),
    "third-party": ("A-5.1-6", "Q21", "left out, caused by an authorised third party"),
    "supplier": ("A-2-11", "Q5", "left out, caused by a supplier"),
    "emergency": ("A-5.2-2", "Q9", "left out, emergency work of which the customer was told"),
    "network-cut": ("A-3.1.4-1", "Q6", "left out, a network cut for a needed update"),
}
_WORKS: Mapping[WorksStanding, tuple[str, str]] = {
    # standing: (clause, what the notice is worth)
    "planned": ("A-5.5-3", "announced in time"),
    "agreed-slot": ("A-5.5-3", "in an agreed slot"),
    "emergency": ("A-5.2-2", "emergency work of which the customer was told"),
    "no-proof": ("A-5.5-1", "no proof of a notice"),
    "too-late": ("A-5.5-1", "announced too late"),
}


def steps(result: Result, history: History, rules: Rules) -> tuple[Step, ...]:
    """Every step from the length of the month to the total."""
    return tuple(_availability(result, history, rules)) + tuple(explain_money.steps(result, history.contract, rules))


def _availability(result: Result, history: History, rules: Rules) -> Iterator[Step]:
    month, contract = result.month.availability, history.contract
    yield _total(result, contract)
    announced = {job.id: job for job in history.works}
    for job in result.works:
        yield _works(job, announced[job.id], contract, rules)
    for line in result.incidents:
        yield _incident(line, contract)
    yield step(
        "month.unavailable",
        "A-5.1-3",
        f"unavailable, every second once however many incidents overlap: {both_ways(month.unavailable_s)}",
        "Q21",
        unavailable_s=month.unavailable_s,
    )
    if month.monitored_s != month.unavailable_s:
        yield step(
            "month.monitored",
            "A-5.3-1",
            f"by the monitoring clock it would be {both_ways(month.monitored_s)}; shown, not priced",
            "Q27",
            monitored_s=month.monitored_s,
        )
    if month.unknown_s:
        yield step(
            "month.unknown",
            "A-5.4-1",
            f"monitoring did not know for {both_ways(month.unknown_s)}; shown, never counted as down",
            unknown_s=month.unknown_s,
        )
    yield _rate("month", f"month {result.month.name}", month, rules)
    yield _limit(result, rules)
    for year in result.years:
        yield from _year(year, contract, rules)
    yield _breach(result)


def _total(result: Result, contract: Contract) -> Step:
    month = result.month.availability
    span = f"{clock_time(month.start, contract.zone)} to {clock_time(month.end, contract.zone)}"
    length = month.end - month.start
    what = f"{result.month.name}, {span}"
    if month.total_s == length:
        return step("month.total", "A-5.1-4", f"{what}: {both_ways(length)}", total_s=length)
    covered = contract.coverage or ALWAYS
    return step(
        "month.covered",
        "A-5.1-5",
        f"{what}: {seconds(length)}, of which {covered} less closed days covers {both_ways(month.total_s)}",
        "Q22",
        coverage=covered,
        length_s=length,
        total_s=month.total_s,
    )


def _works(line: WorksLine, works: Works, contract: Contract, rules: Rules) -> Step:
    clause, worth = _WORKS[line.standing]
    notice = rules.terms.planned_works.notice
    sent = "never" if works.notice_sent is None else clock_time(works.notice_sent, contract.zone)
    if line.standing in {"planned", "too-late"}:
        worth = f"notice of {sent}, {worth} (at least {notice.days} calendar days before)"
    text = f"works {line.id}, {clock_time(works.start, contract.zone)}: {worth}"
    if line.planned_s:
        text += f"; {both_ways(line.planned_s)} left out as planned"
    if line.counted_s:
        what = "outside the announced time " if line.standing == "planned" else ""
        text += f"; {both_ways(line.counted_s)} {what}counted"
    return step(
        f"works.{line.standing}",
        clause,
        text,
        "Q28",
        id=line.id,
        notice_days=notice.days,
        planned_s=line.planned_s,
        counted_s=line.counted_s,
    )


def _incident(line: IncidentLine, contract: Contract) -> Step:
    clause, reading, follows = _INCIDENTS[line.standing]
    text = f"incident {line.id}: {follows}"
    if line.contract_clock is not None:
        begin, end = (clock_time(at, contract.zone) for at in line.contract_clock)
        text += f"; ticket and evidence from {begin}, {'still open at' if line.open else 'restored'} {end}"
        text += f", in this month {both_ways(line.contract_s)}"
        if line.counted_s not in {0, line.contract_s}:
            text += f", of which {both_ways(line.counted_s)} weigh"
    if line.monitoring_s != line.contract_s:
        text += f" (monitoring clock: {both_ways(line.monitoring_s)})"
    return step(
        f"incident.{line.standing}",
        clause,
        text,
        reading,
        id=line.id,
        contract_s=line.contract_s,
        monitoring_s=line.monitoring_s,
        counted_s=line.counted_s,
    )


def _rate(key: str, what: str, terms: Availability, rules: Rules) -> Step:
    kept = rules.readings.planned_time == "left-in-total"
    planned = 0 if kept else terms.planned_s
    base = f"{terms.total_s:,}" + (f" - {planned:,} planned" if planned else "")
    below = base + (f" - {terms.excluded_s:,} left out" if terms.excluded_s else "")
    above = below + f" - {terms.unavailable_s:,} unavailable"
    if rules.readings.incident_time == "provider-only":
        above = f"{base} - {terms.unavailable_s:,} unavailable, at most the whole"
    divisor = f"({below})" if " " in below else below
    result = "no guaranteed time" if terms.rate is None else f"{terms.rate} %"
    return step(
        f"{key}.rate",
        "A-5.1-3",
        f"{what}: ({above}) / {divisor} = {terms.numerator:,} / {terms.denominator:,} = {result}",
        "Q21",
        total_s=terms.total_s,
        planned_s=planned,
        excluded_s=terms.excluded_s,
        unavailable_s=terms.unavailable_s,
        numerator=terms.numerator,
        denominator=terms.denominator,
        rate="" if terms.rate is None else str(terms.rate),
    )


def _limit(result: Result, rules: Rules) -> Step:
    month = result.month
    down = month.availability.unavailable_s
    word = "more than" if month.over_limit else "not more than"
    applies = "" if rules.readings.breach_test != "year-only" else "; only the year is judged under this reading"
    return step(
        "month.limit",
        "A-5.1-2",
        f"{seconds(down)} are {word} the limit of {both_ways(month.limit_s)} a month{applies}",
        "Q20",
        unavailable_s=down,
        limit_s=month.limit_s,
        over=int(month.over_limit),
    )


def _year(year: Year, contract: Contract, rules: Rules) -> Iterator[Step]:
    terms = year.availability
    span = f"{clock_time(terms.start, contract.zone)} to {clock_time(terms.end, contract.zone)}"
    yield _rate("year", f"service year {year.number} so far, {span}", terms, rules)
    rate = plain(rules.terms.availability.rate.percent)
    judged = f"under {rate} %" if terms.under else f"not under {rate} %"
    where = ""
    if terms.under:
        where = ", first in this month, which pays for it" if year.crossed_here else ", since an earlier month"
    yield step(
        "year.judged",
        "A-5.1-4",
        f"service year {year.number} is {judged}{where}",
        "Q20",
        number=year.number,
        rate=Decimal(rules.terms.availability.rate.percent),
        under=int(terms.under),
        crossed_here=int(year.crossed_here),
    )


def _breach(result: Result) -> Step:
    key = "month.breach" if result.month.breach else "month.met"
    text = "the availability guarantee was missed" if result.month.breach else "the availability guarantee was met"
    return step(key, "A-5.1-2", f"{result.month.name}: {text}", "Q20", breach=int(result.month.breach))
