"""A claim's way: asked for, validated, credited in time, applied; what is out of order is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from doubles.contract_book import moment
from doubles.office import CONTRACT, OTHER
from infogere.cli import claim_list
from infogere.errors import InfogereError
from infogere.record.reading import Reader
from infogere.sla import claims, history, incident_cost, pricing
from infogere.sla.claim_desk import Asking, ClaimDesk
from infogere.sla.incident_desk import IncidentDesk, Opening

MONTH = "2024-06"
CLAIM = "CLM-2024-0001"
LATER = "2024-07-04 09:00"


def outage(desks, restored="2024-06-10 13:01", server="web1", ticket="RT-1"):
    """Down from 08:00 UTC, ticket at once, four hours guaranteed."""
    began = moment("2024-06-10 08:00")
    writer = IncidentDesk(desks.at("2024-06-11 09:00"), "ada")
    _, entry = writer.open(Opening(server, "down", started=began, probe="https", ticket=ticket, ticket_at=began))
    if restored:
        writer.restore(entry.incident, moment(restored), "200 OK")
    return entry.incident


def at(desks, now=LATER):
    return ClaimDesk(desks.at(now), "ada")


def ask(desks, now=LATER, profile="customer", **more):
    facts = {"contract": CONTRACT, "month": MONTH, "ticket": "RT-9", "ticket_at": moment("2024-07-02 08:00"), **more}
    return at(desks, now).open(Asking(**facts), profile)


def claim_of(desks, claim=CLAIM):
    return at(desks).find(claim)[1]


def test_from_the_ticket_to_the_used_credit_note(desks):
    outage(desks)
    (_, opened), both = ask(desks)
    assert (opened.claim, opened.guarantees, opened.credit_note_due) == (CLAIM, ("gtd", "gtr"), "2024-08-01")
    # 5 h 01: six started slices of 2.5 %, and 1 h 01 past the guarantee: 30 %, of 240 EUR.
    assert both.customer.total.amount == Decimal("108.00")
    assert claim_of(desks).state == "open"
    _, validated = at(desks).validate(CLAIM, "customer")
    assert (validated.amount, validated.percent, validated.profile) == ("108.00", "45", "customer")
    assert {one.profile: one.total_amount for one in validated.priced}["customer"] == "108.00"
    _, credited = at(desks).credit(CLAIM, "AV-1", date(2024, 7, 4))
    assert (credited.amount, credited.late_days) == ("108.00", 0)
    at(desks).apply(CLAIM, "invoice", "F-1", Decimal("58.00"))
    assert (claim_of(desks).state, claim_of(desks).left) == ("credited", Decimal("50.00"))
    with pytest.raises(InfogereError, match=r"50\.00 EUR are left"):
        at(desks).apply(CLAIM, "renewal", "F-2", Decimal("50.01"))
    at(desks).apply(CLAIM, "renewal", "F-2")
    assert claim_of(desks).state == "applied"


@pytest.mark.parametrize(
    ("done", "steps"),
    [
        ((), ("credit", "apply")),
        (("validate",), ("validate", "reject", "apply")),
        (("reject",), ("validate", "reject", "credit", "apply")),
        (("validate", "credit"), ("validate", "reject", "credit")),
        (("validate", "credit", "apply"), ("validate", "reject", "credit", "apply")),
    ],
)
def test_steps_out_of_order_are_refused_with_the_next_one(desks, done, steps):
    outage(desks)
    ask(desks)
    acts = {
        "validate": lambda one: one.validate(CLAIM, "customer"),
        "reject": lambda one: one.reject(CLAIM, "their own update"),
        "credit": lambda one: one.credit(CLAIM, "AV-1", date(2024, 7, 4)),
        "apply": lambda one: one.apply(CLAIM, "invoice", "F-1"),
    }
    for step in done:
        acts[step](at(desks))
    for step in steps:
        with pytest.raises(InfogereError, match=rf"claim {CLAIM} is \w+ and cannot be") as refusal:
            acts[step](at(desks))
        assert CLAIM in refusal.value.way_out
        assert refusal.value.clause.startswith("A-5.1-")


def test_nothing_is_paid_that_nobody_asked_for(desks):
    outage(desks)
    desk = desks.at(LATER)
    both = pricing.month(desk, CONTRACT, MONTH)
    assert pricing.note_breach(desk, CONTRACT, both) is not None
    assert pricing.note_breach(desk, CONTRACT, both) is None, "a breach is put on record once"
    (seen,) = pricing.breaches(desk, CONTRACT)
    assert (seen.month, seen.guarantees, seen.priced[0].total_amount) == (MONTH, ("gtd", "gtr"), "108.00")
    assert claims.fold(desk.entries(CONTRACT, claims.KINDS)) == {}


def test_a_month_that_is_not_over_is_computed_and_not_put_on_record(desks, capsys):
    outage(desks)
    desk = desks.at("2024-06-20 09:00")
    claim_list.scan(desk, MONTH, CONTRACT, as_json=False)
    assert "missed gtd and gtr: 108.00 EUR (customer)" in (said := capsys.readouterr().out)
    assert "the month is not over, so nothing was put on record" in said
    assert pricing.breaches(desk, CONTRACT) == []


def test_a_month_is_claimed_once_unless_rejected(desks):
    outage(desks)
    ask(desks, guarantees=("gtd",))
    with pytest.raises(InfogereError, match=f"2024-06 is claimed already, in {CLAIM}"):
        ask(desks, guarantees=("gtd", "gtr"))
    at(desks).reject(CLAIM, "wrong month")
    (_, again), _ = ask(desks)
    assert again.claim == "CLM-2024-0002"


def test_both_guarantees_claimed_apart_stay_under_the_cap_of_the_month(desks):
    outage(desks, restored="2024-06-11 06:00")  # 22 h: 55 % for availability, 50 % for the time to restore
    ask(desks, guarantees=("gtd",))
    ask(desks, guarantees=("gtr",))
    first = at(desks).validate(CLAIM, "customer")[1]
    second = at(desks).validate("CLM-2024-0002", "customer")[1]
    assert (first.amount, first.percent) == ("132.00", "55")
    assert (second.amount, second.percent) == ("108.00", "45")


@pytest.mark.parametrize(
    ("guarantee", "document", "clause"), [("gtr", "renewal", "A-5.2-6"), ("gtd", "invoice", "A-5.1-10")]
)
def test_each_guarantee_has_its_document(desks, guarantee, document, clause):
    outage(desks)
    ask(desks, guarantees=(guarantee,))
    at(desks).validate(CLAIM, "customer")
    at(desks).credit(CLAIM, "AV-1", date(2024, 7, 4))
    with pytest.raises(InfogereError) as refusal:
        at(desks).apply(CLAIM, document, "F-1")
    assert refusal.value.clause == clause


def test_a_late_credit_note_says_by_how_much(desks):
    outage(desks)
    ask(desks)
    at(desks).validate(CLAIM, "customer")
    late = at(desks, "2024-08-09 09:00")
    with pytest.raises(InfogereError, match="not possible today"):
        late.credit(CLAIM, "AV-1", date(2024, 8, 10))
    assert late.credit(CLAIM, "AV-1", date(2024, 8, 8))[1].late_days == 7


@pytest.mark.parametrize(
    ("profile", "guarantees", "due"),
    [
        ("customer", ("gtr",), "2024-08-01"),
        ("provider", ("gtr",), None),
        ("provider", ("gtd",), "2024-08-01"),
        ("provider", ("gtd", "gtr"), "2024-08-01"),
    ],
)
def test_the_provider_reads_no_time_limit_for_a_credit_for_the_time_to_restore(desks, profile, guarantees, due):
    outage(desks)
    assert ask(desks, profile=profile, guarantees=guarantees)[0][1].credit_note_due == due
    at(desks).validate(CLAIM, "customer")
    assert (str(due) in claim_of(desks).next_step) == (due is not None)
    late = at(desks, "2025-01-09 09:00").credit(CLAIM, "AV-1", date(2025, 1, 8))[1]
    assert (late.late_days > 0) == (due is not None)


@pytest.mark.parametrize(
    ("now", "more", "words"),
    [
        (LATER, {"ticket_at": moment("2024-07-05 08:00")}, "in the future"),
        (LATER, {"ticket_at": moment("2024-05-30 08:00")}, "older than the month"),
        (LATER, {"month": "2024-08"}, "older than the month"),
        (LATER, {"month": "2024-13"}, "is no month"),
        (LATER, {"contract": "OF-3", "ticket_at": moment("2024-07-02 08:00")}, "no commissioning date"),
        (LATER, {"contract": "OF-9"}, "no order form OF-9"),
    ],
)
def test_what_cannot_be_claimed(desks, now, more, words):
    with pytest.raises(InfogereError, match=words):
        ask(desks, now, **more)


def test_what_may_still_grow_is_not_priced(desks):
    incident = outage(desks, restored=None)
    ask(desks, "2024-06-20 09:00", ticket_at=moment("2024-06-19 09:00"))
    with pytest.raises(InfogereError, match="2024-06 is not over"):
        at(desks, "2024-06-20 09:00").validate(CLAIM, "customer")
    with pytest.raises(InfogereError, match=f"incident {incident} is not restored"):
        at(desks).validate(CLAIM, "customer")


def test_a_claim_without_a_missed_guarantee_can_only_be_rejected(desks):
    ask(desks, contract=OTHER)
    with pytest.raises(InfogereError, match="nothing is owed for 2024-06") as refusal:
        at(desks).validate(CLAIM, "customer")
    assert "reject" in refusal.value.way_out
    at(desks).reject(CLAIM, "no incident in June")


def test_what_an_incident_costs_is_the_difference_that_it_makes(desks):
    outage(desks)
    other = outage(desks, server="web2", ticket="RT-2")  # the same hours again
    desk = desks.at(LATER)
    contract = desk.contract(CONTRACT)
    with Reader(desk.record_url) as reader:
        found = history.load(reader, CONTRACT, desk.now)
    costs = {(one.clock, one.profile): one.amount for one in incident_cost.cost(found, other, contract)}
    # Availability is lost once, however many incidents overlap; its own time to restore is missed all the same.
    assert costs["contract", "customer"] == costs["monitoring", "customer"] == Decimal("72.00")
    assert list(incident_cost.cost(found, "INC-2024-0099", contract)) == []
