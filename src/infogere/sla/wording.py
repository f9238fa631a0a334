"""Steps and numbers as an English reader expects them. Only for people: nothing is computed from these texts."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from infogere.sla.periods import local
from infogere.sla.result import Figure, Step

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def step(key: str, clause: str, text: str, reading: str = "", **numbers: Figure) -> Step:
    """One line of the arithmetic; see ``Step``."""
    return Step(key, clause, text, MappingProxyType(numbers), reading)


def seconds(count: int) -> str:
    """``3,600 s``."""
    return f"{count:,} s"


def duration(count: int) -> str:
    """``1 h 0 min 5 s``, from the largest unit that is there to the last that is not zero."""
    parts: list[tuple[int, str]] = []
    left = count
    for unit, length in _UNITS:
        amount, left = divmod(left, length)
        if amount or parts:
            parts.append((amount, unit))
    while len(parts) > 1 and parts[-1][0] == 0:
        parts.pop()
    return " ".join(f"{amount} {unit}" for amount, unit in parts) or "0 s"


def both_ways(count: int) -> str:
    """``3,600 s (1 h)``; below a minute the seconds alone."""
    return seconds(count) if count < 60 else f"{seconds(count)} ({duration(count)})"


def plain(number: Decimal) -> str:
    """A percent without needless zeros: ``2.5``, ``20``."""
    return f"{number.normalize():f}"


def clock_time(at: int, zone: ZoneInfo) -> str:
    """``2024-06-12 10:00:00 CEST``."""
    return f"{local(at, zone):%Y-%m-%d %H:%M:%S %Z}"
