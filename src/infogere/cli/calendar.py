"""``infogere calendar``: working days, discouraged periods, patch windows and deadlines."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from infogere.cli.contract_options import CalendarOption, ProfileOption, TermsOption, open_calendar
from infogere.cli.options import JsonOption
from infogere.errors import InfogereError

app = typer.Typer(
    invoke_without_command=True,
    add_completion=False,
    help="Working days, discouraged periods, patch windows and deadlines, each with its clause.",
    rich_markup_mode="markdown",
)


@app.callback()
def month(  # noqa: PLR0917 - one parameter per option
    ctx: typer.Context,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="The month; this month by default.")] = None,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an iCalendar file instead; `-` is the output.")
    ] = None,
    terms: TermsOption = None,
    calendar: CalendarOption = None,
    profile: ProfileOption = None,
) -> None:
    """Show a month: working days, holidays, discouraged periods, patch windows.

    Examples:

        infogere calendar --month 2026-12

        infogere calendar --month 2026-12 --ics december.ics

        infogere calendar deadline works-notice-last-date --from 2026-12-15T22:00

        infogere calendar discouraged --at 2026-12-24T15:00
    """
    if ctx.invoked_subcommand is not None:
        return
    office = open_calendar(terms, calendar, profile)
    first, last = _month(month, office.local(datetime.now(UTC)).date())
    if ics is None:
        from infogere import settings
        from infogere.cli.calendar_view import print_month

        print_month(office, first, last, profile or settings.load().profile)
        return
    from infogere.calendar import patch_window
    from infogere.calendar.ics import month_file

    content = month_file(office, patch_window(office), first, last, datetime.now(UTC))
    if str(ics) == "-":
        typer.echo(content, nl=False)
        return
    try:
        ics.write_bytes(content)
    except OSError as error:
        raise InfogereError(f"{ics} cannot be written: {error.strerror}", way_out="choose another file") from error
    typer.echo(f"{ics}: {first:%B %Y}, calendar {office.stamp}")


@app.command()
def deadline(  # noqa: PLR0917 - one parameter per option
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Which deadline; see above.")],
    start: Annotated[str, typer.Option("--from", metavar="INSTANT", help="ISO 8601 instant or date that starts it.")],
    as_json: JsonOption = False,
    terms: TermsOption = None,
    calendar: CalendarOption = None,
    profile: ProfileOption = None,
) -> None:
    """Show one deadline with its clause. Without an offset, INSTANT is in the contract's zone.

    Kinds, and what they count from:

    - works-notice-last-date: start of the planned works

    - throttle-earliest: sending of the notice of a bandwidth reduction

    - credit-note-due: the customer's valid ticket

    - mail-suspension-earliest-lift: start of the sanction

    - bought-hours-expiry, occasional-hours-expiry: the purchase

    - domain-transfer-last-date: the renewal date

    Example:

        infogere calendar deadline works-notice-last-date \\
            --from 2026-12-15T22:00 --json
    """
    from infogere.calendar import deadlines, walltime

    if kind not in deadlines.KINDS:
        raise typer.BadParameter(_unknown_kind(kind, deadlines.KINDS), param_hint="KIND")
    office = open_calendar(terms, calendar, profile)
    moment = walltime.parse(start, office.zone)
    _say(moment.note)
    result = deadlines.compute(kind, moment, office)
    shown = (office.local(result.at) if isinstance(result.at, datetime) else result.at).isoformat()
    if as_json:
        _print_json({"deadline": shown, "clause": result.clause})
        return
    typer.echo(f"{shown}  {result.means} [{_quote(result.clause, terms)}] calendar {result.calendar}")


@app.command()
def discouraged(
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="ISO 8601 instant.")],
    as_json: JsonOption = False,
    terms: TermsOption = None,
    calendar: CalendarOption = None,
    profile: ProfileOption = None,
) -> None:
    """Say whether important updates are discouraged at an instant (article 4.1.3), and by which rule.

    Example: infogere calendar discouraged --at 2026-12-24T15:00 --json
    """
    from infogere.calendar import walltime

    office = open_calendar(terms, calendar, profile)
    instant, note = walltime.parse_instant(at, office.zone, why="an update is discouraged by the hour")
    _say(note)
    period = office.discouraged(instant)
    clause = period.clause if period else office.terms.discouraged.clause
    if as_json:
        _print_json({"discouraged": period is not None, "rule": period.rule if period else None, "clause": clause})
        return
    local = office.local(instant)
    if period is None:
        typer.echo(f"{local:%a} {local.isoformat()}: not discouraged [{clause}]")
    else:
        until = office.local(period.until)
        typer.echo(f"{local:%a} {local.isoformat()}: discouraged until {until.isoformat()}: {period.says} [{clause}]")


@app.command()
def generate(  # noqa: PLR0917 - one parameter per option
    version: Annotated[str, typer.Argument(help="Id of the new version, e.g. fr-2027.1.")],
    first_year: Annotated[int, typer.Option(help="First year to list.")],
    last_year: Annotated[int, typer.Option(help="Last year to list.")],
    country: Annotated[str, typer.Option(help="ISO 3166 country code.")] = "FR",
    subdivision: Annotated[
        str | None, typer.Option(help="Part of the country, e.g. 57 (Moselle) or 6AE (Alsace) for Alsace-Moselle.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="The contract's zone.")] = "Europe/Paris",
    hours: Annotated[str, typer.Option(help="Working hours, Monday to Friday.")] = "09:00-18:00",
) -> None:
    """Print a new version of the provider's calendar, with every holiday's date written out.

    Review it, add closed days, keep it under version control and never edit it once it was used.

    Example:

        infogere calendar generate ours-2027.1 \\
            --first-year 2024 --last-year 2040 > ours-2027.1.yml
    """
    from infogere.calendar.generate import provider_file

    typer.echo(
        provider_file(
            version,
            first_year=first_year,
            last_year=last_year,
            country=country,
            subdivision=subdivision,
            timezone=timezone,
            hours=hours,
        ),
        nl=False,
    )


def _month(text: str | None, today: date) -> tuple[date, date]:
    """First and last day of the month."""
    if text is None:
        first = today.replace(day=1)
    else:
        match = re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", text)
        if match is None:
            raise InfogereError(f"{text!r} is no month", way_out="write year and month, e.g. 2026-12")
        first = date(int(match[1]), int(match[2]), 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _unknown_kind(kind: str, kinds: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(kind, kinds, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"no deadline {kind!r}; {hint}kinds: {', '.join(kinds)}"


def _quote(clause: str, terms: str | None) -> str:
    from infogere import terms as contract

    return contract.obligations(terms).quote(clause)


def _say(note: str) -> None:
    if note:
        typer.echo(f"note: {note}", err=True)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value))
