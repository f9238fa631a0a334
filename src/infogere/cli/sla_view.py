"""One month of the guarantees in the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from infogere.cli.tables import console
from infogere.sla.periods import local
from infogere.sla.result import Availability, BothProfiles, IncidentLine, Result
from infogere.sla.wording import duration, plain
from infogere.terms.readings import PROFILES

_ZONED = "%Y-%m-%d %H:%M"
_FIGURES = ("from", "to", "total", "planned", "excluded", "unavailable", "rate", "clause")
_CLOCK = "contract clock"
_NUMERIC = ("seconds", "monitored")
_CLAIM = "Due only if the customer asks by ticket [A-5.1-7, A-5.2-5]; a credit note, never cash [A-5.1-10]."


def show(both: BothProfiles, shown: Result, zone: ZoneInfo, alone: Mapping[str, Decimal], *, explain: bool) -> None:
    """Verdict, figures, events, money under both profiles; then, if asked, every step.

    Args:
        alone: by switch, the customer's total if it alone were read as the provider does.
    """
    terminal = console()
    terminal.print(_verdict(shown), "", _figures(shown, zone), "", sep="\n")
    terminal.print(_limits(shown), style="dim")
    if shown.incidents or shown.works:
        terminal.print("", _events(shown, zone), sep="\n")
    terminal.print("", _money(both), "", _claim(shown), sep="\n")
    for part in _switches(both, alone):
        terminal.print("", part, sep="\n")
    if explain:
        terminal.print("", _steps(shown), sep="\n")


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
    """One column for the month and one for each service year: side by side they fit into a narrow terminal."""
    terms = {"month": (shown.month.availability, "A-5.1-2")}
    terms |= {f"year {year.number}": (year.availability, "A-5.1-4") for year in shown.years}
    table = _table("", *terms, right=tuple(terms))
    for row in zip(_FIGURES, *(_terms(*one, zone) for one in terms.values()), strict=True):
        table.add_row(*row)
    return table


def _limits(shown: Result) -> Text:
    month = shown.month.availability
    notes = [f"The month's limit is {shown.month.limit_s:,} s ({duration(shown.month.limit_s)})."]
    if month.monitored_s != month.unavailable_s:
        notes.append(f"By the monitoring clock: {month.monitored_s:,} s.")
    if month.unknown_s:
        notes.append(f"Monitoring did not know for {month.unknown_s:,} s.")
    return Text(" ".join(notes))


def _terms(terms: Availability, clause: str, zone: ZoneInfo) -> Iterator[str]:
    """The cells below a heading, in the order of ``_FIGURES``."""
    for at in (terms.start, terms.end):
        yield f"{local(at, zone):{_ZONED}}"
    for seconds in (terms.total_s, terms.planned_s, terms.excluded_s, terms.unavailable_s):
        yield f"{seconds:,} s"
    yield "-" if terms.rate is None else f"{terms.rate} %"
    yield clause


def _events(shown: Result, zone: ZoneInfo) -> Table:
    table = _table("event", "standing", _CLOCK, "seconds", "monitored", "late", "%", "EUR", wraps=_CLOCK)
    overruns = {line.incident: line for line in shown.gtr.lines}
    for line in shown.incidents:
        due = overruns.get(line.id)
        table.add_row(
            Text(line.id),
            line.standing,
            _clock(line, zone),
            f"{line.counted_s:,}",
            f"{line.monitoring_s:,}",
            duration(due.overrun_s) if due else "-",
            plain(due.percent) if due else "-",
            str(due.amount) if due else "-",
        )
    for job in shown.works:
        table.add_row(Text(job.id), job.standing, f"planned {job.planned_s:,} s", f"{job.counted_s:,}", "", "", "", "")
    return table


def _clock(line: IncidentLine, zone: ZoneInfo) -> str:
    """``06-12 10:00:00 to 15:01:00``, with the day of the end where that is another one."""
    if line.contract_clock is None:
        return "never started"
    begin, end = (local(at, zone) for at in line.contract_clock)
    if line.open:
        return f"{begin:%m-%d %H:%M:%S}, open"
    return f"{begin:%m-%d %H:%M:%S} to {end:{'%H:%M:%S' if begin.date() == end.date() else '%m-%d %H:%M:%S'}}"


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
    table = _table("clause", "reading", "step", wraps="step")
    for step in shown.steps:
        table.add_row(step.clause, step.reading, Text(step.text))
    return table


def _table(*headings: str, right: Collection[str] = (), wraps: str = "") -> Table:
    """A table whose figures stand under one another; only the column ``wraps`` gives way in a narrow terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        numeric = heading in right or heading in _NUMERIC or heading.endswith(("%", "EUR", "slices"))
        table.add_column(heading, no_wrap=heading != wraps, justify="right" if numeric else "left")
    return table
