"""The list of checks: each a function with a title and the clause that it serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from infogere.lab.subject import Subject

Look = Callable[[Subject], str]


class CheckFailedError(Exception):
    """What was seen instead, as one line."""


@dataclass(frozen=True)
class Check:
    """One proof.

    Attributes:
        title: what holds if it passes.
        clause: id of the clause that asks for it.
        look: does it; returns what was seen, raises when it does not hold.
    """

    title: str
    clause: str
    look: Look

    @property
    def name(self) -> str:
        """Name for a test report."""
        return self.look.__name__


CHECKS: list[Check] = []


def check(title: str, clause: str) -> Callable[[Look], Look]:
    """Add the decorated function to ``CHECKS``; they run in the order of the file."""

    def register(look: Look) -> Look:
        CHECKS.append(Check(title, clause, look))
        return look

    return register


def expect(holds: bool, seen: str) -> None:
    """Raise with what was seen unless ``holds``."""
    if not holds:
        raise CheckFailedError(seen)
