"""The delivery note: sent once; its first acceptance is the commissioning."""

from __future__ import annotations

import pytest

from infogere.errors import InfogereError
from infogere.fleet.models import Contact, Customer, OrderForm, Server
from infogere.notices.delivery import Handover, deliver, settle
from infogere.notices.sending import flush, resend
from infogere.policy.standing import standing
from infogere.record.reading import Reader
from infogere.record.verify import verify_record

CHECKS = [{"name": "units", "seen": "nginx, apache2"}, {"name": "fixed-address", "seen": "192.0.2.10"}]


def handover(*contacts: Contact, **form) -> Handover:
    customer = Customer(id="someone", name="Someone", contacts=contacts, language="en")
    ordered = OrderForm.model_validate({"id": "OF-1", "customer": "someone", "level": "custom", **form})
    server = Server("web1.example.net", ordered, customer=customer)
    return Handover(server, "HBT-20220901-01", "Europe/Paris", "192.0.2.10", CHECKS, "ada")


ADA = Contact(name="Ada", mail="ada@example.com")
BEN = Contact(name="Ben", mail="ben@example.com")


@pytest.fixture
def hand_over(desk, mail_server):
    def call(*contacts, **form):
        return deliver(
            desk.outbox, mail_server.relay, desk.sender, handover(*(contacts or (ADA,)), **form), clock=desk.clock
        )

    return call


def kinds(desk):
    with Reader(desk.outbox.url) as reader:
        return [entry.kind for entry in reader.stream() if entry.kind != "checkpoint"]


def test_the_acceptance_is_the_commissioning(desk, mail_server, hand_over):
    delivery = hand_over(options={"antispam": True})
    assert delivery.commissioned == desk.now
    assert delivery.checks == ("units: nginx, apache2", "fixed-address: 192.0.2.10")
    assert kinds(desk) == ["notice", "notice-attempt", "delivery", "state"]
    known = standing(desk.outbox.url, "web1.example.net")
    assert (known.state, known.since) == ("active", desk.now)
    (message,) = mail_server.got
    assert str(message["Subject"]) == "Delivery note: server web1.example.net is available"
    text = message.get_body(("plain",)).get_content()
    for words in ("IP address: 192.0.2.10", "Options: antispam", "- services running (nginx, apache2)"):
        assert words in text
    assert verify_record(desk.outbox.url, desk.state_dir, now=desk.now).findings == ()


def test_nothing_is_sent_twice(desk, mail_server, hand_over):
    first = hand_over()
    desk.pass_by(days=1)
    assert hand_over() == first
    assert len(mail_server.got) == 1


def test_nobody_to_send_it_to(desk, mail_server, hand_over):
    with pytest.raises(InfogereError, match="nobody to send the delivery note to") as refused:
        hand_over(Contact(name="Ada", phone="+33 1 00 00 00 00"))
    assert refused.value.clause == "A-3.1.1-3"
    assert not (desk.state_dir / "record.db").exists()


def test_a_note_that_waits_commissions_nothing_until_it_is_accepted(desk, mail_server, hand_over):
    mail_server.rcpt = ["451 later"]
    with pytest.raises(InfogereError, match="not accepted yet") as refused:
        hand_over()
    assert "flush" in refused.value.way_out
    assert kinds(desk) == ["notice", "notice-attempt"]
    desk.pass_by(minutes=1)
    flush(desk.outbox, mail_server.relay, clock=desk.clock)
    (delivery,) = settle(desk.outbox, clock=desk.clock)
    assert delivery.commissioned == desk.now, "when it was accepted, not when it was written"
    assert settle(desk.outbox, clock=desk.clock) == []


def test_a_run_that_died_before_writing_it_down_is_completed(desk, mail_server, hand_over, monkeypatch):
    from infogere.notices import delivery

    def die(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "settle", die)
        with pytest.raises(KeyboardInterrupt):
            hand_over()
    sent = desk.now
    desk.pass_by(hours=1)
    assert hand_over().commissioned == sent
    assert len(mail_server.got) == 1


def test_a_note_in_doubt_is_not_sent_again_by_itself(desk, mail_server, hand_over):
    mail_server.hang_up = True
    for _ in range(2):
        with pytest.raises(InfogereError, match="in-doubt") as refused:
            hand_over()
    assert len(mail_server.got) == 1
    notice = refused.value.way_out.split()[3].rstrip(";")
    mail_server.hang_up = False
    resend(desk.outbox, notice, clock=desk.clock)
    assert hand_over().notice == notice


def test_refused_for_all_lets_a_new_note_go(desk, mail_server, hand_over):
    mail_server.rcpt = ["550 no such user"] * 2
    with pytest.raises(InfogereError, match="refused for every contact"):
        hand_over(ADA, BEN)
    assert hand_over(BEN).commissioned == desk.now
    assert [str(message["To"]) for message in mail_server.got] == ["Ben <ben@example.com>"]


def test_one_contact_is_enough(desk, mail_server, hand_over):
    mail_server.rcpt = ["550 no such user"]
    assert hand_over(ADA, BEN).commissioned == desk.now
