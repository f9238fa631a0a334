"""Months and service years in the contract's zone, with their real lengths (A-5.1-4)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from infogere.calendar.walltime import FIRST_YEAR, LAST_YEAR, to_utc
from infogere.errors import InfogereError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """A month (named ``2024-06``) or a service year (named by its number): start inclusive, end exclusive."""

    name: str
    start: int
    end: int


def instant(wall: datetime, zone: ZoneInfo) -> int:
    """Seconds since the epoch at which clocks in ``zone`` show ``wall`` (naive)."""
    return int(to_utc(wall, zone).timestamp())


def local(at: int, zone: ZoneInfo) -> datetime:
    """The wall time of an instant, aware."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def month(name: str, zone: ZoneInfo) -> Period:
    """A calendar month.

    Raises:
        InfogereError: not a month.
    """
    match = _MONTH.fullmatch(name)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise InfogereError(f"{name!r} is no month", way_out="write year and month, e.g. 2024-06")
    first = date(int(match[1]), int(match[2]), 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(name, _midnight(first, zone), _midnight(following, zone))


def month_of(at: int, zone: ZoneInfo) -> str:
    """Name of the month that holds an instant."""
    return f"{local(at, zone):%Y-%m}"


def service_years(commissioned: int, zone: ZoneInfo, start: int, end: int) -> Iterator[Period]:
    """The service years that overlap ``[start, end)``; the first is named ``1`` and begins at commissioning.

    An anniversary is the same wall time of the same date; of 29 February it is 28 February in common years.
    """
    begin = local(commissioned, zone)
    # Two years early on purpose: cheaper than to reason about anniversaries around the first one.
    number = max(1, local(start, zone).year - begin.year - 1)
    while (opens := _anniversary(commissioned, begin, number - 1, zone)) < end:
        closes = _anniversary(commissioned, begin, number, zone)
        if closes > start:
            yield Period(str(number), opens, closes)
        number += 1


def _anniversary(commissioned: int, begin: datetime, years: int, zone: ZoneInfo) -> int:
    if years == 0:
        return commissioned
    year = begin.year + years
    day = min(begin.day, calendar.monthrange(year, begin.month)[1])
    return instant(begin.replace(tzinfo=None, year=year, day=day), zone)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return instant(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - a wall time, resolved in the zone
