"""Notices through a real Postfix, and a server handed over from the check to the mailbox."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from infogere.lab.clients.mail import DEFERRAL
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.sending import flush
from infogere.notices.smtp import Relay
from infogere.notices.writing import Draft, new_id, write
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.record.verify import verify_record
from neighbours.patience import until

pytestmark = pytest.mark.lab

SENDER = Mailbox("Hébergeur", "exploitation@provider.example")
FACTS = {
    "zone": "Europe/Paris",
    "works_subject": "Changement de disque",
    "servers": ["web1.example"],
    "start": "2026-12-03T21:00:00+00:00",
    "reason": "le disque tient",
}


def answers(server, *recipients):
    """Postfix's codes for our sender and these recipients; the last is 0 where the connection broke."""
    codes = []
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP(server.address, timeout=30) as smtp:
        smtp.ehlo("provider.example")
        codes.append(smtp.mail(SENDER.address)[0])
        codes += [smtp.rcpt(recipient)[0] for recipient in recipients]
        return codes
    return [*codes, 0]


def await_filter(server):
    """Return when Postfix has its filter: a server that has just booted puts all mail off (451 4.7.1)."""
    assert until(lambda: answers(server) == [250], DEFERRAL), "Postfix takes no mail"


@pytest.fixture
def notify(server, tmp_path):
    """``notify(local part)``: send a notice to that address of the server, and say what became of it."""
    await_filter(server)
    outbox = Outbox(f"sqlite:///{tmp_path / 'record.db'}", tmp_path)
    outbox.prepare()

    def call(name):
        to = (Mailbox("Ada", f"{name}@{server.name}"),)
        notice, now = new_id(), datetime.now(UTC)
        draft = Draft("BC-1", "HBT-20220901-01", "works-cancelled", "fr", to, FACTS)
        with Store(outbox.url, tmp_path) as store, store.writing(now=now) as transaction:
            write(transaction, notice, draft, SENDER, about=None, now=now)
        (sent,) = flush(outbox, Relay("smtp", server.address, 25), notices=[notice])
        return notice, sent.letter

    return call


def test_postfix_accepts_and_delivers(server, notify):
    notice, letter = notify("postmaster")
    assert letter.state == "accepted", letter.answer
    assert "queued as" in letter.answer
    queue_id = letter.answer.rpartition(" ")[2]
    said = server.run(
        f'timeout 120 sh -c \'until journalctl -u "postfix*" | grep "{queue_id}.*status=sent"; do sleep 0.1; done\''
    )
    assert "status=sent" in said.stdout
    assert f"<{notice}@provider.example>" in server.run("cat /var/mail/* /var/spool/mail/* 2>/dev/null").stdout


def test_postfix_refuses_an_unknown_user(notify):
    _, letter = notify("nobody-of-this-name")
    assert letter.state == "refused"
    assert letter.answer.startswith("550 5.1.1")


def test_postfix_defers_what_it_is_told_to(server, notify):
    unknown = f"nobody-of-this-name@{server.name}"
    server.run("postconf -e soft_bounce=yes && postfix reload")
    try:
        # A process that was waiting for the next client takes it with the settings from before.
        assert until(lambda: answers(server, unknown) == [250, 450])
        _, letter = notify("nobody-of-this-name")
    finally:
        server.run("postconf -X soft_bounce && postfix reload")
    assert until(lambda: answers(server, unknown) == [250, 550])
    assert letter.state == "waiting"
    assert letter.answer.startswith("450 4.1.1")


@pytest.fixture
def hand_over(spare_server, tmp_path, monkeypatch):
    """``hand_over(*options)``: run the playbook with a record of its own, and Postfix of the server as the relay."""
    await_filter(spare_server)
    url = f"sqlite:///{tmp_path / 'record.db'}"
    monkeypatch.setenv("INFOGERE_RECORD_URL", url)
    monkeypatch.setenv("INFOGERE_SMTP_URL", f"smtp://{spare_server.address}")
    monkeypatch.setenv("INFOGERE_MAIL_FROM", "Example Hosting <ops@provider.example>")
    contact = {"name": "Postmaster", "mail": f"postmaster@{spare_server.name}"}
    customer = {"id": "test", "name": "Test customer", "language": "en", "contacts": [contact]}
    form = {"id": "TEST-1", "customer": "test", "level": "custom", "terms": "HBT-20220901-01", "monthly_fee": "120.00"}

    def call(*options, **ordered):
        variables = {"customer": customer, "order_form": {**form, "options": {"antispam": True, **ordered}}}
        done = spare_server.playbook("infogere.hosting.deliver", variables, "--limit", spare_server.name, *options)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    call.url = url
    return call


def kinds(url):
    with Reader(url) as reader:
        return [
            entry.kind for entry in reader.stream() if not entry.kind.startswith(("run-", "decision", "checkpoint"))
        ]


def test_a_server_is_handed_over_once(spare_server, hand_over):
    code, said = hand_over("--check")
    assert code == 0, said
    assert f"the delivery note would go to postmaster@{spare_server.name}" in said
    assert kinds(hand_over.url) == [], "a check sends nothing"

    spare_server.run("systemctl stop nginx")
    code, said = hand_over()
    assert code != 0
    for fault in ("units: nginx.service is inactive", "443: Connection refused", "[A-3.1.1-1]"):
        assert fault in said
    spare_server.run("systemctl start nginx")

    code, said = hand_over(backup=True)
    assert code != 0
    assert "options: backup ordered, but nothing that runs on the server does it" in said
    assert kinds(hand_over.url) == [], "a server that is not whole gets no note"

    code, said = hand_over()
    assert code == 0, said
    assert f"{spare_server.name} is delivered since" in said
    assert kinds(hand_over.url) == ["notice", "notice-attempt", "delivery", "state", "contract-basis"]
    with Reader(hand_over.url) as reader:
        (delivery,) = reader.entries(kind="delivery")
        (attempt,) = reader.entries(kind="notice-attempt")
        (basis,) = reader.entries(kind="contract-basis")
    assert delivery.data["commissioned"] == basis.data["commissioned"]
    assert (delivery.at, attempt.data["outcome"]) == (attempt.at, "accepted")
    assert [check.partition(":")[0] for check in delivery.data["checks"]] == [
        "fixed-address",
        "units",
        "options",
        "reachable",
        "ports",
        "certificate",
    ]

    code, said = hand_over()
    assert code != 0, "the lab's refusals are strict"
    assert "the server was delivered already" in said
    assert kinds(hand_over.url).count("notice") == 1
    assert [
        finding for finding in verify_record(hand_over.url, spare_server.state_dir).findings if finding.broken
    ] == []
