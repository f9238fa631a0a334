"""Write a new version of the provider's calendar, with holidays from the ``holidays`` library."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from infogere.calendar.provider import WEEKDAYS
from infogere.errors import InfogereError

_DATES_PER_LINE = 8


def provider_file(
    version: str,
    *,
    first_year: int,
    last_year: int,
    country: str = "FR",
    subdivision: str | None = None,
    timezone: str = "Europe/Paris",
    hours: str = "09:00-18:00",
) -> str:
    """The text of a calendar file, Monday to Friday at the same hours; to be reviewed, then published.

    Args:
        version: id of the new version.
        first_year, last_year: years to list, both included.
        country: ISO 3166 code.
        subdivision: as the library names it; ``57`` is Moselle, ``6AE`` Alsace: both have Good Friday
            and 26 December.
    """
    from importlib.metadata import version as release_of

    import holidays

    if last_year < first_year:
        raise InfogereError(f"years {first_year} to {last_year} are none", way_out="put the earlier year first")
    try:
        days = holidays.country_holidays(
            country, subdiv=subdivision, years=range(first_year, last_year + 1), language="en_US"
        )
    except NotImplementedError as error:
        raise InfogereError(f"no public holidays: {error}", way_out="see the holidays library") from None
    place = f"{country}-{subdivision}" if subdivision else country
    lines = [
        f"# Calendar {version}. Published versions are never changed: a change is a new file with a new version.",
        "# Holiday dates are written out, so that an old computation repeated later gives the old answer.",
        "",
        f"version: {version}",
        f'title: "{place}, Monday to Friday, {hours}"',
        f"timezone: {timezone}",
        f'source: "holidays {release_of("holidays")}, {place}"',
        f"first_year: {first_year}",
        f"last_year: {last_year}",
        "",
        "# Working hours are the provider's choice; the contract only says working days and hours (A-L3-24, A-L4-11).",
        "working_hours:",
        *(f'  {weekday}: ["{hours}"]' for weekday in WEEKDAYS[:5]),
        "",
        "# Further days on which the provider is closed, such as bridge days: date and name.",
        "closed_days: {}",
        "",
        "holidays:",
        *_holiday_lines(days),
    ]
    return "\n".join(lines) + "\n"


def _holiday_lines(days: Mapping[date, str]) -> list[str]:
    by_name: dict[str, list[date]] = defaultdict(list)
    for day, names in sorted(days.items()):
        for name in names.split("; "):
            by_name[name].append(day)
    lines = []
    for name, dates in by_name.items():
        lines.append(f'  "{name}":')
        for start in range(0, len(dates), _DATES_PER_LINE):
            opening = "    [" if start == 0 else "     "
            closing = "]" if start + _DATES_PER_LINE >= len(dates) else ","
            part = ", ".join(day.isoformat() for day in dates[start : start + _DATES_PER_LINE])
            lines.append(f"{opening}{part}{closing}")
    return lines
