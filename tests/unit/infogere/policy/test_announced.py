"""A reboot waits for works that the customer was told of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infogere.policy.case import Announced, Standing
from infogere.policy.deciding import decide

NIGHT = datetime(2026, 6, 16, 20, 30, tzinfo=UTC)  # 22:30 in Paris, outside the maintenance window
MORNING = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)


def works(begin: int, end: int, *, excluded: bool = True) -> Announced:
    """From ``begin`` to ``end`` o'clock UTC of that day."""
    return Announced("W-1", NIGHT.replace(hour=begin, minute=0), NIGHT.replace(hour=end, minute=0), excluded)


@pytest.mark.parametrize(
    ("at", "announced", "more", "allowed", "clause", "words"),
    [
        (NIGHT, works(20, 22), {}, True, "A-5.5-1", "inside the announced works W-1"),
        (NIGHT, works(20, 22, excluded=False), {}, True, "A-5.5-1", "inside the announced works W-1"),
        (MORNING, None, {}, False, "A-5.5-1", "infogere works announce --server web1.example.net"),
        (NIGHT, works(21, 22), {}, False, "A-5.5-1", "works W-1 begin at 2026-06-16 23:00; wait for them"),
        (
            NIGHT,
            works(20, 21),
            {"expected_duration": 3600},
            False,
            "A-5.5-1",
            "60 minutes no longer fit into works W-1",
        ),
        (NIGHT, None, {"emergency": "a hole"}, True, "A-L4-12", "emergency: a hole"),
        (NIGHT, works(20, 22), {"emergency": "a hole"}, True, "A-5.5-1", "inside the announced works W-1"),
        (NIGHT, None, {"standing": Standing("network-cut", MORNING, 7)}, True, "A-3.1.4-3", "a correction"),
    ],
)
def test_a_delivered_server(  # noqa: PLR0917
    at: datetime, announced: Any, more: Any, allowed: bool, clause: str, words: str, server_of: Any, case_of: Any
) -> None:
    decision = decide(case_of("reboot", server_of("custom"), at, announced=announced, **more))
    assert (decision.allowed, decision.clause) == (allowed, clause)
    assert words in decision.reason
    assert bool(decision.emergency) == (announced is None and "emergency" in more)


def test_the_next_works_are_the_next_opening(server_of: Any, case_of: Any) -> None:
    decision = decide(case_of("reboot", server_of("plesk"), NIGHT, announced=works(21, 22)))
    assert decision.next_opening == works(21, 22).start
    assert decide(case_of("reboot", server_of("plesk"), NIGHT)).next_opening is None, "nothing to wait for"


def test_works_that_were_announced_too_late_count(server_of: Any, case_of: Any) -> None:
    decision = decide(case_of("reboot", server_of("custom"), NIGHT, announced=works(20, 22, excluded=False)))
    assert "announced too late: the interruption counts" in decision.duties[0]
    assert decide(case_of("reboot", server_of("custom"), NIGHT, announced=works(20, 22))).duties == ()


def test_a_server_in_the_making_has_no_service_to_disturb(server_of: Any, case_of: Any) -> None:
    assert decide(case_of("reboot", server_of("custom", commissioning_date=None), NIGHT)).allowed
