"""The provider's calendar: versioned data, frozen once published (A-2-5).

Working days are those of "the provider's own calendar", so the calendar is a file and not a library call.
A published file holds the date of every holiday of the years it covers. The ``holidays`` library only
writes new versions (``infogere calendar generate``): were it asked at each computation, a later release
of it, or a change of law that it learns of, would silently change the deadline of an old notice. With
explicit dates, a computation that names its version gives the same answer for ever; a change is a new file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, time
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from infogere.errors import InfogereError
from infogere.terms import yamlfile
from infogere.terms.base import Strict

SHIPPED = Path(__file__).parent / "data"
DEFAULT_VERSION = "fr-2026.1"
_WHAT = "calendar file"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
MIDNIGHT = time(0)
_HOURS = re.compile(r"(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


class Hours(Strict):
    """Opening hours within one day, written ``09:00-18:00``; an end of 24:00 is midnight (``time(0)``)."""

    start: time
    end: time


def _hours(value: Any) -> Any:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write hours between quotes, e.g. "09:00-18:00"')
    end = match["end"]
    hours = {"start": match["start"], "end": "00:00" if end == "24:00" else end}
    if end != "24:00" and end <= match["start"]:
        raise ValueError("hours end after they start, on the same day")
    return hours


class ProviderCalendar(Strict):
    """One version of a calendar.

    Attributes:
        version: what every computation carries; a file is never changed once its version was used.
        timezone: the contract's zone, an IANA name.
        source: where the holidays come from (library, release, country, subdivision).
        first_year, last_year: years whose holidays are listed; other years are refused, never guessed.
        working_hours: hours per weekday; a weekday without hours is not a working day.
        closed_days: further days on which the provider is closed, with their names.
        holidays: dates of each public holiday, by name.
    """

    version: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    title: str
    timezone: str
    source: str
    first_year: int
    last_year: int
    working_hours: Mapping[Weekday, tuple[Annotated[Hours, BeforeValidator(_hours)], ...]]
    closed_days: Mapping[date, str] = Field(default_factory=dict)
    holidays: Mapping[str, tuple[date, ...]]

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is no time zone of the IANA database, e.g. Europe/Paris") from None
        return value

    @model_validator(mode="after")
    def _holidays_every_year(self) -> Self:
        covered = {day.year for days in self.holidays.values() for day in days}
        missing = sorted(set(range(self.first_year, self.last_year + 1)) - covered)
        if missing:
            raise ValueError(f"no holiday is listed for {', '.join(map(str, missing))}")
        return self

    @cached_property
    def holiday_names(self) -> dict[date, str]:
        """Name of the holiday on each date; two that fall together share the date."""
        names: dict[date, str] = {}
        for name, days in self.holidays.items():
            for day in days:
                names[day] = f"{names[day]}, {name}" if day in names else name
        return names


def path_of(version: str | Path | None) -> Path:
    """The file of a version: a shipped one by name, any other by path."""
    if version is None:
        return SHIPPED / f"{DEFAULT_VERSION}.yml"
    shipped = SHIPPED / f"{version}.yml"
    path = shipped if shipped.is_file() else Path(version)
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yml")))
        raise InfogereError(f"no calendar {version}", way_out=f"name a shipped one ({known}) or the path of a file")
    return path


@lru_cache(maxsize=16)
def load(path: Path) -> tuple[ProviderCalendar, str]:
    """A calendar and the digest of its file (SHA-256, first 12 hex digits)."""
    data = yamlfile.load(ProviderCalendar, path, _WHAT)
    return data, hashlib.sha256(path.read_bytes()).hexdigest()[:12]
