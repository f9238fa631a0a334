"""The basis entry: what it takes from where, when it is written again, and the way back to rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from doubles.contract_book import CONTRACT, moment, say
from infogere import terms
from infogere.errors import InfogereError
from infogere.fleet.models import Customer, Gtr, OrderForm, Server
from infogere.sla import basis


def server(name: str = "web1", **form) -> Server:
    facts = {"id": CONTRACT, "customer": "librairie", "level": "custom", "commissioning_date": date(2026, 2, 2)}
    order = OrderForm.model_validate({**facts, "monthly_fee": Decimal("240"), "gtr": Gtr(hours=4), **form})
    return Server(name, order, (), Customer(id="librairie", name="Librairie Occitane SARL"))


def delivery(name: str, at: str):
    note = {"server": name, "notice": "N-1", "commissioned": moment(at), "checks": ()}
    return say("delivery", at, **note)


def ensure(book, *servers, now="2026-10-05 09:00"):
    return basis.ensure(book.url, book.state_dir, servers or (server(),), now=moment(now))


def kinds(book):
    with book.reader() as reader:
        return [entry.kind for entry in reader.stream(contract=CONTRACT)]


def test_the_figures_are_those_of_the_order_form_the_terms_and_the_calendar():
    entry = basis.of([server("web2"), server("web1")])
    assert (entry.contract, entry.customer_name, entry.servers) == (
        CONTRACT,
        "Librairie Occitane SARL",
        ("web1", "web2"),
    )
    assert (entry.monthly_fee, entry.gtr_hours, entry.gtr_coverage) == ("240.00", 4, "24x7")
    assert entry.commissioned == datetime(2026, 2, 1, 23, tzinfo=UTC), "a date begins in the contract's zone"
    assert (entry.rate, entry.monthly_limit_s, entry.slice_s, entry.slice_percent) == ("99.9", 2592, 3600, "2.5")
    assert [(band.up_to_hours, band.percent) for band in entry.bands] == [(1, "20"), (2, "30"), (3, "40"), (None, "50")]
    assert (entry.gtd_cap_percent, entry.gtr_cap_percent, entry.notice_days) == ("100", "100", 8)
    assert {"2026-07-14", "2026-11-11", "2027-01-01"} <= set(entry.closed_days)
    assert (entry.level, entry.backup_ordered, entry.time_credit_minutes) == ("custom", False, 0)
    assert entry.calendar_version.startswith("fr-2026.1+")


def test_what_was_not_sold_stays_unsaid():
    entry = basis.of([server(monthly_fee=None, gtr=None, commissioning_date=None)])
    assert (entry.monthly_fee, entry.gtr_hours, entry.gtr_coverage, entry.commissioned) == (None, None, None, None)


@pytest.mark.parametrize(
    ("servers", "deliveries", "commissioned"),
    [
        # Delivered before the record began: the order form's date.
        (["web1"], [], "2026-02-01 23:00"),
        # The sending of the note wins over what somebody had planned (Q1).
        (["web1"], [("web1", "2026-02-03 10:00")], "2026-02-03 10:00"),
        # A second delivery of the same server begins nothing new.
        (["web1"], [("web1", "2026-02-03 10:00"), ("web1", "2026-06-01 10:00")], "2026-02-03 10:00"),
        # The service began with its first server.
        (["web1", "web2"], [("web2", "2026-06-01 10:00")], "2026-02-01 23:00"),
        (["web2"], [("web1", "2026-02-03 10:00"), ("web2", "2026-06-01 10:00")], "2026-02-03 10:00"),
    ],
)
def test_commissioning(servers, deliveries, commissioned):
    entry = basis.of([server(name) for name in servers], [delivery(*one) for one in deliveries])
    assert entry.commissioned == moment(commissioned)


def test_a_basis_is_written_once_and_again_only_when_a_value_has_changed(empty_book):
    assert ensure(empty_book).monthly_fee == "240.00"
    ensure(empty_book, now="2026-10-06 09:00")
    assert kinds(empty_book) == ["contract-basis"]
    dearer = server(monthly_fee=Decimal("300"))
    assert ensure(empty_book, dearer, now="2026-10-07 09:00").monthly_fee == "300.00"
    assert kinds(empty_book) == ["contract-basis", "contract-basis"]
    empty_book.write(delivery("web1", "2026-10-07 10:00"))
    assert ensure(empty_book, dearer, now="2026-10-08 09:00").commissioned == moment("2026-10-07 10:00")
    assert kinds(empty_book) == ["contract-basis", "contract-basis", "delivery", "contract-basis"]


def test_rules_come_back_with_the_switches_that_the_order_form_settles():
    entry = basis.of([server(readings={"caps": "separate", "afternoon_starts": "14:00"})])
    customer, provider = (basis.rules(entry, profile) for profile in terms.PROFILES)
    assert customer.readings == terms.readings(changes={"caps": "separate", "afternoon_starts": "14:00"})
    assert customer.readings.afternoon_starts == time(14)
    assert provider.readings.caps == "separate"
    assert provider.readings.slice_rounding == terms.readings("provider").slice_rounding
    assert customer.terms is terms.load()


def test_other_terms_than_those_signed_are_refused():
    with pytest.raises(InfogereError, match="signed under HBT-2019") as refusal:
        basis.of([server(terms="HBT-2019")])
    assert refusal.value.clause == "A-1-1"
    stale = basis.of([server()]).model_copy(update={"terms": "HBT-2019"})
    with pytest.raises(InfogereError, match="signed under HBT-2019"):
        basis.rules(stale, "customer")
