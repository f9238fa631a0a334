"""Sentences that depend on figures: the verdict, what may be claimed, the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from infogere.sla.result import Figure, Result, Step
from infogere.statements.language import Language
from infogere.statements.model import Head, Statement

IN_TABLES = ("incident.", "works.")
"""Keys of steps that the tables of incidents and works say better."""

_MINUTE = 60
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # as order forms write them


def kept(statement: Statement) -> bool:
    """Neither guarantee was missed."""
    return not statement.result.month.breach and not _overruns(statement.result)


def verdict(statement: Statement, reader: Language) -> str:
    """One sentence on the availability of the month, under the reading in force."""
    head, month = statement.head, statement.result.month
    rate = month.availability.rate
    values = {"month": reader.month(head.month), "guaranteed": reader.percent(head.guaranteed)}
    if rate is None:
        return reader.say("verdict_empty", **values)
    if month.breach and not month.over_limit:
        return reader.say("verdict_breach_year", **values)
    if month.breach:
        unavailable, limit = (reader.duration(span) for span in (month.availability.unavailable_s, month.limit_s))
        return reader.say("verdict_breach", unavailable=unavailable, limit=limit, **values)
    key = "verdict_kept_so_far" if head.provisional else "verdict_kept"
    return reader.say(key, rate=reader.percent(rate), **values)


def remarks(statement: Statement, reader: Language) -> Iterator[str]:
    """What else a customer must know at once."""
    both, result = statement.both, statement.result
    if overruns := _overruns(result):
        yield reader.count("remark_gtr", overruns)
    if contested := sum(row.standing == "counts-contested" for row in statement.incidents):
        yield reader.count("remark_contested", contested)
    for claim in statement.claims:
        yield reader.say("remark_claimed", claim=claim.id, state=reader.say(f"claim_{claim.state}"))
    if result.total.amount and not statement.claims:
        yield reader.say("remark_claim", amount=reader.money(result.total.amount))
    if both.customer.total.amount != both.provider.total.amount:
        amount, other = (reader.money(one.total.amount) for one in (both.provider, both.customer))
        yield reader.say("remark_other", amount=amount, other=other)


def _overruns(result: Result) -> int:
    return sum(line.overrun_s > 0 for line in result.gtr.lines)


def coverage(bought: str | None, reader: Language) -> str:
    """The hours in which the time to restore runs, as bought (Q22)."""
    if bought is None or bought == "24x7":
        return reader.say("coverage_24x7")
    days, _, hours = bought.partition(" ")
    for number, day in enumerate(_DAYS):
        days = days.replace(day, str(reader.style["short_days"][number]))
    return f"{days.replace('-', ' – ')} {hours.replace('-', ' – ')}"


def gtd(result: Result, head: Head, reader: Language) -> str:
    """``2 slices × 2.5% = 5%``."""
    if not result.gtd.slices:
        return reader.say("gtd_nothing")
    return reader.count(
        "gtd_capped" if result.gtd.capped else "gtd_words",
        result.gtd.slices,
        share=reader.percent(head.slice_percent),
        percent=reader.percent(plain(result.gtd.percent)),
    )


def gtr(result: Result, reader: Language) -> Iterator[str]:
    """One line per incident that overran."""
    if result.gtr.missing:
        yield reader.say("gtr_not_sold")
        return
    late = [line for line in result.gtr.lines if line.overrun_s]
    for line in late:
        overrun, percent = reader.duration(line.overrun_s), reader.percent(plain(line.percent))
        yield reader.say("gtr_line", incident=line.incident, overrun=overrun, percent=percent)
    if result.gtr.capped:
        yield reader.say("gtr_capped", percent=reader.percent(plain(result.gtr.percent)))
    if not late:
        yield reader.say("gtr_nothing")


def step(line: Step, reader: Language) -> str:
    """One line of the arithmetic."""
    values = {name: _value(name, figure, reader) for name, figure in line.numbers.items()}
    return reader.steps[line.key + _variant(line)].format(**values)


def _variant(line: Step) -> str:
    numbers = line.numbers
    match line.key:
        case "month.limit" if numbers["over"]:
            return ".over"
        case "year.judged" if numbers["crossed_here"]:
            return ".crossed"
        case "year.judged" if numbers["under"]:
            return ".under"
        case "gtr.line" if numbers["overrun_s"]:
            return ".late"
        case _:
            return ""


def _value(name: str, figure: Figure, reader: Language) -> str:
    """A number of the arithmetic as its name says that it is one."""
    if isinstance(figure, str):
        return _text(name, figure, reader)
    if name in {"fee", "amount"}:
        return reader.money(Decimal(figure))
    if isinstance(figure, Decimal):
        return reader.percent(plain(figure))
    if not name.endswith("_s"):
        return reader.integer(figure)
    short = f"{reader.integer(figure)}\u00a0s"
    return f"{short} ({reader.duration(figure)})" if figure >= _MINUTE else short


def _text(name: str, figure: str, reader: Language) -> str:
    match name:
        case "rate":
            return reader.percent(Decimal(figure)) if figure else reader.say("nothing_to_divide")
        case "coverage":
            return coverage(figure, reader)
        case _:
            return figure


def plain(percent: Decimal) -> Decimal:
    """Without needless zeros: ``2.5``, ``20``."""
    return percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent.normalize()
