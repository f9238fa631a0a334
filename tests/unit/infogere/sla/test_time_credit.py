"""Support time: quarter hours, the month's allowance, nearest expiry first, nothing spent twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.contract_book import moment
from doubles.office import CONTRACT, OTHER
from infogere import terms
from infogere.errors import InfogereError
from infogere.record.entries import Correction
from infogere.sla import time_credit
from infogere.sla.credit_desk import CreditDesk, Work
from infogere.sla.time_credit import Grant

TERMS = terms.load()
DAY = date(2024, 6, 3)


@pytest.mark.parametrize(
    ("worked_s", "rounded", "by_minute"),
    [(1, 15, 15), (900, 15, 15), (901, 30, 16), (2400, 45, 40), (3600, 60, 60), (6600, 120, 110)],
)
def test_quarter_hours(worked_s, rounded, by_minute):
    assert time_credit.counted(worked_s, TERMS, terms.readings()) == rounded
    other = terms.readings(changes={"time_unit": "first-unit-then-minutes"})
    assert time_credit.counted(worked_s, TERMS, other) == by_minute


@pytest.mark.parametrize(
    ("month", "commissioned", "reading", "expected"),
    [
        ("2024-06-17", "2023-03-15", "next-first", ("2024-06-01", "2024-06-30", 120)),
        ("2024-06-01", "2024-05-31", "next-first", ("2024-06-01", "2024-06-30", 120)),
        # The first credit is on the first 1st after commissioning (Q16).
        ("2024-06-17", "2024-06-01", "next-first", None),
        ("2024-06-17", "2024-06-16", "next-first", None),
        ("2024-05-17", "2024-06-16", "next-first", None),
        # 15 of 30 days.
        ("2024-06-17", "2024-06-16", "prorated", ("2024-06-16", "2024-06-30", 60)),
        ("2024-05-17", "2024-06-16", "prorated", None),
        ("2024-02-10", "2023-03-15", "next-first", ("2024-02-01", "2024-02-29", 120)),
    ],
)
def test_the_months_allowance(month, commissioned, reading, expected):
    days = [date.fromisoformat(text) for text in (month, commissioned)]
    due = time_credit.allowance(days[0], 120, days[1], TERMS, terms.readings(changes={"first_credit": reading}))
    assert (due and (due[0].isoformat(), due[1].isoformat(), due[2])) == expected


def test_nearest_expiry_first_and_what_finds_nothing_is_billable():
    grants = (
        Grant("expired", "allowance", DAY - timedelta(30), DAY - timedelta(1), 60, 60),
        Grant("soon", "allowance", DAY, DAY + timedelta(2), 60, 45),
        Grant("later", "managed-hours", DAY, DAY + timedelta(30), 60, 30),
        Grant("not yet", "managed-hours", DAY + timedelta(1), DAY + timedelta(40), 60, 60),
    )
    spent = time_credit.spend(120, DAY, grants)
    assert [(share.grant, share.minutes) for share in spent.shares] == [("soon", 45), ("later", 30)]
    assert spent.unpaid == 45


@given(
    minutes=st.integers(1, 600),
    left=st.lists(st.tuples(st.integers(0, 300), st.integers(-3, 3), st.integers(-3, 3)), max_size=6),
)
def test_minutes_are_neither_lost_nor_made(minutes, left):
    grants = [
        Grant(f"g{number}", "allowance", DAY + timedelta(first), DAY + timedelta(last), 300, rest)
        for number, (rest, first, last) in enumerate(left)
    ]
    spent = time_credit.spend(minutes, DAY, grants)
    taken = {share.grant: share.minutes for share in spent.shares}
    assert sum(taken.values()) + spent.unpaid == minutes
    assert all(taken[grant.id] <= grant.left and grant.usable(DAY) for grant in grants if grant.id in taken)
    usable = sum(grant.left for grant in grants if grant.usable(DAY))
    assert spent.unpaid == max(0, minutes - usable)


def credit(desks, now, contract=CONTRACT):
    return CreditDesk(desks.at(now), contract, "ada")


def test_a_month_is_credited_once_however_often_it_is_asked(desks):
    seq, entry = credit(desks, "2024-06-05 09:00").allowance(DAY)
    assert (seq > 0, entry.minutes, entry.granted, entry.expires) == (True, 120, "2024-06-01", "2024-06-30")
    assert credit(desks, "2024-06-20 09:00").allowance(DAY) is None
    assert credit(desks, "2024-07-01 09:00").allowance(date(2024, 7, 1)) is not None
    with pytest.raises(InfogereError, match="credited on its first day"):
        credit(desks, "2024-06-30 09:00").allowance(date(2024, 7, 1))


def test_who_ordered_no_time_gets_none(desks):
    assert credit(desks, "2024-06-05 09:00", OTHER).allowance(DAY) is None


def test_the_two_kinds_of_hours_have_their_own_expiry(desks):
    writer = credit(desks, "2024-06-03 09:00")
    managed = writer.buy("managed-hours", 60, DAY, "D-1, paid F-1")[1]
    occasional = writer.buy("occasional-hours", 60, DAY, "D-2, paid F-2")[1]
    assert (managed.grant, managed.expires) == ("HRS-2024-0001", "2024-07-03")
    # Thirty working days, the 14th of July falling on a Sunday.
    assert (occasional.grant, occasional.expires) == ("HRS-2024-0002", "2024-07-15")
    with pytest.raises(InfogereError, match="level supervision, which is not managed") as refusal:
        credit(desks, "2024-06-03 09:00", OTHER).buy("managed-hours", 60, DAY, "D-1, paid F-1")
    assert refusal.value.clause == "A-4.2-2"
    with pytest.raises(InfogereError, match="has not come yet"):
        writer.buy("managed-hours", 60, DAY + timedelta(1), "D-1, paid F-1")


def test_spending_credits_the_month_first_and_never_carries_over(desks):
    writer = credit(desks, "2024-06-20 09:00")
    _, spent = writer.spend(Work("RT-1", 2400, "moved a site", DAY))
    assert (spent.minutes, spent.unpaid_minutes) == (45, 0)
    assert [(share.grant, share.minutes) for share in spent.shares] == [("allowance-2024-06", 45)]
    _, spent = credit(desks, "2024-07-02 09:00").spend(Work("RT-2", 9000, "audit", date(2024, 7, 2)))
    assert [(share.grant, share.minutes) for share in spent.shares] == [("allowance-2024-07", 120)]
    assert spent.unpaid_minutes == 30
    with pytest.raises(InfogereError, match="no time was worked"):
        writer.spend(Work("RT-3", 0, "nothing", DAY))


def test_a_corrected_spending_gives_its_minutes_back(desks):
    writer = credit(desks, "2024-06-20 09:00")
    seq, _ = writer.spend(Work("RT-1", 2400, "moved a site", DAY))
    wrong = Correction(terms=TERMS.version, contract=CONTRACT, at=moment("2024-06-20 10:00"), corrects=seq, text="RT-2")
    writer.desk.append(lambda _: wrong)
    assert [grant.left for grant in writer.grants()] == [120]
