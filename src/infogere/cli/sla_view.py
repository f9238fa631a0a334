"""One month of the guarantees in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infogere.sla.periods import local
from infogere.sla.result import Availability, BothProfiles, IncidentLine, Result
from infogere.sla.wording import duration, plain
from infogere.terms.readings import PROFILES

_ZONED = "%Y-%m-%d %H:%M"
_CLAIM = "Due only if the customer asks by ticket [A-5.1-7, A-5.2-5]; a credit note, never cash [A-5.1-10]."


def show(both: BothProfiles, shown: Result, zone: ZoneInfo, alone: Mapping[str, Decimal], *, explain: bool) -> None:
    """Verdict, figures, events, money under both profiles; then, if asked, every step.

    Args:
        alone: by switch, the customer's total if it alone were read as the provider does.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    console.print(_verdict(shown))
    console.print(_figures(shown, zone))
    console.print(_limits(shown), style="dim")
    if shown.incidents or shown.works:
        console.print(_events(shown, zone))
    console.print(_money(both))
    console.print(_claim(shown))
    for part in _switches(both, alone):
        console.print(part)
    if explain:
        console.print(_steps(shown))


def _verdict(shown: Result) -> Text:
    month = shown.month
    text = Text(f"{shown.contract}  {month.name}  ", style="bold")
    rate = "no guaranteed time" if month.availability.rate is None else f"{month.availability.rate} %"
    text.append(rate + "  ", style="bold")
    if month.breach:
        text.append("guarantee missed", style="bold red")
        reason = "over the month's limit" if month.over_limit else "the service year fell under its rate"
        text.append(f"  {reason}", style="red")
    else:
        text.append("guarantee met", style="bold green")
    text.append(f"\nterms {shown.terms}, readings {shown.profile}", style="dim")
    if not month.complete:
        text.append(", the month is not over", style="yellow")
    return text


def _figures(shown: Result, zone: ZoneInfo) -> Table:
    table = _table("", "from", "to", "total s", "planned s", "left out s", "unavailable s", "rate %", "clause")
    month = shown.month.availability
    table.add_row(*_terms("month", month, zone, "A-5.1-2"))
    for year in shown.years:
        table.add_row(*_terms(f"year {year.number}", year.availability, zone, "A-5.1-4"))
    return table


def _limits(shown: Result) -> Text:
    month = shown.month.availability
    notes = [f"A month may have {shown.month.limit_s:,} s ({duration(shown.month.limit_s)})."]
    if month.monitored_s != month.unavailable_s:
        notes.append(f"By the monitoring clock: {month.monitored_s:,} s.")
    if month.unknown_s:
        notes.append(f"Monitoring did not know for {month.unknown_s:,} s.")
    return Text(" ".join(notes))


def _terms(name: str, terms: Availability, zone: ZoneInfo, clause: str) -> Iterator[str]:
    yield name
    for at in (terms.start, terms.end):
        yield f"{local(at, zone):{_ZONED}}"
    for seconds in (terms.total_s, terms.planned_s, terms.excluded_s, terms.unavailable_s):
        yield f"{seconds:,}"
    yield "-" if terms.rate is None else str(terms.rate)
    yield clause


def _events(shown: Result, zone: ZoneInfo) -> Table:
    table = _table("event", "standing", "clock from", "to", "seconds", "monitored s", "late", "%", "EUR")
    overruns = {line.incident: line for line in shown.gtr.lines}
    for line in shown.incidents:
        due = overruns.get(line.id)
        table.add_row(
            Text(line.id),
            line.standing,
            *_clock(line, zone),
            f"{line.counted_s:,}",
            f"{line.monitoring_s:,}",
            duration(due.overrun_s) if due else "-",
            plain(due.percent) if due else "-",
            str(due.amount) if due else "-",
        )
    for job in shown.works:
        table.add_row(
            Text(job.id), job.standing, f"planned {job.planned_s:,} s", "", f"{job.counted_s:,}", "", "", "", ""
        )
    return table


def _clock(line: IncidentLine, zone: ZoneInfo) -> tuple[str, str]:
    if line.contract_clock is None:
        return "never", ""
    begin, end = (f"{local(at, zone):%m-%d %H:%M:%S}" for at in line.contract_clock)
    return begin, "open" if line.open else end


def _money(both: BothProfiles) -> Table:
    table = _table("readings", "GTD slices", "GTD %", "GTD EUR", "GTR %", "GTR EUR", "total %", "total EUR", "")
    for profile in PROFILES:
        result = both.of(profile)
        priced = result.gtr.missing is None
        table.add_row(
            profile,
            str(result.gtd.slices),
            plain(result.gtd.percent),
            str(result.gtd.amount),
            plain(result.gtr.percent) if priced else "-",
            str(result.gtr.amount) if priced else "-",
            plain(result.total.percent),
            Text(str(result.total.amount), style="bold"),
            "capped" if result.total.capped else "",
        )
    return table


def _claim(shown: Result) -> Text:
    gap = shown.gtr.missing
    text = Text(f"GTR not priced without {gap.what} [{gap.clause}]: {gap.way_out}.\n" if gap else "", style="yellow")
    text.append(_CLAIM, style="dim")
    return text


def _switches(both: BothProfiles, alone: Mapping[str, Decimal]) -> Iterator[Table | Text]:
    ours = both.customer.total.amount
    table = _table("differs", "switch", "customer", "provider", "this alone, EUR")
    silent = []
    for one in both.differences:
        if alone[one.switch] == ours:
            silent.append(f"{one.question} {one.switch}")
            continue
        table.add_row(one.question, one.switch, str(one.customer), str(one.provider), str(alone[one.switch]))
    if table.rows:
        yield table
    if silent:
        yield Text(f"Read otherwise without effect alone: {', '.join(silent)}.", style="dim")


def _steps(shown: Result) -> Table:
    table = _table("clause", "reading", "step")
    table.columns[2].no_wrap = False
    for step in shown.steps:
        table.add_row(step.clause, step.reading, Text(step.text))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        numeric = heading.endswith((" s", "%", "EUR", "slices")) or heading == "seconds"
        table.add_column(heading, no_wrap=True, justify="right" if numeric else "left")
    return table
