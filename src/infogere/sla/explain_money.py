"""The arithmetic of the penalties, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from infogere.sla.model import Contract, Rules
from infogere.sla.result import GtrLine, Result, Step
from infogere.sla.wording import both_ways, clock_time, plain, seconds, step


def steps(result: Result, contract: Contract, rules: Rules) -> Iterator[Step]:
    """From slices and bands to the total."""
    yield from _gtd(result, contract, rules)
    if result.gtr.missing is not None:
        gap = result.gtr.missing
        yield step("gtr.missing", gap.clause, f"no GTR penalty can be computed without {gap.what}: {gap.way_out}", "Q3")
    for line in result.gtr.lines:
        yield _gtr(line, contract, rules)
    if result.gtr.capped:
        cap = rules.terms.restore_time.cap
        yield step(
            "gtr.cap",
            cap.clause,
            f"all GTR penalties together: at most {plain(cap.percent)} % of the monthly amount",
            "Q24",
            cap_percent=cap.percent,
        )
    yield _total(result, contract, rules)


def _gtd(result: Result, contract: Contract, rules: Rules) -> Iterator[Step]:
    guarantee, gtd = rules.terms.availability, result.gtd
    if not result.month.breach:
        yield step("gtd.none", guarantee.penalty.clause, "no availability penalty: the guarantee was met", slices=0)
        return
    down = result.month.availability.unavailable_s
    base, what = down, seconds(down)
    if rules.readings.slice_base == "excess":
        base = max(0, down - result.month.limit_s)
        what = f"{seconds(base)} beyond the limit"
    length = guarantee.penalty.slice
    yield step(
        "gtd.slices",
        length.clause,
        f"{what} in slices of {length.minutes} min: {gtd.slices} {rules.readings.slice_rounding}",
        "Q23",
        base_s=base,
        slice_s=length.seconds,
        slices=gtd.slices,
    )
    each, uncapped = guarantee.penalty.percent, gtd.slices * guarantee.penalty.percent
    cap = f", at most {plain(guarantee.cap.percent)} %" if gtd.capped else ""
    yield step(
        "gtd.amount",
        guarantee.cap.clause if gtd.capped else guarantee.penalty.clause,
        f"{gtd.slices} x {plain(each)} % = {plain(uncapped)} %{cap}; of {contract.monthly_fee} EUR: {gtd.amount} EUR",
        "Q29",
        slices=gtd.slices,
        slice_percent=each,
        percent=gtd.percent,
        fee=contract.monthly_fee or 0,
        amount=gtd.amount,
    )


def _gtr(line: GtrLine, contract: Contract, rules: Rules) -> Step:
    hours = contract.gtr_hours or 0
    due = "never" if line.due is None else clock_time(line.due, contract.zone)
    ended = "still open after" if line.restored is None else "restored after"
    text = f"incident {line.incident}: {hours} h guaranteed, so due {due}; {ended} {both_ways(line.elapsed_s)}"
    if line.overrun_s:
        text += f", {both_ways(line.overrun_s)} late: {plain(line.percent)} %"
        text += f" of {contract.monthly_fee} EUR = {line.amount} EUR"
    else:
        text += ": in time"
    return step(
        "gtr.line",
        rules.terms.restore_time.bands[0].clause,
        text,
        "Q26",
        incident=line.incident,
        gtr_hours=hours,
        elapsed_s=line.elapsed_s,
        overrun_s=line.overrun_s,
        percent=line.percent,
        amount=line.amount,
    )


def _total(result: Result, contract: Contract, rules: Rules) -> Step:
    both = result.gtd.percent + result.gtr.percent
    text = f"{plain(result.gtd.percent)} % GTD + {plain(result.gtr.percent)} % GTR = {plain(both)} %"
    if result.total.percent < both:
        why = {
            "shared": "both together are capped",
            "no-cumulation": "no incident pays twice",
            "separate": "",
        }[rules.readings.caps]
        text += f", {why}: {plain(result.total.percent)} %"
    text += f"; of {contract.monthly_fee} EUR: {result.total.amount} EUR, due if the customer asks by ticket"
    return step(
        "total",
        rules.terms.availability.on_request_only.clause,
        text,
        "Q24",
        gtd_percent=result.gtd.percent,
        gtr_percent=result.gtr.percent,
        percent=result.total.percent,
        amount=result.total.amount,
    )
