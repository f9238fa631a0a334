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
        help="Another terms file, or the version of a shipped one; else terms in [infogere] of ansible.cfg.",
    ),
]
CalendarOption = Annotated[
    str | None,
    typer.Option(
        "--calendar",
        metavar="VERSION|FILE",
        help="Another calendar: a shipped version (fr-alsace-moselle-2026.1), a stamp, or a file.",
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="customer|provider",
        help="How unclear articles are read; see: infogere terms readings.",
    ),
]


def open_calendar(terms: str | None, calendar: str | None, profile: str | None) -> Calendar:
    """The calendar that the options name, or the settings where an option is absent."""
    from infogere import calendar as room
    from infogere import settings
    from infogere import terms as contract

    where = settings.load()
    terms = terms or where.terms
    return room.load(
        calendar or where.calendar,
        terms=contract.load(terms),
        readings=contract.readings(contract.profile_named(profile or where.profile), path=terms),
    )
