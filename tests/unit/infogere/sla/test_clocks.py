"""Two clocks of an incident, and what it counts as (A-5.3-1, A-5.4-1; Q2, Q5, Q6, Q9, Q11, Q27)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doubles.histories import at, history, incident, priced
from infogere.errors import InfogereError
from infogere.sla.result import IncidentLine


def line(one: Any, until: str = "2024-07-15 00:00", **switches: Any) -> IncidentLine:
    (found,) = priced(history(one, until=until), **switches).incidents
    return found


DAY = "2024-06-12"


@pytest.mark.parametrize(
    ("start", "ticket", "restored", "contract_s", "monitoring_s"),
    [
        (f"{DAY} 10:00", f"{DAY} 10:20", f"{DAY} 11:00", 2_400, 3_600),  # the ticket starts the clock
        (f"{DAY} 10:00", f"{DAY} 09:00", f"{DAY} 11:00", 3_600, 3_600),  # not before the first failing evidence
        (f"{DAY} 10:00", f"{DAY} 12:00", f"{DAY} 11:00", 0, 3_600),  # ticket after restoration
        (f"{DAY} 10:00", None, f"{DAY} 11:00", 0, 3_600),  # no ticket: the monitoring clock is kept
        (None, f"{DAY} 10:00", f"{DAY} 11:00", 3_600, 0),  # admitted by its cause, without a probe
        ("2024-06-30 23:00", "2024-06-30 23:00", None, 3_600, 3_600),  # open: into the next month
    ],
)
def test_the_two_clocks(
    start: str | None, ticket: str | None, restored: str | None, contract_s: int, monitoring_s: int
) -> None:
    found = line(incident(start, restored, ticket=ticket))
    assert (found.contract_s, found.monitoring_s) == (contract_s, monitoring_s)
    assert found.counted_s == contract_s


def test_a_ticket_after_restoration_starts_a_clock_that_has_stopped() -> None:
    found = line(incident(f"{DAY} 10:00", f"{DAY} 11:00", ticket=f"{DAY} 12:00"))
    assert found.contract_clock == (at(f"{DAY} 12:00"), at(f"{DAY} 12:00"))


def test_an_open_incident_runs_until_the_record_was_read() -> None:
    found = line(incident(f"{DAY} 10:00", None), until=f"{DAY} 12:00")
    assert (found.contract_s, found.open) == (7_200, True)


@pytest.mark.parametrize(
    ("changes", "switches", "standing", "counts"),
    [
        ({}, {}, "counts", True),
        ({"cause": None}, {}, "counts-unattributed", True),
        ({"cause": "client"}, {}, "client", False),
        ({"cause": "third_party"}, {}, "third-party", False),
        ({"cause": "client", "contested": True}, {}, "counts-contested", True),
        ({"cause": "client", "contested": True}, {"attribution": "provider-word"}, "client", False),
        ({"cause": "supplier"}, {}, "counts", True),
        ({"cause": "supplier"}, {"supplier_outage": "excluded"}, "supplier", False),
        ({"cause": "planned"}, {}, "counts", True),
        ({"effect": "degradation"}, {}, "degradation", False),
        ({"effect": "degradation"}, {"degradation": "counts"}, "counts", True),
        ({"emergency": True, "customer_informed": True}, {}, "counts", True),
        (
            {"emergency": True, "customer_informed": True},
            {"emergency_time": "excluded-when-informed"},
            "emergency",
            False,
        ),
        ({"emergency": True}, {"emergency_time": "excluded-when-informed"}, "counts", True),
        ({"network_cut": True}, {}, "counts", True),
        ({"network_cut": True}, {"network_cut_time": "excluded"}, "network-cut", False),
        ({"network_cut": True, "cause": "client"}, {}, "client", False),
        ({"ticket": None}, {}, "no-ticket", False),
        ({"ticket": None, "provider_opened": at(f"{DAY} 10:00")}, {}, "no-ticket", False),
        (
            {"ticket": None, "provider_opened": at(f"{DAY} 10:00")},
            {"clock_start": "provider-incident-too"},
            "counts",
            True,
        ),
        ({"start": None, "cause": None}, {}, "no-evidence", False),
    ],
)
def test_standing(changes: dict[str, Any], switches: dict[str, Any], standing: str, counts: bool) -> None:
    past = history(replace(incident(f"{DAY} 10:00", f"{DAY} 11:00"), **changes))
    result = priced(past, **switches)
    assert result.incidents[0].standing == standing
    assert result.month.availability.unavailable_s == (3_600 if counts else 0)


def test_the_earliest_ticket_counts_when_the_provider_may_open_one() -> None:
    one = incident(f"{DAY} 10:00", f"{DAY} 11:00", ticket=f"{DAY} 10:30", provider_opened=at(f"{DAY} 10:10"))
    assert line(one).contract_s == 1_800
    assert line(one, clock_start="provider-incident-too").contract_s == 3_000


def test_a_weighted_degradation_needs_its_weight() -> None:
    one = incident(f"{DAY} 10:00", f"{DAY} 11:00", effect="degradation")
    with pytest.raises(InfogereError, match=r"weight of a degradation.*A-2-2"):
        priced(history(one), degradation="weighted")
    result = priced(history(one), degradation="weighted", degradation_percent=25)
    assert result.month.availability.unavailable_s == 900
    assert result.incidents[0].counted_s == 900


def test_a_part_of_a_second_is_rounded_for_the_client() -> None:
    start = at(f"{DAY} 10:00")
    down = priced(
        history(incident(start, start + 3, effect="degradation")), degradation="weighted", degradation_percent=50
    )
    assert down.month.availability.unavailable_s == 2
    out = incident(start, start + 3, effect="degradation", cause="client")
    assert priced(history(out), degradation="weighted", degradation_percent=50).month.availability.excluded_s == 1


def test_nothing_counts_before_commissioning() -> None:
    past = history(incident("2024-06-10 08:00", "2024-06-10 12:00"), commissioned=at("2024-06-10 10:00"))
    result = priced(past)
    assert result.month.availability.unavailable_s == 7_200
    assert result.gtr.lines[0].elapsed_s == 7_200
