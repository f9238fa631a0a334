"""Sending over a real SMTP conversation: accepted, refused, deferred, in doubt; a crash anywhere."""

from __future__ import annotations

import os
import signal
import smtplib
import sqlite3
from datetime import timedelta

import pytest

from infogere.errors import InfogereError
from infogere.notices import outbox as box
from infogere.notices.sending import LONGEST_DELAY, flush, resend
from infogere.notices.smtp import Relay
from infogere.record import store as record_store
from infogere.record.database import RecordError
from infogere.record.sqlite import SQLite
from infogere.record.verify import verify_record


def send(desk, mail_server, **options) -> list[str]:
    return [sent.letter.state for sent in flush(desk.outbox, mail_server.relay, clock=desk.clock, **options)]


def test_the_servers_answer_is_the_proof(desk, mail_server):
    notice = desk.queue()
    assert send(desk, mail_server) == ["accepted"]
    assert desk.attempts() == [("ada@example.com", "accepted", "250 2.0.0 Ok: queued as 1")]
    letter = desk.letter(notice)
    assert (letter.state, letter.attempt, letter.answer) == ("accepted", 1, "250 2.0.0 Ok: queued as 1")
    assert send(desk, mail_server, everything=True) == [], "and it is not sent twice"
    (message,) = mail_server.got
    assert message["Message-ID"] == f"<{notice}@provider.example>"
    assert message["X-Infogere-Contract"] == "BC-1"
    assert mail_server.raw[0] == desk.outbox.message(notice).message


def test_each_recipient_has_an_answer_of_its_own(desk, mail_server):
    desk.queue(desk.ada, desk.ben)
    mail_server.rcpt = ["550 5.1.1 no such user"]
    assert send(desk, mail_server) == ["refused", "accepted"]
    assert [outcome for _, outcome, _ in desk.attempts()] == ["refused", "accepted"]
    assert len(mail_server.got) == 1
    assert str(mail_server.got[0]["To"]) == "Ada <ada@example.com>, Ben <ben@example.com>"


@pytest.mark.parametrize("answers", [{"rcpt": ["451 4.7.1 come back later"]}, {"data": ["452 4.3.1 disk full"]}])
def test_a_temporary_no_is_tried_again_later_and_later(desk, mail_server, answers):
    notice = desk.queue()
    vars(mail_server).update({key: value * 12 for key, value in answers.items()})
    waits = []
    for _ in range(11):
        assert send(desk, mail_server) == ["waiting"]
        assert send(desk, mail_server) == [], "not before it is due"
        waits.append(desk.letter(notice).due - desk.now)
        desk.now = desk.letter(notice).due
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == LONGEST_DELAY == timedelta(hours=4)
    vars(mail_server).update({key: [] for key in answers})
    assert send(desk, mail_server) == ["accepted"]
    assert [outcome for _, outcome, _ in desk.attempts()] == ["deferred"] * 11 + ["accepted"]
    assert len(mail_server.got) == 1


def test_no_mail_server_is_a_delay_for_all(desk, mail_server):
    desk.queue()
    desk.queue(desk.ben)
    nobody = Relay("smtp", "127.0.0.1", 1)
    assert [sent.letter.state for sent in flush(desk.outbox, nobody, clock=desk.clock)] == ["waiting"] * 2
    assert {answer.partition(":")[0] for _, _, answer in desk.attempts()} == {"127.0.0.1"}
    desk.pass_by(minutes=1)
    assert send(desk, mail_server) == ["accepted"] * 2


def test_a_final_no_is_final_until_somebody_decides(desk, mail_server):
    notice = desk.queue()
    mail_server.data = ["554 5.7.1 looks like junk"]
    assert send(desk, mail_server) == ["refused"]
    desk.pass_by(days=1)
    assert send(desk, mail_server, everything=True) == []
    resend(desk.outbox, notice, clock=desk.clock)
    assert send(desk, mail_server) == ["accepted"]
    (message,) = mail_server.got
    assert message["X-Infogere-Sending"] is None, "nobody has got it before: it is no second copy"


def test_no_answer_after_the_message_is_a_doubt(desk, mail_server):
    notice = desk.queue()
    mail_server.hang_up = True
    assert send(desk, mail_server) == ["in-doubt"]
    mail_server.hang_up = False
    desk.pass_by(days=1)
    assert send(desk, mail_server, everything=True) == [], "it is not sent again by itself"
    assert [outcome for _, outcome, _ in desk.attempts()] == ["in-doubt"]

    resend(desk.outbox, notice, clock=desk.clock)
    assert send(desk, mail_server) == ["accepted"]
    first, second = mail_server.got
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["X-Infogere-Sending"], second["X-Infogere-Sending"]) == (None, "2")
    for form in ("plain", "html"):
        said = [message.get_body((form,)).get_content() for message in (first, second)]
        assert ["Second envoi" in text for text in said] == [False, True]
    assert "lundi 23 novembre 2026 à 12:00" in " ".join(second.get_body(("plain",)).get_content().split())


def test_what_was_not_sent_yet_is_not_sent_again(desk):
    notice = desk.queue()
    with pytest.raises(InfogereError, match="was not sent yet"):
        resend(desk.outbox, notice, clock=desk.clock)
    with pytest.raises(InfogereError, match="no notice N-0"):
        resend(desk.outbox, "N-0", clock=desk.clock)


def test_a_notice_is_not_sent_when_it_is_no_longer_true(desk, mail_server):
    notice = desk.queue(send_before=desk.now + timedelta(minutes=5))
    mail_server.rcpt = ["451 later"] * 3
    assert send(desk, mail_server) == ["waiting"]
    desk.pass_by(minutes=5)
    assert send(desk, mail_server) == ["expired"]
    with pytest.raises(InfogereError, match="announce anew"):
        resend(desk.outbox, notice, clock=desk.clock)
    assert mail_server.got == []


def test_only_the_named_notices_are_sent(desk, mail_server):
    desk.queue()
    wanted = desk.queue(desk.ben)
    assert send(desk, mail_server, notices=[wanted]) == ["accepted"]
    assert [str(message["To"]) for message in mail_server.got] == ["Ben <ben@example.com>"]


def test_two_controllers_send_a_letter_once(desk, mail_server):
    notice = desk.queue()
    letter = desk.letter(notice)
    assert [desk.outbox.claim(letter, desk.now), desk.outbox.claim(letter, desk.now)] == [True, False]


def test_a_letter_of_another_controller_is_in_doubt_only_when_it_is_old(desk, mail_server):
    notice = desk.queue()
    other = box.Outbox(desk.outbox.url, desk.state_dir / "other")
    assert other.claim(desk.letter(notice), desk.now)
    assert send(desk, mail_server) == []
    assert desk.letter(notice).state == "sending"
    desk.pass_by(minutes=61)
    assert send(desk, mail_server) == []
    assert desk.letter(notice).state == "in-doubt"


def test_an_answer_outlives_a_record_that_cannot_be_written(desk, mail_server, monkeypatch):
    notice = desk.queue()

    class Full(record_store.Transaction):
        def append(self, _entry, _salt=None):
            raise RecordError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(record_store, "Transaction", Full)
        with pytest.raises(RecordError, match="disk full"):
            send(desk, mail_server)
    assert desk.letter(notice).state == "sending"
    assert send(desk, mail_server) == []
    assert desk.letter(notice).state == "accepted", "the spool had the answer"
    assert [outcome for _, outcome, _ in desk.attempts()] == ["accepted"]


# Every call before which a process that sends can die.
STEPS = (
    *((SQLite, name) for name in ("rows", "writing")),
    *((smtplib.SMTP, name) for name in ("connect", "mail", "rcpt", "docmd", "send", "getreply", "quit")),
)


def die_at(fatal: int, desk, mail_server) -> bool:
    """Send in a process that kills itself before its N-th step; True if it did."""
    child = os.fork()
    if child == 0:
        try:
            count = 0

            def step() -> None:
                nonlocal count
                count += 1
                if count == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

            for owner, name in STEPS:
                setattr(owner, name, guarded(getattr(owner, name), step))
            flush(desk.outbox, mail_server.relay, clock=desk.clock)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def guarded(call, step):
    def wrapped(*arguments, **options):
        step()
        return call(*arguments, **options)

    return wrapped


@pytest.mark.programs
def test_killed_anywhere_it_is_never_sent_twice_in_silence(desk, mail_server):
    """The loop kills the sender at its first step, its second, and so on until it lives."""
    seen: dict[str, int] = {}
    fatal = 0
    died = True
    while died:
        fatal += 1
        notice, before = desk.queue(), len(mail_server.got)
        died = die_at(fatal, desk, mail_server)
        desk.pass_by(minutes=1)
        send(desk, mail_server)
        copies = len(mail_server.got) - before
        state = desk.letter(notice).state
        seen[f"{state}, {copies} sent"] = seen.get(f"{state}, {copies} sent", 0) + 1
        if state == "in-doubt":
            resend(desk.outbox, notice, clock=desk.clock)
            assert send(desk, mail_server) == ["accepted"]
            assert mail_server.got[-1]["X-Infogere-Sending"] == "2", "the customer is told"
    assert set(seen) == {"accepted, 1 sent", "in-doubt, 0 sent", "in-doubt, 1 sent"}, seen
    assert fatal > 30, "the steps are really taken"
    report = verify_record(desk.outbox.url, desk.state_dir, now=desk.now)
    assert report.findings == ()
    with sqlite3.connect(desk.state_dir / "record.db") as database:
        attempts = database.execute("SELECT count(*) FROM record_entry WHERE kind = 'notice-attempt'").fetchone()[0]
    assert attempts >= fatal
