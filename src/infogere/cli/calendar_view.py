"""A month of the provider's calendar in the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infogere.calendar import Calendar, Day, Span


def print_month(calendar: Calendar, first: date, last: date, profile: str) -> None:
    """One line per day: what it is, working hours, patch window, discouraged periods."""
    days = list(calendar.days(first, last))
    table = Table(title=f"{first:%B %Y}", box=box.SIMPLE_HEAD)
    for heading in ("Day", "Working", "Patch window", "Updates discouraged"):
        table.add_column(heading, no_wrap=True)
    for day in days:
        table.add_row(
            Text(f"{day.date:%a %d}", style="bold" if day.working else "dim"),
            Text(day.closed, style="magenta" if day.holiday else "dim")
            if day.closed
            else _hours(calendar, day.working),
            Text(_hours(calendar, day.patchable), style="green"),
            Text(_discouraged(calendar, day), style="yellow" if day.working else "dim"),
            end_section=day.date.weekday() == 6,
        )
    console = Console()
    console.print(table)
    console.print(_caption(calendar, days, profile), highlight=False)


def _caption(calendar: Calendar, days: list[Day], profile: str) -> str:
    working = sum(1 for day in days if day.working)
    return (
        f"{working} working days. Calendar {calendar.stamp}, zone {calendar.zone.key},\n"
        f"terms {calendar.terms.version}, readings {profile}."
    )


def _hours(calendar: Calendar, spans: Iterable[Span]) -> str:
    return ", ".join(_span(calendar, span) for span in spans)


def _span(calendar: Calendar, span: Span) -> str:
    end = f"{calendar.local(span.end):%H:%M}"
    return f"{calendar.local(span.start):%H:%M}-{'24:00' if end == '00:00' else end}"


def _discouraged(calendar: Calendar, day: Day) -> str:
    if not day.discouraged:
        return ""
    # The periods of a day all end with it, so the earliest start tells the whole.
    span, period = min(day.discouraged, key=lambda entry: entry[0].start)
    return period.rule if period.part == "day" else f"{calendar.local(span.start):%H:%M} {period.rule}"
