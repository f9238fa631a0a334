"""Decisions: windows, emergencies, agreements, notices, sanctions; what is said besides yes and no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infogere.errors import InfogereError
from infogere.policy.case import Standing
from infogere.policy.deciding import decide, explained
from infogere.policy.oracle import Oracle

TUESDAY = "2026-06-16T10:00+02:00"
EVE = "2026-12-24T15:00+01:00"


@pytest.mark.parametrize(
    ("at", "reason", "opening"),
    [
        (TUESDAY, "level custom provides for it, inside the maintenance window", TUESDAY),
        ("2026-06-16T08:59:59+02:00", "outside working days and hours", "2026-06-16T09:00+02:00"),
        ("2026-06-16T15:59:59+02:00", "inside the maintenance window", "2026-06-16T15:59:59+02:00"),
        ("2026-06-16T16:00+02:00", "after 16:00", "2026-06-17T09:00+02:00"),
        ("2026-06-19T12:00+02:00", "friday afternoon", "2026-06-22T09:00+02:00"),
        (EVE, "afternoon of the eve of a public holiday", "2026-12-28T09:00+01:00"),
        ("2026-07-14T10:00+02:00", "public holiday", "2026-07-15T09:00+02:00"),
        ("2026-06-20T10:00+02:00", "week-end", "2026-06-22T09:00+02:00"),
    ],
)
def test_maintenance_starts_in_its_window(at: str, reason: str, opening: str, server_of: Any, case_of: Any) -> None:
    decision = decide(case_of("patch-minor", server_of(), at))
    assert reason in decision.reason
    assert decision.next_opening == datetime.fromisoformat(opening)
    assert decision.allowed is (opening == at)


def test_the_cutoff_leaves_time_to_end_inside_the_window(server_of: Any, case_of: Any) -> None:
    late = case_of("patch-minor", server_of(), "2026-06-16T15:31+02:00", expected_duration=1800)
    decision = decide(late)
    assert not decision.allowed
    assert "30 minutes no longer fit" in decision.reason
    assert decision.next_opening == datetime.fromisoformat("2026-06-17T09:00+02:00")


def test_an_emergency_is_told_and_marked(server_of: Any, case_of: Any) -> None:
    decision = decide(case_of("patch-critical", server_of(), EVE, emergency="exploited"))
    assert (decision.allowed, decision.clause, decision.emergency) == (True, "A-L4-12", "exploited")
    assert decision.duties == ("inform the customer as soon as possible (A-L4-12)",)


def test_an_emergency_inside_the_window_is_plain_maintenance(server_of: Any, case_of: Any) -> None:
    decision = decide(case_of("patch-critical", server_of(), TUESDAY, emergency="exploited"))
    assert (decision.allowed, decision.clause, decision.emergency, decision.duties) == (True, "A-L4-9", "", ())


def test_all_refusals_are_listed_and_the_first_one_wins(server_of: Any, case_of: Any) -> None:
    isolated = Standing("isolated", datetime(2026, 6, 1, 8, tzinfo=UTC), 3)
    decision = decide(case_of("patch-major", server_of(), EVE, standing=isolated))
    assert [refusal.clause for refusal in decision.refusals] == ["A-4.1.2-5", "A-L4-10", "A-L4-11"]
    assert decision.clause == "A-4.1.2-5"
    assert decision.next_opening is None


def test_agreement_on_record_allows_what_the_level_leaves_to_it(server_of: Any, case_of: Any) -> None:
    refused = decide(case_of("patch-major", server_of(), TUESDAY))
    assert (refused.allowed, refused.clause) == (False, "A-L4-10")
    agreed = decide(case_of("patch-major", server_of(), TUESDAY, agreement="Q-2026-17"))
    assert agreed.allowed
    assert "Q-2026-17" in agreed.reason
    assert agreed.inputs["agreement"] == "Q-2026-17"


def test_a_server_in_the_making_has_no_window_until_its_commissioning(server_of: Any, case_of: Any) -> None:
    server = server_of(commissioning_date="2026-06-16T21:00:00+02:00")
    assert decide(case_of("converge", server, "2026-06-16T20:59:59+02:00")).clause == "A-3.1.1-1"
    assert decide(case_of("converge", server, "2026-06-16T21:00+02:00")).clause == "A-L4-11"


def test_the_record_commissions_too(server_of: Any, case_of: Any) -> None:
    delivered = Standing("active", datetime(2026, 3, 1, tzinfo=UTC), 4)
    server = server_of(commissioning_date=None)
    assert decide(case_of("converge", server, EVE)).allowed
    assert decide(case_of("converge", server, EVE, standing=delivered)).clause == "A-L4-11"


def test_a_correction_is_made_at_any_hour_while_the_server_is_cut(server_of: Any, case_of: Any) -> None:
    cut = Standing("network-cut", datetime(2026, 12, 24, 12, tzinfo=UTC), 9)
    assert decide(case_of("patch-critical", server_of(), EVE, standing=cut)).clause == "A-3.1.4-3"
    assert decide(case_of("patch-minor", server_of(), EVE, standing=cut)).clause == "A-3.1.2-5"


def test_a_spam_sanction_lasts_five_times_24_hours(server_of: Any, case_of: Any) -> None:
    since = datetime.fromisoformat("2026-10-22T10:00+02:00")  # the clock goes back on the 25th
    suspended = Standing("mail-suspended", since, 5)
    lift = since + timedelta(hours=120)
    for at, still in ((lift - timedelta(seconds=1), True), (lift, False)):
        refusals = decide(case_of("reinstate", server_of(), at, standing=suspended)).refusals
        assert ("A-4.4-6" in {refusal.clause for refusal in refusals}) is still


def test_a_reduction_waits_72_hours_from_its_notice(server_of: Any, case_of: Any) -> None:
    cloud, told = server_of("private-cloud"), datetime.fromisoformat("2026-06-12T09:30+02:00")
    early = decide(case_of("throttle", cloud, told + timedelta(hours=71), notified=told))
    assert (early.allowed, early.clause, early.next_opening) == (False, "A-3.2.4-3", told + timedelta(hours=72))
    assert decide(case_of("throttle", cloud, told + timedelta(hours=72), notified=told)).allowed
    unknown = server_of("private-cloud", bandwidth_mbps=None)
    assert decide(case_of("throttle", unknown, TUESDAY, notified=told)).clause == "A-3.2.4-2"


def test_a_slot_of_its_own_replaces_the_window(server_of: Any, case_of: Any) -> None:
    slot = {
        "rule": "FREQ=WEEKLY;BYDAY=TU",
        "start": "21:00",
        "end": "23:00",
        "first_day": "2026-01-06",
        "outside_hours": True,
    }
    server = server_of(maintenance_slot=slot)
    decision = decide(case_of("patch-minor", server, TUESDAY))
    assert decision.next_opening == datetime.fromisoformat("2026-06-16T21:00+02:00")
    assert decide(case_of("patch-minor", server, decision.next_opening)).allowed


def test_readings_of_an_order_form_are_followed(server_of: Any, case_of: Any) -> None:
    plesk = server_of("plesk", readings={"ticket_objects_at_level_3": "same-catalogue"})
    decision = decide(case_of("provision-vhost", plesk, TUESDAY))
    assert decision.allowed
    assert decision.inputs["readings"] == "customer, ticket_objects_at_level_3=same-catalogue"
    isolated = Standing("isolated", datetime(2026, 6, 1, 8, tzinfo=UTC), 3)
    provider = server_of(readings={"isolation_reach": "backups-and-sla-too"})
    assert decide(case_of("backup", provider, TUESDAY, standing=isolated)).clause == "A-4.1.2-5"
    assert decide(case_of("backup", server_of(), TUESDAY, standing=isolated)).allowed


def test_mailboxes_name_the_panel_as_the_way_out(server_of: Any, case_of: Any) -> None:
    assert "mail panel" in decide(case_of("provision-mailbox", server_of(), TUESDAY)).reason


def test_explained_shows_each_rule_that_looks_at_the_action(server_of: Any, case_of: Any) -> None:
    answers = list(explained(case_of("backup", server_of(hosted_here=False), TUESDAY)))
    assert {rule.clause: refusal is None for rule, refusal in answers}["A-4.5-6"] is False
    assert all(rule.statement.endswith(".") for rule, _ in answers)


def test_an_unknown_action_is_told_the_nearest(server_of: Any) -> None:
    with pytest.raises(InfogereError, match="did you mean patch-minor"):
        Oracle().case("patch-minr", server_of())


def test_terms_that_are_not_loaded_are_refused(server_of: Any) -> None:
    with pytest.raises(InfogereError, match="HBT-20990101-01"):
        Oracle().case("backup", server_of(terms="HBT-20990101-01"))


INSTANTS = st.integers(0, 7 * 365 * 86400).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(0, seconds))


@settings(max_examples=150, deadline=None)
@given(
    at=INSTANTS,
    action=st.sampled_from(["patch-minor", "converge", "reboot", "backup", "throttle", "deliver"]),
    level=st.sampled_from(["plesk", "custom", "private-cloud"]),
    duration=st.sampled_from([0, 900, 7200]),
    notified=st.none() | st.timedeltas(timedelta(hours=-100), timedelta()),
    before=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=12),
)
def test_a_next_opening_is_allowed_and_nothing_earlier_is(  # noqa: PLR0917 - one parameter per dimension
    at: datetime,
    action: str,
    level: str,
    duration: int,
    notified: timedelta | None,
    before: list[float],
    server_of: Any,
    case_of: Any,
) -> None:
    more = {"expected_duration": duration, "notified": at + notified if notified is not None else None}
    server = server_of(level, commissioning_date="2026-01-05")

    def at_instant(instant: datetime) -> Any:
        return decide(case_of(action, server, instant, **more))

    decision = at_instant(at)
    assert decision.allowed is (decision.next_opening == at)
    if decision.next_opening is None:
        assert not any(at_instant(at + timedelta(days=400) * share).allowed for share in before)
        return
    assert at_instant(decision.next_opening).allowed
    gap = decision.next_opening - at
    assert not any(at_instant(at + gap * share).allowed for share in before if gap * share < gap)
    if gap > timedelta(seconds=1):
        assert not at_instant(decision.next_opening - timedelta(seconds=1)).allowed


@settings(max_examples=60, deadline=None)
@given(at=INSTANTS, emergency=st.sampled_from(["", "a hole"]))
def test_maintenance_of_a_delivered_server_never_starts_outside_working_hours(
    at: datetime, emergency: str, server_of: Any, case_of: Any
) -> None:
    case = case_of("patch-minor", server_of(commissioning_date="2020-01-01"), at, emergency=emergency)
    decision = decide(case)
    if decision.allowed:
        assert case.calendar.is_working(at) or decision.emergency
