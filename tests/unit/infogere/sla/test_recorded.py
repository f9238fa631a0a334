"""A month from the record: its order form, its rules, its history."""

from __future__ import annotations

from decimal import Decimal

import pytest

from doubles.contract_book import CONTRACT, Book, basis, moment, opened, say
from infogere import terms
from infogere.errors import InfogereError
from infogere.sla import compute, recorded
from infogere.sla.recorded import Recorded
from infogere.sla.result import BothProfiles

INC = "INC-2026-0001"
_BOTH = [terms.readings(profile).model_dump(mode="json") for profile in terms.PROFILES]
READINGS = tuple({"name": name, "customer": _BOTH[0][name], "provider": _BOTH[1][name]} for name in _BOTH[0])


@pytest.fixture
def outage(empty_book: Book) -> Book:
    """Six hours down in October 2026, seen by a probe ten minutes before the customer's ticket."""
    empty_book.write(
        basis(readings=READINGS),
        opened(at="2026-10-05 08:00", started=moment("2026-10-05 07:50"), probe="https"),
        say("incident-ticket", "2026-10-05 08:05", incident=INC, ticket="RT-1", ticket_at=moment("2026-10-05 08:00")),
        say(
            "incident-restored",
            "2026-10-05 14:00",
            incident=INC,
            restored=moment("2026-10-05 14:00"),
            evidence="200 OK",
        ),
    )
    return empty_book


def load(book: Book, month: str = "2026-10", at: str = "2026-11-02 00:00") -> Recorded:
    with book.reader() as reader:
        return recorded.load(reader, CONTRACT, month, moment(at))


def priced(book: Book, month: str = "2026-10", at: str = "2026-11-02 00:00") -> BothProfiles:
    found = load(book, month, at)
    return compute.both(found.history, month, found.rules_of)


def test_a_month_of_the_record(outage: Book) -> None:
    both = priced(outage)
    terms_of_month = both.customer.month.availability
    assert (terms_of_month.unavailable_s, terms_of_month.monitored_s) == (21_600, 22_200)
    assert [(line.overrun_s, line.percent) for line in both.customer.gtr.lines] == [(7_200, 30)]
    assert both.customer.total.amount == Decimal("108.00")
    assert both.customer.month.complete


def test_the_order_form_of_the_month_is_the_one_that_counts(outage: Book) -> None:
    outage.write(basis("2026-11-01 08:00", monthly_fee="300.00", readings=READINGS))
    assert load(outage).history.contract.monthly_fee == Decimal("240.00")
    assert load(outage, "2026-11", "2026-11-20 00:00").history.contract.monthly_fee == Decimal("300.00")


def test_what_the_order_form_settles_holds_under_both_profiles(empty_book: Book) -> None:
    settled = tuple({**one, "provider": one["customer"]} if one["name"] == "breach_test" else one for one in READINGS)
    empty_book.write(basis(readings=settled))
    rules_of = load(empty_book).rules_of
    assert rules_of["provider"].readings.breach_test == "month-or-year"
    assert rules_of["provider"].readings.gtr_bands == "threshold-reached"


def test_as_the_record_stood_then(outage: Book) -> None:
    past = load(outage, at="2026-10-05 10:00").history
    (incident,) = past.incidents
    assert incident.restored is None
    assert priced(outage, at="2026-10-05 10:00").customer.month.availability.unavailable_s == 7_200
    assert not priced(outage, at="2026-10-05 10:00").customer.month.complete


def test_a_month_that_has_not_begun(outage: Book) -> None:
    with pytest.raises(InfogereError, match="2027-01 has not begun"):
        load(outage, "2027-01")
