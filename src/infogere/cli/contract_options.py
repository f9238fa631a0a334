"""Options that several commands share: which terms, which calendar, which readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from infogere.calendar import Calendar

TermsOption = Annotated[
    str | None,
    typer.Option(
        "--terms",
        metavar="FILE",
        envvar="INFOGERE_TERMS",
        help="Another terms file, or the version of a shipped one.",
    ),
]
CalendarOption = Annotated[
    str | None,
    typer.Option(
        "--calendar",
        metavar="VERSION|FILE",
        envvar="INFOGERE_CALENDAR",
        help="Another calendar: a shipped version (fr-alsace-moselle-2026.1), a stamp, or a file.",
    ),
]
ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="customer|provider",
        envvar="INFOGERE_PROFILE",
        help="How unclear articles are read; see: infogere terms readings.",
    ),
]


def open_calendar(terms: str | None, calendar: str | None, profile: str) -> Calendar:
    """The calendar that the options name."""
    from infogere import calendar as room
    from infogere import terms as contract

    return room.load(
        calendar,
        terms=contract.load(terms),
        readings=contract.readings(contract.profile_named(profile), path=terms),
    )
