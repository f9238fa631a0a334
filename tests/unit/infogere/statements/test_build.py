"""What a statement says: its figures are those of the computation, its rows those of the entries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from doubles.told import CONTRACT, at, epoch, outage, say, sold, statement, stored
from infogere.errors import InfogereError
from infogere.record.envelope import read
from infogere.record.reading import Reader
from infogere.statements import build


@pytest.mark.parametrize(
    ("restored", "rate", "unavailable_s", "breach", "amount"),
    [
        ("2024-06-12 10:43:12", "99.900000", 2592, False, "0.00"),
        ("2024-06-12 10:43:13", "99.899961", 2593, True, "3.00"),
        ("2024-06-12 11:00:00", "99.861111", 3600, True, "3.00"),
    ],
)
def test_figures_of_the_worked_examples(
    restored: str, rate: str, unavailable_s: int, breach: bool, amount: str
) -> None:
    told = statement(*outage("I1", "2024-06-12 10:00", restored))
    month = told.result.month
    assert (str(month.availability.rate), month.availability.unavailable_s) == (rate, unavailable_s)
    assert (month.breach, told.result.total.amount) == (breach, Decimal(amount))
    cell = next(cell for cell in told.year if cell.current)
    assert (cell.state, str(cell.rate)) == ("breach" if breach else "kept", rate)


def test_the_head_says_whom_and_what() -> None:
    head = statement(basis=sold("Librairie", ("web2", "web1"), backup=None)).head
    assert (head.customer, head.servers, head.terms) == ("Librairie", ("web1", "web2"), "HBT-20220901-01")
    assert (head.month, head.fee, head.gtr_hours) == (date(2024, 6, 1), Decimal("120.00"), 4)
    assert (head.guaranteed, head.slice_percent, head.provisional) == (Decimal("99.9"), Decimal("2.5"), False)


@pytest.mark.parametrize(
    ("month", "now", "message"),
    [
        ("2023-12", "2024-07-03 09:00", "was commissioned on 2024-01-01"),
        ("2024-08", "2024-07-03 09:00", "2024-08 has not begun"),
        ("2024-13", "2024-07-03 09:00", "is no month"),
    ],
)
def test_a_month_that_cannot_be_told(month: str, now: str, message: str) -> None:
    with pytest.raises(InfogereError, match=message):
        statement(month=month, now=now)


def test_a_contract_that_the_record_does_not_know() -> None:
    asked = build.Wanted("OF-9", "2024-06", at("2024-07-03 09:00"), "customer", "Alba")
    with pytest.raises(InfogereError, match="OF-9"):
        build.arrange((), asked, statement().proof)


def test_a_month_that_runs_is_provisional() -> None:
    told = statement(now="2024-06-20 12:00")
    assert told.head.provisional
    assert told.head.known_until == epoch("2024-06-20 12:00")
    assert [cell.state for cell in told.year[:7]] == ["kept"] * 5 + ["running", "to-come"]


@pytest.mark.parametrize(("month", "seconds"), [("2024-03", 2_674_800), ("2024-10", 2_682_000), ("2024-02", 2_505_600)])
def test_months_have_their_real_length(month: str, seconds: int) -> None:
    told = statement(month=month, now="2024-12-01 09:00")
    assert told.result.month.availability.total_s == seconds
    assert told.head.end - told.head.start == seconds


def test_a_service_year_that_begins_inside_a_month_touches_thirteen() -> None:
    begun = sold(commissioning_date="2024-03-15T10:00:00")
    told = statement(basis=begun, month="2025-03", now="2025-04-02 09:00")
    assert [year.number for year in told.result.years] == [1, 2]
    assert [f"{cell.month:%Y-%m}" for cell in told.year[:: len(told.year) - 1]] == ["2024-03", "2025-03"]
    assert len(told.year) == 13, "the year that this month closes"


def test_the_order_form_in_force_in_the_month_counts() -> None:
    dearer = sold(monthly_fee="500.00").model_copy(update={"at": at("2024-07-01 08:00")})
    told = statement(*outage("I1", "2024-06-12 10:00", "2024-06-12 11:00"), dearer)
    assert told.head.fee == Decimal("120.00")
    assert told.result.total.amount == Decimal("3.00")


def test_incidents_in_order_with_both_clocks() -> None:
    told = statement(
        *outage("I2", "2024-06-20 10:00", "2024-06-20 10:30", cause="client"),
        *outage("I1", "2024-06-12 10:00", "2024-06-12 11:00", ticket="2024-06-12 10:10"),
        *outage("I3", "2024-05-12 10:00", "2024-05-12 11:00"),
        say("problem", "2024-06-21 09:00", problem="P-1", summary="leak", root_cause="a full disk"),
        say("incident-linked", "2024-06-21 09:01", incident="I1", problem="P-1"),
    )
    first, second = told.incidents
    assert [(row.number, row.id, row.standing) for row in (first, second)] == [(1, "I1", "counts"), (2, "I2", "client")]
    assert (first.contract_s, first.monitoring_s) == (3000, 3600)
    assert first.span == (epoch("2024-06-12 10:10"), epoch("2024-06-12 11:00"))
    assert (first.ticket, first.problem, first.root_cause) == ("T-I1", "P-1", "a full disk")
    assert (second.clause, second.evidence) == ("A-5.1-6", "log")


def test_a_contested_attribution_counts_and_says_who_contests() -> None:
    entries = outage("I1", "2024-06-12 10:00", "2024-06-12 11:00", cause="client")
    contest = say("incident-contested", "2024-06-13 09:00", incident="I1", contests=4, by="Claire", reason="not us")
    (row,) = statement(*entries, contest).incidents
    assert (row.standing, row.contested_by, row.contest_reason) == ("counts-contested", "Claire", "not us")


def test_an_outage_that_only_monitoring_saw_is_shown_and_not_counted() -> None:
    told = statement(*outage("I1", "2024-06-12 10:00", "2024-06-12 11:00", ticket=None))
    (row,) = told.incidents
    assert (row.standing, row.contract_s, row.monitoring_s) == ("no-ticket", 0, 3600)
    assert row.span == (epoch("2024-06-12 10:00"), epoch("2024-06-12 11:00"))
    assert told.result.month.availability.unavailable_s == 0


def test_works_announced_in_time_and_a_cut_that_a_run_measured() -> None:
    told = statement(
        say("works-announced", "2024-06-03 09:00", works="W-1", revision=1, start="2024-06-20 22:00",
            duration_s=3600, servers=("web1",), subject="New switch", notice="N-1", last_date="2024-06-12",
            send_by="2024-06-12 22:00"),
        say("notice-attempt", "2024-06-03 09:01", notice="N-1", recipient="a@example.net", attempt=1,
            outcome="accepted", relay="mx.example.net", answer="250 ok"),
        say("interruption", "2024-06-25 09:00:30", run="r1", server="web1", service="nginx",
            began="2024-06-25 09:00", seconds=20),
    )  # fmt: skip
    announced, measured = told.works
    assert (announced.standing, announced.planned_s, announced.measured) == ("planned", 3600, None)
    assert announced.notice_sent == epoch("2024-06-03 09:01")
    assert (measured.measured, measured.counted_s, measured.servers) == ("nginx", 20, ("web1",))


def test_both_profiles_and_what_differs() -> None:
    told = statement(*outage("I1", "2024-06-12 10:00", "2024-06-12 13:00"))
    assert (told.both.customer.total.amount, told.both.provider.total.amount) == (Decimal("9.00"), Decimal("0.00"))
    differing = {one.switch: (one.customer, one.provider) for one in told.both.differences}
    assert differing["breach_test"] == ("month-or-year", "year-only")
    assert "reminders" not in differing, "it has no part in the computation"


def test_the_profile_in_force_is_the_result() -> None:
    told = statement(*outage("I1", "2024-06-12 10:00", "2024-06-12 13:00"), profile="provider")
    assert told.result is told.both.provider


def test_entries_in_another_order_tell_the_same() -> None:
    one, other = (
        outage(name, f"2024-06-{day} 10:00", f"2024-06-{day} 10:20") for name, day in (("I1", "12"), ("I2", "20"))
    )
    assert statement(*one, *other) == statement(*other, *one)


def test_the_chain_that_the_tests_write_is_one() -> None:
    rows = stored([sold(), *outage("I1", "2024-06-12 10:00", "2024-06-12 11:00")])
    assert [row.contract_seq for row in rows] == [1, 2, 3, 4]
    assert all(row.contract == CONTRACT and row.fields for row in rows)


def test_a_verification_reads_every_entry_of_the_example_the_quick_way(example_record) -> None:
    """As deep as data of any kind goes: or a verification would be slow where it should not."""
    with Reader(f"sqlite:///{example_record[0]}/record.db") as reader:
        assert [entry.label for entry in reader.stream() if read(entry.body) is None] == []
