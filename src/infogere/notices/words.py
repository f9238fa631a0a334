"""What a notice says: one template for each purpose and language, rendered as text and as HTML.

Every value comes from an inventory, a command line or a server, so it is hostile: it is one printable line
before a template sees it, and HTML escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infogere.record.recorder import one_line

Language = Literal["fr", "en"]
Purpose = Literal["works-announced", "works-moved", "works-cancelled", "delivery-note", "emergency", "update-proposal"]
TEMPLATES = Path(__file__).with_name("templates")

Plain = str | int | bool | None | list[Any] | dict[str, Any]
Facts = Mapping[str, Plain]

_GAPS = re.compile(r"\n{3,}")
_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
}


@dataclass(frozen=True)
class Words:
    """A notice in both forms; ``subject`` is one line."""

    subject: str
    text: str
    html: str


def render(purpose: str, language: str, facts: Facts) -> Words:
    """The words of a notice.

    Args:
        facts: what the templates name, as JSON values; instants as ISO 8601, with ``zone`` their IANA zone.
    """
    known = {name: clean(value) for name, value in facts.items()}
    name = f"{language}/{purpose}.j2"
    text, html = (_environment(form).get_template(name).render(known, language=language) for form in ("txt", "html"))
    subject, _, text = text.partition("\n")
    return Words(one_line(subject), _GAPS.sub("\n\n", text).strip() + "\n", html)


def clean(value: Plain) -> Plain:
    """Every text inside as one printable line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    return value


def day(instant: str, zone: str, language: Language) -> str:
    """The date alone, ``jeudi 3 décembre 2026``."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    number = "1er" if language == "fr" and local.day == 1 else str(local.day)
    return f"{_DAYS[language][local.weekday()]} {number} {_MONTHS[language].split('|')[local.month - 1]} {local.year}"


def moment(instant: str, zone: str, language: Language) -> str:
    """Date, time and offset: the hour that a clock shows twice is told apart."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    at = "à" if language == "fr" else "at"
    return f"{day(instant, zone, language)} {at} {local:%H:%M} ({zone}, UTC{offset[:3]}:{offset[3:]})"


def duration(seconds: int) -> str:
    """``2 h``, ``1 h 30 min``, ``45 min``, ``90 s``: alike in both languages."""
    minutes, rest = divmod(seconds, 60)
    if rest:
        return f"{seconds} s"
    hours, minutes = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes)) if part)


def flow(text: str) -> str:
    """A paragraph as one line; markup that was escaped stays so."""
    return type(text)(" ".join(text.split()))


def spelt(checks: list[Mapping[str, str]], names: Mapping[str, str]) -> list[str]:
    """Checks ``{name, seen}`` as lines in the reader's language; what was seen needs no translation."""
    return [f"{names.get(check['name'], check['name'])} ({check['seen']})" for check in checks]


@lru_cache(maxsize=2)
def _environment(form: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=form == "html",  # noqa: S701 - plain text has no markup to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["layout"] = f"layout.{form}.j2"
    environment.globals["kit_file"] = f"kit.{form}.j2"
    environment.filters.update(day=day, moment=moment, duration=duration, flow=flow, spelt=spelt)
    return environment
