"""From one contract's entries to the model: both clocks, attribution, works and their proof, corrections."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.contract_book import CONTRACT, Book, basis, epoch, moment, opened, say
from infogere.errors import InfogereError
from infogere.record.reading import Reader
from infogere.sla import history, ledger

INC = "INC-2026-0001"


def ticket(at: str, number: str = "RT-1", written: str = "2026-10-05 12:00"):
    return say("incident-ticket", written, incident=INC, ticket=number, ticket_at=moment(at))


def evidence(at: str, written: str = "2026-10-05 12:00"):
    return say("incident-evidence", written, incident=INC, started=moment(at), probe="https", evidence="timeout")


def restored(at: str, written: str = "2026-10-05 12:30"):
    return say("incident-restored", written, incident=INC, restored=moment(at), evidence="200 OK")


def attributed(cause: str, written: str = "2026-10-05 13:00", **values):
    return say("incident-attributed", written, incident=INC, cause=cause, evidence="access.log", **values)


def contested(seq: int, written: str = "2026-10-05 14:00"):
    facts = {"by": "Hélène Vidal", "reason": "we changed nothing"}
    return say("incident-contested", written, incident=INC, contests=seq, **facts)


def test_what_was_sold(book):
    contract = book.history().contract
    assert (contract.id, contract.monthly_fee, contract.gtr_hours) == (CONTRACT, Decimal("240.00"), 4)
    assert contract.commissioned == epoch("2026-02-01 23:00")
    assert moment("2026-12-25 00:00").date() in contract.closed_days


def test_nothing_is_computed_for_a_contract_that_the_record_does_not_know(book):
    with book.reader() as reader, pytest.raises(InfogereError, match="does not say what contract OF-9 is") as refusal:
        history.load(reader, "OF-9")
    assert refusal.value.way_out


@pytest.mark.parametrize(
    ("in_force", "fee"),
    [(None, "300.00"), ("2026-10-31 22:59", "240.00"), ("2026-11-02 00:00", "300.00"), ("2025-01-01 00:00", "240.00")],
)
def test_a_month_is_priced_with_the_order_form_in_force_in_it(book, in_force, fee):
    book.write(basis("2026-11-01 08:00", monthly_fee="300.00"))
    assert book.history(in_force=in_force).contract.monthly_fee == Decimal(fee)


def test_a_delivery_after_the_basis_commissions(empty_book):
    empty_book.write(basis(commissioned=None))
    assert empty_book.history().contract.commissioned is None
    note = {"server": "web1", "notice": "N-1", "commissioned": moment("2026-02-03 10:00"), "checks": ()}
    empty_book.write(say("delivery", "2026-02-03 10:00", **note))
    assert empty_book.history().contract.commissioned == epoch("2026-02-03 10:00")


def test_the_clocks_are_the_earliest_ticket_and_the_earliest_evidence(book):
    book.write(
        opened(started=moment("2026-10-05 08:50"), ticket="RT-2", ticket_at=moment("2026-10-05 09:30")),
        ticket("2026-10-05 09:10"),
        ticket("2026-10-05 09:40", "RT-3"),
        evidence("2026-10-05 08:45"),
        evidence("2026-10-05 08:55"),
        restored("2026-10-05 11:00"),
    )
    incident = book.incident()
    assert incident.start == epoch("2026-10-05 08:45")
    assert incident.ticket == epoch("2026-10-05 09:10")
    assert incident.restored == epoch("2026-10-05 11:00")
    assert (incident.provider_opened, incident.cause, incident.contested) == (None, None, False)


def test_without_a_ticket_the_providers_own_opening_is_kept_apart(book):
    book.write(opened(at="2026-10-05 09:02", origin="probe", started=moment("2026-10-05 09:00")))
    incident = book.incident()
    assert (incident.ticket, incident.provider_opened) == (None, epoch("2026-10-05 09:02"))
    assert incident.restored is None


def test_the_last_restoration_and_the_last_effect_are_in_force(book):
    book.write(
        opened(),
        restored("2026-10-05 11:00"),
        restored("2026-10-05 11:20"),
        say("incident-effect", "2026-10-05 12:40", incident=INC, effect="degradation", evidence="slow, not down"),
    )
    assert (book.incident().restored, book.incident().effect) == (epoch("2026-10-05 11:20"), "degradation")


def test_an_attribution_counts_until_it_is_contested_and_again_once_that_is_settled(book):
    _, first = book.write(opened(), attributed("client"))
    assert (book.incident().cause, book.incident().contested) == ("client", False)
    (contest,) = book.write(contested(first))
    assert book.incident().contested
    book.write(attributed("client", "2026-10-06 09:00"))
    assert book.incident().contested, "repeating it does not answer the customer"
    book.write(attributed("supplier", "2026-10-07 09:00", settles=contest))
    assert (book.incident().cause, book.incident().contested) == ("supplier", False)


def test_every_contest_wants_its_own_answer(book):
    _, first = book.write(opened(), attributed("client"))
    one, two = book.write(contested(first), contested(first, "2026-10-05 15:00"))
    book.write(attributed("client", "2026-10-06 09:00", settles=one))
    assert book.incident().contested
    book.write(attributed("client", "2026-10-06 10:00", settles=two))
    assert not book.incident().contested


def test_what_a_correction_names_counts_no_more(book):
    _, wrong, _ = book.write(opened(), ticket("2026-10-05 07:00"), ticket("2026-10-05 09:30", "RT-2"))
    assert book.incident().ticket == epoch("2026-10-05 07:00")
    correction = book.correct(wrong, "2026-10-05 12:10", "it was about another server")
    assert book.incident().ticket == epoch("2026-10-05 09:30")
    book.correct(correction, "2026-10-05 12:20", "no, it was this one")
    assert book.incident().ticket == epoch("2026-10-05 07:00")


def test_an_incident_opened_by_mistake_is_none(book):
    (wrong,) = book.write(opened())
    book.correct(wrong, "2026-10-05 09:05")
    assert book.history().incidents == ()


def test_a_contest_cannot_be_corrected_away(book):
    _, first = book.write(opened(), attributed("client"))
    (contest,) = book.write(contested(first))
    book.correct(contest, "2026-10-05 15:00")
    assert book.incident().contested


def test_another_contracts_correction_changes_nothing(book):
    (seq,) = book.write(opened())
    book.write(say("correction", "2026-10-05 10:00", contract="OF-2", corrects=seq, text="not mine"))
    assert len(book.history().incidents) == 1


def test_as_the_record_stood_then(book):
    book.write(opened(), restored("2026-10-05 11:00"))
    then = book.history(at="2026-10-05 10:00")
    assert (then.until, then.incidents[0].restored) == (epoch("2026-10-05 10:00"), None)


def announced(revision: int, start: str, written: str):
    return say(
        "works-announced",
        written,
        works="W-1",
        revision=revision,
        start=moment(start),
        duration_s=7200,
        servers=("web1",),
        subject="new disks",
        notice=f"N-{revision}",
        last_date="2026-10-12",
        send_by=moment("2026-10-12 20:00"),
    )


def answer(revision: int, outcome: str, at: str):
    facts = {"recipient": "helene@example.org", "attempt": 1, "relay": "mx", "answer": "250 ok"}
    return say("notice-attempt", at, notice=f"N-{revision}", outcome=outcome, **facts)


def test_works_are_proved_by_the_first_acceptance_alone(book):
    book.write(announced(1, "2026-10-20 20:00", "2026-10-01 09:00"))
    assert book.works().notice_sent is None
    book.write(answer(1, "deferred", "2026-10-01 09:01"), answer(1, "in-doubt", "2026-10-01 09:02"))
    assert book.works().notice_sent is None
    book.write(answer(1, "accepted", "2026-10-01 09:05"), answer(1, "accepted", "2026-10-02 09:05"))
    works = book.works()
    assert works.notice_sent == epoch("2026-10-01 09:05")
    assert (works.start, works.end) == (epoch("2026-10-20 20:00"), epoch("2026-10-20 22:00"))
    assert (works.servers, works.actual_end) == (("web1",), None)


def test_a_move_that_nobody_accepted_leaves_what_was_announced(book):
    book.write(
        announced(1, "2026-10-20 20:00", "2026-10-01 09:00"),
        answer(1, "accepted", "2026-10-01 09:05"),
        announced(2, "2026-10-27 20:00", "2026-10-10 09:00"),
        answer(2, "refused", "2026-10-10 09:05"),
    )
    assert book.works().start == epoch("2026-10-20 20:00")
    book.write(answer(2, "accepted", "2026-10-10 10:00"))
    works = book.works()
    assert (works.start, works.notice_sent) == (epoch("2026-10-27 20:00"), epoch("2026-10-10 10:00"))


def test_a_notice_cannot_be_dated_back_before_its_announcement_was_recorded(book):
    book.write(announced(1, "2026-10-20 20:00", "2026-10-18 09:00"))
    book.write(answer(1, "accepted", "2026-10-01 09:05"), now="2026-10-18 09:10")
    assert book.works().notice_sent == epoch("2026-10-18 09:00")


def test_cancelled_works_exclude_nothing_unless_announced_again(book):
    book.write(
        announced(1, "2026-10-20 20:00", "2026-10-01 09:00"),
        answer(1, "accepted", "2026-10-01 09:05"),
        say("works-cancelled", "2026-10-02 09:00", works="W-1", reason="disks are late"),
    )
    assert book.history().works == ()
    book.write(announced(2, "2026-10-28 20:00", "2026-10-12 09:00"))
    assert book.works().start == epoch("2026-10-28 20:00")
    assert book.works().notice_sent is None


def test_when_they_really_began_and_ended(book):
    done = {"began": moment("2026-10-20 20:00"), "ended": moment("2026-10-20 23:00"), "result": "done"}
    book.write(announced(1, "2026-10-20 20:00", "2026-10-01 09:00"), say("works-done", works="W-1", **done))
    works = book.works()
    assert (works.actual_start, works.actual_end) == (epoch("2026-10-20 20:00"), epoch("2026-10-20 23:00"))


def interruption(run: str, service: str = "nginx"):
    facts = {"service": service, "began": moment("2026-10-06 10:00"), "seconds": 90, "run": run, "server": "web1"}
    return say("interruption", "2026-10-06 10:02", **facts)


def decision(emergency: str | None):
    facts = {"action": "patch-critical", "allowed": True, "reason": "open", "run": "r1", "server": "web1"}
    return say("decision", "2026-10-06 09:59", emergency=emergency, **facts)


def test_an_interruption_that_a_run_measured_is_works_that_nobody_announced(book):
    book.write(decision(None), interruption("r1"))
    works = book.works()
    assert (works.start, works.end) == (epoch("2026-10-06 10:00"), epoch("2026-10-06 10:01") + 30)
    assert (works.notice_sent, works.in_slot, works.emergency) == (None, True, False)


def test_an_interruption_without_a_decision_was_in_no_slot(book):
    book.write(interruption("r1"))
    assert not book.works().in_slot


def test_a_reboot_was_in_no_slot(book):
    book.write(decision(None), interruption("r1", "reboot"))
    assert not book.works().in_slot


def test_emergency_work_and_whether_the_customer_was_told(book):
    (seq,) = book.write(decision("CVE-2026-1 is exploited"))
    book.write(interruption("r1"), opened(), say("incident-linked", incident=INC, entry=seq))
    for one in (book.works(), book.incident()):
        assert (one.emergency, one.customer_informed) == (True, False)
    assert not book.works().in_slot
    notice = {"notice": "N-1", "purpose": "emergency", "language": "fr", "recipients": ("a@example.org",)}
    mail = {"subject": "Urgence", "message_id": "<1@example.org>", "digest": "0" * 64}
    book.write(say("notice", "2026-10-06 10:05", follows=seq, **notice, **mail))
    assert not book.incident().customer_informed
    book.write(answer(1, "accepted", "2026-10-06 10:06"))
    assert book.incident().customer_informed
    assert book.works().customer_informed


def test_an_incident_that_a_network_cut_caused(book):
    facts = {"from": "active", "to": "network-cut", "clause": "A-3.1.4-1", "requester": "support", "reason": "flaw"}
    _, seq = book.write(opened(), say("state", server="web1", **facts))
    assert not book.incident().network_cut
    book.write(say("incident-linked", incident=INC, entry=seq))
    assert book.incident().network_cut


def test_probes_in_order_of_time(book):
    late, early = ({"server": "web1", "probe": "https", "source": "blackbox", "state": s} for s in ("up", "down"))
    book.write(say("probe", "2026-10-05 09:10", **late), say("probe", "2026-10-05 09:00", **early))
    assert [(one.at, one.state) for one in book.history().probes] == [
        (epoch("2026-10-05 09:00"), "down"),
        (epoch("2026-10-05 09:10"), "up"),
    ]


INDEPENDENT = (
    ticket("2026-10-05 09:10"),
    ticket("2026-10-05 09:40", "RT-3"),
    evidence("2026-10-05 08:45"),
    restored("2026-10-05 11:00"),
    attributed("supplier"),
    announced(1, "2026-10-20 20:00", "2026-10-05 09:00"),
    say("probe", "2026-10-05 09:10", server="web1", probe="https", source="blackbox", state="down"),
    interruption("r1"),
    opened("INC-2026-0002"),
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The independent events as the record holds them, all written in one moment."""
    book = Book(tmp_path_factory.mktemp("independent"))
    book.write(basis(), opened(), *INDEPENDENT, now="2026-10-06 12:00")
    with book.reader() as reader:
        return ledger.entries(reader, CONTRACT, history.KINDS)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_order_in_which_independent_events_are_entered_changes_nothing(stored, data):
    first, second, *events = stored
    shuffled = [first, second, *data.draw(st.permutations(events))]
    until = moment("2026-11-01 00:00")
    assert history.fold(shuffled, CONTRACT, until) == history.fold(stored, CONTRACT, until)


def test_a_damaged_entry_is_not_computed_with(book):
    book.write(opened())

    class Damaged(Reader):
        def _select(self, rest, **parameters):
            return [
                entry._replace(body=entry.body.replace(b"site down", b"all is up"))
                for entry in super()._select(rest, **parameters)
            ]

    with Damaged(book.url) as reader, pytest.raises(InfogereError, match=r"entry \d+ of the record is damaged"):
        history.load(reader, CONTRACT)
