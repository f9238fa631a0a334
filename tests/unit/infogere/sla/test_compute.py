"""A month as a whole: what counts where, breach, months and years, what is missing (Q20 to Q22, Q29)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from doubles.histories import at, history, incident, priced, works
from infogere.errors import InfogereError
from infogere.sla import compute
from infogere.sla.model import Incident, Probe
from infogere.sla.result import BothProfiles
from infogere.terms.readings import PROFILES


def monthly(seconds: int, months: int, first: int = 1) -> list[Incident]:
    """An outage of so many seconds on the 10th of each month of 2024."""
    found = []
    for month in range(first, first + months):
        start = at(f"2024-{month:02}-10 10:00")
        found.append(incident(start, start + seconds, id=f"M{month}"))
    return found


def both(*events: Incident, month: str = "2024-06") -> BothProfiles:
    return compute.both(history(*events), month, {profile: compute.rules(profile) for profile in PROFILES})


def test_overlaps_are_counted_once() -> None:
    result = priced(
        history(
            incident("2024-06-10 10:00", "2024-06-10 12:00", id="a"),
            incident("2024-06-10 11:00", "2024-06-10 13:00", id="b"),
            incident("2024-06-10 11:30", "2024-06-10 11:40", id="c"),
            works("2024-06-10 12:30", "2024-06-10 13:30", notice_sent=None),
        )
    )
    assert result.month.availability.unavailable_s == 3 * 3_600 + 1_800


def test_a_second_of_both_sides_counts_against_the_provider_in_both_terms() -> None:
    terms = priced(
        history(
            incident("2024-06-10 10:00", "2024-06-10 12:00", id="a"),
            incident("2024-06-10 11:00", "2024-06-10 13:00", id="b", cause="client"),
        )
    ).month.availability
    assert (terms.unavailable_s, terms.excluded_s) == (7_200, 3_600)
    assert terms.denominator == terms.total_s - 3_600
    assert terms.numerator == terms.denominator - 7_200


def test_seconds_of_an_incident_over_two_months_go_to_each() -> None:
    past = history(incident("2024-05-31 23:00", "2024-06-01 02:00"))
    may, june = priced(past, "2024-05"), priced(past, "2024-06")
    assert (may.month.availability.unavailable_s, june.month.availability.unavailable_s) == (3_600, 7_200)
    assert may.month.breach
    assert june.month.breach


def test_the_gtr_penalty_is_that_of_the_month_of_the_ticket() -> None:
    past = history(incident("2024-05-31 20:00", "2024-06-01 06:00"))
    assert [line.overrun_s for line in priced(past, "2024-05").gtr.lines] == [6 * 3_600]
    assert priced(past, "2024-06").gtr.lines == ()
    assert len(priced(past, "2024-06", gtr_month="restoration").gtr.lines) == 1
    still_open = history(incident("2024-05-31 20:00", None), until="2024-06-20 00:00")
    assert priced(still_open, "2024-06", gtr_month="restoration").gtr.lines == ()


def test_degradations_and_the_client_s_incidents_have_no_gtr() -> None:
    past = history(
        incident("2024-06-10 00:00", "2024-06-10 20:00", id="slow", effect="degradation"),
        incident("2024-06-11 00:00", "2024-06-11 20:00", id="own", cause="client"),
        incident("2024-06-12 00:00", "2024-06-12 20:00", id="unseen", ticket=None),
    )
    assert priced(past, degradation="counts").gtr.lines == ()


def test_only_covered_seconds_count() -> None:
    # Friday 17:00 to Monday 10:00, in office hours: two hours in month and GTR alike (Q22).
    past = history(incident("2024-06-14 17:00", "2024-06-17 10:00"), coverage="Mon-Fri 09:00-18:00", gtr_hours=1)
    result = priced(past)
    assert result.month.availability.total_s == 20 * 9 * 3_600
    assert result.month.availability.unavailable_s == 7_200
    (line,) = result.gtr.lines
    assert (line.overrun_s, line.due) == (3_600, at("2024-06-14 18:00"))


def test_other_readings_of_the_covered_period() -> None:
    past = history(incident("2024-06-14 17:00", "2024-06-17 10:00"), coverage="Mon-Fri 09:00-18:00", gtr_hours=1)
    window = priced(past, gtr_coverage="ticket-to-restoration").month.availability
    assert (window.total_s, window.unavailable_s) == (2_592_000, 65 * 3_600)
    late = priced(past, gtr_coverage="after-gtr").month.availability
    assert (late.total_s, late.unavailable_s) == (2_592_000, 64 * 3_600)
    in_time = history(incident("2024-06-12 10:00", "2024-06-12 13:59"))
    assert priced(in_time, gtr_coverage="after-gtr").month.availability.unavailable_s == 0


def test_where_no_gtr_was_sold_nothing_is_taken_off_for_it() -> None:
    past = history(incident("2024-06-12 10:00", "2024-06-12 11:00"), gtr_hours=None)
    result = priced(past, gtr_coverage="after-gtr")
    assert result.month.availability.unavailable_s == 3_600
    assert result.gtr.missing is not None
    assert (result.gtr.missing.clause, result.gtr.lines, result.gtr.amount) == ("A-5.2-3", (), Decimal("0.00"))


def test_a_year_is_crossed_in_one_month_which_pays() -> None:
    # Commissioned in mid-month: thirteen calendar months of at most 2,592 s hold more than a year may (31,536 s).
    last = incident("2025-01-05 10:00", "2025-01-05 10:43:12", id="M13")
    events = [*monthly(2_592, 12), last]
    past = history(*events, commissioned=at("2024-01-09 10:00"))
    before, crossing = priced(past, "2024-12"), priced(past, "2025-01")
    assert [before.month.breach, crossing.month.breach] == [False, True]
    assert not crossing.month.over_limit
    assert [year.crossed_here for year in crossing.years] == [True, False]
    assert (crossing.gtd.slices, crossing.gtd.percent) == (1, Decimal("2.5"))


def test_later_months_of_a_crossed_year_do_not_pay_again() -> None:
    past = history(*monthly(36_000, 1), *monthly(600, 3, first=2))
    results = [priced(past, f"2024-{month:02}", breach_test="year-only") for month in (1, 2, 3)]
    assert [result.month.breach for result in results] == [True, False, False]
    assert [result.gtd.slices for result in results] == [10, 0, 0]
    assert all(result.years[0].availability.under for result in results)


@pytest.mark.parametrize(
    ("year", "seconds", "breach"),
    [(2024, 31_622, False), (2024, 31_623, True), (2025, 31_536, False), (2025, 31_537, True)],
)
def test_a_year_is_judged_on_its_whole_length(year: int, seconds: int, breach: bool) -> None:
    # From its first month on all of the year's 0.1 % is allowed, not a month's share of it; equal is met.
    start = at(f"{year}-01-10 10:00")
    past = history(incident(start, start + seconds), commissioned=at(f"{year}-01-01 00:00"))
    assert priced(past, f"{year}-01", breach_test="year-only").month.breach == breach


def test_what_comes_later_does_not_change_a_month() -> None:
    early, late = monthly(600, 1), monthly(36_000, 1, first=8)
    assert priced(history(*early, *late), "2024-01") == priced(history(*early), "2024-01")


def test_a_month_begins_at_commissioning() -> None:
    past = history(commissioned=at("2024-06-15 12:00"))
    assert priced(past).month.availability.total_s == 15 * 86_400 + 12 * 3_600
    with pytest.raises(InfogereError, match=r"commissioned on 2024-06-15 at 12:00, after the month 2024-05.*A-5.1-4"):
        priced(past, "2024-05")
    with pytest.raises(InfogereError, match=r"no commissioning date.*A-5.1-4"):
        priced(history(commissioned=None))


def test_ready_time_may_be_the_commissioning() -> None:
    past = history(commissioned=at("2024-06-15 12:00"), ready=at("2024-06-15 11:00"))
    assert priced(past, commissioning="ready").month.availability.start == at("2024-06-15 11:00")
    assert priced(past).month.availability.start == at("2024-06-15 12:00")


def test_a_month_without_guaranteed_time_has_no_rate() -> None:
    past = history(works("2024-06-01 00:00", "2024-07-01 00:00"))
    result = priced(past)
    assert result.month.availability.rate is None
    assert not result.month.breach


def test_unknown_is_shown_and_never_down() -> None:
    past = history(works("2024-06-20 22:00", "2024-06-20 23:00"))
    seen = [
        Probe(at("2024-06-20 21:30"), "http", "unknown", "web1"),
        Probe(at("2024-06-20 22:30"), "http", "up", "web1"),
        Probe(at("2024-06-20 21:45"), "smtp", "unknown", "web1"),
        Probe(at("2024-06-20 21:50"), "smtp", "down", "web1"),
        Probe(at("2024-06-30 23:00"), "http", "unknown", "web1"),
    ]
    terms = priced(
        compute.History(past.contract, past.incidents, past.works, past.until, tuple(seen))
    ).month.availability
    assert (terms.unknown_s, terms.unavailable_s) == (1_800 + 3_600, 0)


def test_a_month_that_is_not_over_says_so() -> None:
    assert not priced(history(until="2024-06-20 00:00")).month.complete
    assert priced(history(until="2024-07-01 00:00")).month.complete


def test_both_profiles_and_the_switches_between_them() -> None:
    result = both(incident("2024-06-12 10:00", "2024-06-12 15:01"))
    assert (result.customer.total.amount, result.provider.total.amount) == (Decimal("54.00"), Decimal("24.00"))
    named = {one.switch: (one.question, one.customer, one.provider) for one in result.differences}
    assert named["breach_test"] == ("Q20", "month-or-year", "year-only")
    assert "afternoon_starts" not in named, "only what this computation depends on"


def test_a_switch_that_the_order_form_settles_no_longer_differs() -> None:
    settled = {profile: compute.rules(profile, changes={"caps": "shared"}) for profile in PROFILES}
    names = {one.switch for one in compute.both(history(), "2024-06", settled).differences}
    assert "caps" not in names
    assert "breach_test" in names


def test_months_share_what_they_have_in_common() -> None:
    past, rules = history(*monthly(3_000, 6)), compute.rules("customer")
    names = [f"2024-{month:02}" for month in range(1, 7)]
    assert list(compute.months(past, names, rules)) == [compute.month(past, name, rules) for name in names]
