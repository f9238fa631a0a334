"""Works from the announcement to the end, over a real SMTP conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infogere import calendar as room
from infogere import terms
from infogere.errors import InfogereError
from infogere.notices.sending import flush
from infogere.notices.works import announcing, standing
from infogere.notices.works.announcing import announce, cancel, done, move, outside
from infogere.notices.works.drafting import Plan
from infogere.notices.works.parties import Party
from infogere.record.entries import Correction, RunBegin
from infogere.record.reading import Reader
from infogere.record.store import Store
from infogere.record.verify import verify_record

PARIS = ZoneInfo("Europe/Paris")
CALENDAR = room.load(None, terms=terms.load(None), readings=terms.readings("customer"))


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


PLAN = Plan(paris("2026-12-03T22:00"), 7200, "Changement de disque", "ada")


@pytest.fixture
def parties(desk):
    """Two customers' contracts; the second has two servers and reads English."""
    return (
        Party("BC-1", "One", "fr", ("web1",), (desk.ada,), CALENDAR),
        Party("BC-2", "Two", "en", ("web2", "web3"), (desk.ben,), CALENDAR),
    )


@pytest.fixture
def say(desk, mail_server):
    """Announce, send, and read back."""

    class Say:
        def __init__(self):
            self.desk = desk

        def announce(self, parties, plan=PLAN):
            made = announce(desk.outbox, plan, parties, desk.sender, now=desk.now)
            self.send()
            return made.works

        def move(self, works, parties, plan):
            move(desk.outbox, works, plan, parties, desk.sender, now=desk.now)
            self.send()

        def cancel(self, works, parties):
            made = cancel(desk.outbox, works, parties, desk.sender, reason="il tient", author="ada", now=desk.now)
            self.send()
            return made.notices

        def send(self):
            flush(desk.outbox, mail_server.relay, everything=True, clock=desk.clock)

        def states(self, works):
            with Reader(desk.outbox.url) as reader:
                return [known.state(desk.now, CALENDAR) for known in standing.find(reader, works)]

        def entries(self, contract="BC-1"):
            with Reader(desk.outbox.url) as reader:
                found = [entry.typed() for entry in reader.stream(contract=contract)]
            return [entry for entry in found if entry.kind != "checkpoint"]

    return Say()


def test_each_contract_has_it_in_its_own_chain(desk, mail_server, say, parties):
    works = say.announce(parties)
    assert say.states(works) == ["proved", "proved"]
    for contract, servers in (("BC-1", ("web1",)), ("BC-2", ("web2", "web3"))):
        announced, notice, attempt = say.entries(contract)
        assert [entry.kind for entry in (announced, notice, attempt)] == ["works-announced", "notice", "notice-attempt"]
        assert announced.servers == servers
        assert (announced.revision, announced.duration_s) == (1, 7200)
        assert (announced.last_date, announced.send_by) == ("2026-11-25", paris("2026-11-25T22:00"))
        assert announced.notice == notice.notice == attempt.notice
        assert attempt.outcome == "accepted"
    texts = {str(message["Content-Language"]): message.as_string() for message in mail_server.got}
    assert {language: "web2" in text for language, text in texts.items()} == {"fr": False, "en": True}
    assert verify_record(desk.outbox.url, desk.state_dir, now=desk.now).findings == ()


@pytest.mark.parametrize(
    ("start", "why", "clause"),
    [
        ("2026-11-23T11:59", "cannot start in the past", "A-5.5-1"),
        ("2026-12-01T11:59", "too late for contract BC-1", "A-5.5-1"),
    ],
)
def test_too_late_is_refused_with_the_earliest_start(say, parties, start, why, clause):
    with pytest.raises(InfogereError, match=why) as refused:
        say.announce(parties, replace(PLAN, start=paris(start)))
    assert refused.value.clause == clause
    if "late" in why:
        assert "start 2026-12-01T12:15 or later" in refused.value.way_out
        say.announce(parties, replace(PLAN, start=paris("2026-12-01T12:15")))


def test_nobody_is_told_if_one_cannot_be(desk, mail_server, say, parties):
    strict = room.load(
        None, terms=CALENDAR.terms, readings=terms.readings("customer", changes={"works_notice": "clear-days"})
    )
    with pytest.raises(InfogereError, match="BC-2"):
        say.announce((parties[0], replace(parties[1], calendar=strict)), replace(PLAN, start=paris("2026-12-01T13:00")))
    assert say.entries() == []
    assert mail_server.got == []


@pytest.mark.parametrize("plan", [replace(PLAN, emergency="le disque meurt"), replace(PLAN, not_excluded=True)])
def test_too_late_is_allowed_and_counts(desk, mail_server, say, parties, plan):
    works = say.announce(parties[:1], replace(plan, start=paris("2026-11-24T22:00")))
    assert say.states(works) == ["counted"]
    text = " ".join(mail_server.got[0].get_body(("plain",)).get_content().split())
    assert "l'interruption entre dans le calcul de vos garanties" in text
    assert ("le disque meurt" in text) is bool(plan.emergency)
    assert say.entries()[0].emergency == (plan.emergency or None)


def test_the_clock_of_the_record_decides(desk, say, parties):
    with Store(desk.outbox.url, desk.state_dir) as store:
        entry = RunBegin(terms="T", run="r", server="web9", playbook="site", reason="hand", operator="ada")
        store.append(entry, now=desk.now + timedelta(days=5))
    with pytest.raises(InfogereError, match="too late"):
        say.announce(parties)


def test_without_proof_it_is_announced_then_void(desk, mail_server, say, parties):
    mail_server.rcpt = ["451 later"]
    works = say.announce(parties[:1])
    assert say.states(works) == ["announced"]
    desk.now = paris("2026-11-25T22:00:01")
    assert say.states(works) == ["void"]
    say.send()
    assert (say.states(works), mail_server.got) == (["void"], []), "what is no longer true is not sent"


def test_a_moved_date_is_a_new_notice(desk, mail_server, say, parties):
    works = say.announce(parties)
    desk.pass_by(days=1)
    say.move(works, parties, replace(PLAN, start=paris("2026-12-10T22:00")))
    announced, _, _, moved, notice, _ = say.entries()
    assert (moved.revision, moved.start, moved.last_date) == (2, paris("2026-12-10T22:00"), "2026-12-02")
    assert moved.notice == notice.notice != announced.notice
    assert moved.follows == 1
    first, second = (message for message in mail_server.got if message["Content-Language"] == "fr")
    assert str(second["Subject"]).startswith("Travaux déplacés au jeudi 10 décembre 2026")
    assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]
    assert say.states(works) == ["proved", "proved"]


def test_an_announcement_that_nobody_got_is_withdrawn(desk, mail_server, say, parties):
    mail_server.rcpt = ["451 later"]
    works = say.announce(parties[:1])
    say.move(works, parties[:1], replace(PLAN, start=paris("2026-12-10T22:00")))
    (message,) = mail_server.got
    assert str(message["Subject"]).startswith("Travaux planifiés le jeudi 10 décembre"), "nothing was moved for them"
    assert message["In-Reply-To"] is None


@pytest.mark.parametrize(
    ("start", "now", "why"),
    [
        ("2026-12-04T22:00", "2026-11-27T10:00", "too late"),
        ("2026-12-20T22:00", "2026-12-03T22:00", "cannot be moved any more"),
        ("2026-11-20T22:00", "2026-11-23T12:00", "in the past"),
    ],
)
def test_a_move_has_its_own_deadline_and_none_backwards(say, parties, start, now, why):
    works = say.announce(parties)
    say.desk.now = paris(now)
    with pytest.raises(InfogereError, match=why):
        say.move(works, parties, replace(PLAN, start=paris(start)))
    assert len(say.entries()) == 3


def test_contracts_that_changed_hands_are_not_moved_by_halves(desk, say, parties):
    works = say.announce(parties)
    with pytest.raises(InfogereError, match="BC-2"):
        say.move(works, parties[:1], replace(PLAN, start=paris("2026-12-10T22:00")))


def test_cancelled_is_told_to_who_was_told(desk, mail_server, say, parties):
    works = say.announce(parties[:1])
    assert len(say.cancel(works, parties[:1])) == 1
    assert say.states(works) == ["cancelled"]
    assert str(mail_server.got[-1]["Subject"]) == "Travaux annulés : Changement de disque"
    assert mail_server.got[-1]["In-Reply-To"] == mail_server.got[0]["Message-ID"]
    with pytest.raises(InfogereError, match="are cancelled"):
        say.cancel(works, parties[:1])


def test_a_cancellation_of_what_nobody_heard_is_silent(desk, mail_server, say, parties):
    mail_server.rcpt = ["451 later"]
    works = say.announce(parties[:1])
    assert say.cancel(works, parties[:1]) == {}
    say.send()
    assert mail_server.got == []
    assert say.entries()[-1].notice is None


def close(desk, works, began, ended):
    return done(desk.outbox, works, began=paris(began), ended=paris(ended), result="fait", author="ada", now=desk.now)


def test_an_overrun_is_said_to_count(desk, say, parties):
    works = say.announce(parties)
    desk.now = paris("2026-12-04T09:00")
    closed = close(desk, works, "2026-12-03T22:05", "2026-12-04T00:12:30")
    assert [(known.contract, seconds) for known, seconds in closed] == [("BC-1", 750), ("BC-2", 750)]
    assert say.states(works) == ["done", "done"]
    with pytest.raises(InfogereError, match="are done"):
        close(desk, works, "2026-12-03T22:05", "2026-12-04T00:00")


@pytest.mark.parametrize(
    ("began", "ended", "why"),
    [
        ("2026-12-03T23:00", "2026-12-03T22:00", "before they begin"),
        ("2026-12-03T22:00", "2026-12-04T09:01", "in the future"),
    ],
)
def test_what_cannot_have_happened_is_refused(say, parties, began, ended, why):
    works = say.announce(parties)
    say.desk.now = paris("2026-12-04T09:00")
    with pytest.raises(InfogereError, match=why):
        close(say.desk, works, began, ended)


@pytest.mark.parametrize(
    ("began", "ended", "seconds"),
    [
        ("2026-12-03T22:00", "2026-12-04T00:00", 0),
        ("2026-12-03T21:50", "2026-12-03T23:00", 600),
        ("2026-12-03T21:50", "2026-12-04T00:10", 1200),
        ("2026-12-04T01:00", "2026-12-04T01:30", 1800),
    ],
)
def test_seconds_outside_the_announced_span(say, parties, began, ended, seconds):
    say.announce(parties[:1])
    assert outside(say.entries()[0], paris(began), paris(ended)) == seconds


def test_a_proof_that_was_corrected_is_none(desk, say, parties):
    works = say.announce(parties[:1])
    with Store(desk.outbox.url, desk.state_dir) as store:
        store.append(Correction(terms="T", contract="BC-1", corrects=3, text="another relay"), now=desk.now)
    assert say.states(works) == ["announced"]


def test_works_that_are_not_there(desk, say, parties):
    say.announce(parties)
    with pytest.raises(InfogereError, match="no works W-0"):
        announcing.cancel(desk.outbox, "W-0", parties, desk.sender, reason="r", author="a", now=desk.now)
