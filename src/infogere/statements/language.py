"""The reader's language: words, numbers, dates, durations and money as that reader writes them.

One YAML file per language under ``words/``. The catalogue of a language is complete or the tests fail:
nothing falls back from one language to another in the middle of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infogere.errors import InfogereError
from infogere.terms import yamlfile

LANGUAGES = ("fr", "en")
_WORDS = Path(__file__).parent / "words"
_KILO = 1000


@dataclass(frozen=True)
class Language:
    """One language, and the zone in which instants are shown.

    Attributes:
        words: texts by key, with ``{name}`` where values go; a pair is singular and plural.
        steps: sentences of the arithmetic, by the key of ``infogere.sla.result.Step``.
        switches: questions of the readings, and the words for each choice.
        style: how numbers and dates are put together.
        clauses: one line per clause of the terms.
    """

    code: str
    zone: ZoneInfo
    words: Mapping[str, Any]
    steps: Mapping[str, str]
    switches: Mapping[str, Mapping[str, str]]
    style: Mapping[str, Any]
    clauses: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue; an unknown key is an error, never an empty line."""
        text = self.words[key]
        return str(text).format(**values) if values else str(text)

    def count(self, key: str, number: int, **values: object) -> str:
        """A text in the number that goes with ``number``, which is its ``{n}``."""
        one, several = self.words[key]
        text = one if number in self.style["singular"] else several
        return str(text).format(n=self.integer(number), **values)

    def clause(self, clause: str) -> str:
        return self.clauses[clause]

    def asks(self, switch: str) -> str:
        """The question that a switch answers."""
        return self.switches[switch]["asks"]

    def choice(self, switch: str, value: str | int) -> str:
        return self.switches[switch].get(str(value), str(value))

    # Numbers

    def number(self, value: Decimal | int, places: int | None = None) -> str:
        """Grouped by thousands; ``places`` decimals (half up), or as many as the value has."""
        value = Decimal(value)
        if places is not None:
            value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        plain = f"{value:,f}"
        return plain.translate({ord(","): self.style["thousands"], ord("."): self.style["decimal"]})

    def integer(self, value: int) -> str:
        return self.number(value)

    def percent(self, value: Decimal, places: int | None = None) -> str:
        return str(self.style["percent"]).format(self.number(value, places))

    def money(self, value: Decimal) -> str:
        return str(self.style["money"]).format(self.number(value, 2))

    def size(self, size: int) -> str:
        """Bytes, with two or three significant figures."""
        value, unit = Decimal(size), 0
        while value >= _KILO and unit < len(self.style["sizes"]) - 1:
            value, unit = value / _KILO, unit + 1
        return f"{self.number(value, 1 if unit and value < 100 else 0)}\u00a0{self.style['sizes'][unit]}"

    # Durations

    def duration(self, seconds: int) -> str:
        """``1 h 02 min 03 s``; days from two of them on."""
        days, rest = divmod(seconds, 86_400) if seconds >= 2 * 86_400 else (0, seconds)
        hours, rest = divmod(rest, 3600)
        minutes, left = divmod(rest, 60)
        parts = [(days, self.style["day_unit"], 1), (hours, "h", 1), (minutes, "min", 2), (left, "s", 2)]
        while len(parts) > 1 and parts[0][0] == 0:
            parts.pop(0)
        while len(parts) > 1 and parts[-1][0] == 0:
            parts.pop()
        first = parts[0]
        return "\u00a0".join(
            f"{value:0{1 if unit == first[1] else width}d}\u00a0{unit}" for value, unit, width in parts
        )

    # Instants

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def day(self, day: date) -> str:
        """``1er novembre 2026``."""
        number = str(self.style["first"]) if day.day == 1 else str(day.day)
        return str(self.style["date"]).format(day=number, month=self.style["months"][day.month - 1], year=day.year)

    def short_day(self, day: date) -> str:
        """``23 nov.``."""
        return f"{day.day}\u00a0{self.style['short_months'][day.month - 1]}"

    def weekday(self, day: date) -> str:
        """Abbreviated."""
        return str(self.style["short_days"][day.weekday()])

    def month(self, day: date) -> str:
        """``novembre 2026``."""
        return f"{self.style['months'][day.month - 1]}\u00a0{day.year}"

    def short_month(self, day: date) -> str:
        return str(self.style["short_months"][day.month - 1])

    def clock(self, instant: datetime) -> str:
        """``14:05:00``; on the night when an hour comes twice, with its offset."""
        local = self.local(instant)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{local:%H:%M:%S}" + (f"\u00a0{_offset(local)}" if twice else "")

    def moment(self, instant: datetime) -> str:
        """Day and time, ``23 nov. 14:05:00``."""
        return f"{self.short_day(self.local(instant).date())} {self.clock(instant)}"

    def full(self, instant: datetime) -> str:
        """Day with its year, and time."""
        return str(self.style["at"]).format(day=self.day(self.local(instant).date()), time=self.clock(instant))


def _offset(local: datetime) -> str:
    hours, minutes = divmod(int(local.utcoffset().total_seconds()) // 60, 60)  # type: ignore[union-attr]
    return f"UTC{hours:+d}" + (f":{minutes:02d}" if minutes else "")


def language(code: str, zone: ZoneInfo, clauses: Mapping[str, str]) -> Language:
    """The language with this code; ``clauses`` are the lines to quote (see ``clause_lines``)."""
    data = _catalogue(code)
    return Language(code, zone, data["words"], data["steps"], data["switches"], data["style"], clauses)


def clause_lines(code: str, english: Mapping[str, str]) -> Mapping[str, str]:
    """One line per clause; another provider's terms bring only ``english``, which then stands as it is."""
    return english if code == "en" else {**english, **_catalogue(code)["clauses"]}


@lru_cache(maxsize=4)
def _catalogue(code: str) -> Mapping[str, Any]:
    if code not in LANGUAGES:
        raise InfogereError(f"no statement in {code!r}", way_out=f"choose {' or '.join(LANGUAGES)}")
    data: Mapping[str, Any] = yamlfile.read(_WORDS / f"{code}.yml", "catalogue")
    return {name: part if name == "style" else _tight(part, data["style"]["tight"]) for name, part in data.items()}


def _tight(part: Any, signs: str) -> Any:
    """Texts in which a space before one of these signs does not break; typed as a plain space in the file."""
    if isinstance(part, str):
        for sign in signs:
            part = part.replace(f" {sign}", f"\u00a0{sign}")
        return part
    if isinstance(part, list):
        return [_tight(one, signs) for one in part]
    return {key: _tight(value, signs) for key, value in part.items()}


def instant(seconds: int) -> datetime:
    """Epoch seconds as an aware instant."""
    return datetime.fromtimestamp(seconds, UTC)
