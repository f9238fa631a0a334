"""Slices, bands, caps and money, under every reading (Q23, Q24, Q26, Q29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from doubles.histories import at, contract, history, incident, priced
from infogere.errors import InfogereError
from infogere.sla import compute, penalties
from infogere.sla.penalties import Price

HOUR = 3_600


@pytest.mark.parametrize(
    ("reading", "bands"),
    [
        (
            "overrun-up-to",
            {0: 0, 1: 20, HOUR: 20, HOUR + 1: 30, 2 * HOUR: 30, 2 * HOUR + 1: 40, 3 * HOUR: 40, 3 * HOUR + 1: 50},
        ),
        (
            "threshold-reached",
            {
                1: 0,
                HOUR - 1: 0,
                HOUR: 20,
                2 * HOUR - 1: 20,
                2 * HOUR: 30,
                3 * HOUR - 1: 30,
                3 * HOUR: 40,
                3 * HOUR + 1: 50,
            },
        ),
        (
            "last-on-top",
            {0: 0, 1: 20, HOUR + 1: 30, 3 * HOUR: 40, 3 * HOUR + 1: 40, 6 * HOUR - 1: 40, 6 * HOUR: 50, 60 * HOUR: 50},
        ),
    ],
)
def test_gtr_bands(reading: str, bands: dict[int, int]) -> None:
    rules = compute.rules("customer", changes={"gtr_bands": reading})
    assert {overrun: penalties.band(overrun, rules) for overrun in bands} == bands


def _down(seconds: int, **switches: Any) -> Any:
    start = at("2024-06-10 00:00")
    return priced(history(incident(start, start + seconds), gtr_hours=700), **switches)


@pytest.mark.parametrize(
    ("seconds", "base", "rounding", "slices"),
    [
        (2_593, "total", "started", 1),
        (3_600, "total", "started", 1),
        (3_601, "total", "started", 2),
        (2_593, "total", "completed", 0),
        (7_199, "total", "completed", 1),
        (2_593, "excess", "started", 1),
        (2_592 + 3_600, "excess", "started", 1),
        (2_592 + 3_600, "excess", "completed", 1),
        (2_592 + 3_599, "excess", "completed", 0),
        (2_592, "excess", "started", 0),
    ],
)
def test_slices(seconds: int, base: str, rounding: str, slices: int) -> None:
    assert _down(seconds, slice_base=base, slice_rounding=rounding).gtd.slices == slices


def test_the_excess_over_a_real_month_is_counted_from_its_own_limit() -> None:
    # 0.1 % of 29 days is 2505.6 s: a slice begins with the first second beyond it.
    start = at("2024-02-10 00:00")
    for seconds, slices in ((2_505, 0), (2_506, 1), (2_506 + HOUR - 1, 1), (2_506 + HOUR, 2)):
        result = priced(
            history(incident(start, start + seconds), gtr_hours=700),
            "2024-02",
            breach_test="real-month",
            slice_base="excess",
        )
        assert result.gtd.slices == slices


def test_the_availability_penalty_is_capped_at_the_monthly_amount() -> None:
    result = _down(41 * HOUR)
    assert (result.gtd.slices, result.gtd.percent, result.gtd.amount) == (41, 100, Decimal("120.00"))
    assert result.gtd.capped
    assert result.total.capped
    assert not _down(40 * HOUR).total.capped


THREE = tuple(incident(f"2024-06-{day} 00:00", f"2024-06-{day} 08:00", id=f"I{day}") for day in ("04", "11", "18"))
"""Each four hours late, so 50 % under the GTR; together 24 hours, so 60 % under the GTD."""


@pytest.mark.parametrize(
    ("reading", "percent", "amount"),
    [("shared", 100, "120.00"), ("separate", 160, "192.00"), ("no-cumulation", 100, "120.00")],
)
def test_caps_together(reading: str, percent: int, amount: str) -> None:
    result = priced(history(*THREE), caps=reading)
    assert (result.gtr.percent, result.gtr.capped) == (100, True)
    assert [line.percent for line in result.gtr.lines] == [50, 50, 50]
    assert (result.gtd.slices, result.gtd.percent) == (24, 60)
    assert (result.total.percent, result.total.amount, result.total.capped) == (percent, Decimal(amount), True)


def test_no_incident_pays_twice() -> None:
    # 8 h: 50 % for the overrun of 4 h, or 20 % for 8 slices. The other hour is in time: its slice is left.
    past = history(THREE[0], incident("2024-06-20 10:00", "2024-06-20 11:00", id="short"))
    assert priced(past, caps="shared").total.percent == Decimal("72.5")
    assert priced(past, caps="no-cumulation").total.percent == Decimal("52.5")


def test_without_cumulation_the_month_s_amount_is_the_cap_as_well() -> None:
    late = incident("2024-06-04 00:00", "2024-06-05 16:00", id="late")  # 40 h of 30: 50 %
    in_time = incident("2024-06-10 00:00", "2024-06-11 05:00", id="in time")  # 29 h: 72.5 %
    assert priced(history(late, in_time, gtr_hours=30), caps="no-cumulation").total.percent == 100


def test_a_long_outage_pays_under_the_guarantee_that_gives_more() -> None:
    # 36 h: 90 % in slices, 50 % for the overrun.
    past = history(incident("2024-06-10 00:00", "2024-06-11 12:00"))
    assert priced(past, caps="no-cumulation").total.percent == 90


def test_a_degradation_that_weighs_is_paid_without_cumulation_too() -> None:
    # 20 h that weigh a quarter: 5 h, five slices. Nothing is owed under the other guarantee.
    past = history(incident("2024-06-10 00:00", "2024-06-10 20:00", effect="degradation"))
    weighted = {"degradation": "weighted", "degradation_percent": 25}
    assert priced(past, caps="shared", **weighted).total.percent == Decimal("12.5")
    assert priced(past, caps="no-cumulation", **weighted).total.percent == Decimal("12.5")


def test_what_was_priced_in_the_month_of_the_ticket_is_not_priced_again() -> None:
    past = history(incident("2024-05-31 20:00", "2024-06-01 06:00"))
    assert priced(past, "2024-06", caps="shared").total.percent == 15
    assert priced(past, "2024-06", caps="no-cumulation").total.percent == 0
    assert priced(past, "2024-05", caps="no-cumulation").total.percent == 50


def test_percents_are_rounded_once_and_half_up() -> None:
    price = Price.of(contract(monthly_fee=Decimal("0.20")), compute.rules("customer"))
    assert price.share(Decimal("2.5")) == Decimal("0.01"), "half a cent goes up"
    # 7.5 % of 89.90 is 6.7425; three slices of 2.2475 each rounded alone would come to 6.75.
    odd = history(incident("2024-06-10 00:00", "2024-06-10 03:00"), monthly_fee=Decimal("89.90"), gtr_hours=4)
    assert priced(odd).total.amount == Decimal("6.74")
    twelfth = Price.of(contract(monthly_fee=Decimal(1000) / 12), compute.rules("customer"))
    assert twelfth.share(Decimal(30)) == Decimal("25.00")


def test_amounts_including_vat_need_its_rate() -> None:
    with_vat = compute.rules("customer", changes={"amounts": "including-vat"})
    with pytest.raises(InfogereError, match="no VAT rate"):
        Price.of(contract(), with_vat)
    assert Price.of(contract(vat_percent=Decimal(20)), with_vat).share(Decimal(50)) == Decimal("72.00")


def test_without_a_fee_nothing_is_priced() -> None:
    with pytest.raises(InfogereError, match=r"no monthly fee.*A-5.1-8"):
        priced(history(monthly_fee=None))
