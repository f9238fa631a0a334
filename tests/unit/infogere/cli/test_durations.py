"""Durations as people type them."""

from __future__ import annotations

import pytest

from infogere.cli import durations
from infogere.errors import InfogereError


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("2h", 7200),
        ("1h30", 5400),
        ("1h 20m", 4800),
        ("90m", 5400),
        ("90min", 5400),
        ("90s", 90),
        ("1h1m1s", 3661),
        ("0m", 0),
    ],
)
@pytest.mark.parametrize("bare_minutes", [True, False])
def test_what_is_understood(typed: str, seconds: int, bare_minutes: bool) -> None:
    assert durations.seconds(typed, bare_minutes=bare_minutes) == seconds


def test_a_bare_number_is_minutes_only_where_nobody_would_think_of_hours() -> None:
    assert durations.seconds("45", bare_minutes=True) == 2700
    with pytest.raises(InfogereError, match=r"'45' is no duration \[A-5.5-2\] -> write 2h, 1h30 or 90m$"):
        durations.seconds("45", bare_minutes=False, clause="A-5.5-2")


@pytest.mark.parametrize(
    "typed", ["", " ", "h", "2x", "-1h", "30m1h", "7200 seconds", "1.5h", "10000m", "²h", "90 90s", "1 h"]
)
def test_what_is_refused(typed: str) -> None:
    with pytest.raises(InfogereError, match="is no duration"):
        durations.seconds(typed, bare_minutes=True)
