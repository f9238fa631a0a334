"""A reboot in the record: what asked for it, what it cost, and the end of the works that it happened in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infogere.errors import InfogereError
from infogere.fleet.models import Contact, OrderForm, Server
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.works import announcing
from infogere.notices.works.drafting import Plan
from infogere.notices.works.parties import parties
from infogere.patching import reboots
from infogere.patching.announced import works_of
from infogere.patching.keeping import Controller
from infogere.patching.status import Done, reboot_since
from infogere.policy.oracle import Oracle
from infogere.record.kinds.works import NoticeAttempt
from infogere.record.reading import Reader
from infogere.record.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
START = NOW + timedelta(days=10)
TERMS = "HBT-20220901-01"
SAID = {"packages": ["linux-image-6.1.0-28-amd64"], "services": ["dbus"], "kernel": "6.1.0-27-amd64", "boot": "b.1"}


def server(name: str) -> Server:
    form = OrderForm.model_validate({"id": "OF-1", "customer": "c", "level": "custom"})
    return Server(
        name,
        form.model_copy(update={"contacts": (Contact(name="A", phone="+33 1 00 00 00 00", mail="a@example.com"),)}),
    )


class Clock(datetime):
    """The controller's, on the day of the tests: a record that is silent for a year has a question about the clock."""

    @classmethod
    def now(cls, _zone: Any = None) -> datetime:  # type: ignore[override]
        return NOW


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    monkeypatch.setattr("infogere.record.store.datetime", Clock)
    return Outbox(f"sqlite:///{tmp_path / 'record.db'}", tmp_path)


def announce(outbox: Outbox, *names: str, start: datetime = START, duration_s: int = 3600) -> str:
    touched = parties([server(name) for name in names], Oracle().calendar_of)
    plan = Plan(start, duration_s, "Reboot", "ada", not_excluded=True)
    made = announcing.announce(outbox, plan, touched, Mailbox("Host", "ops@provider.example"), now=NOW)
    for notice in made.notices.values():
        attempt = {"terms": TERMS, "contract": "OF-1", "at": NOW, "notice": notice, "recipient": "a", "attempt": 1}
        with Store(outbox.url, outbox.state_dir) as store:
            entry = {**attempt, "outcome": "accepted", "relay": "r", "answer": "250"}
            store.append(NoticeAttempt.model_validate(entry), now=NOW)
    return made.works


def keep(outbox: Outbox, name: str, began: datetime, seconds: int, **more: Any) -> None:
    ended = began + timedelta(seconds=seconds)
    after = {"boot": "b.2", "kernel": "6.1.0-28-amd64"}
    went = reboots.Outcome(**{"outcome": "ok", "began": began, "ended": ended, "after": after, **more})
    controller = Controller(outbox.url, outbox.state_dir, "run-1")
    reboots.keep(server(name), reboots.waiting_of(name, SAID), went, controller, TERMS)


def entries(outbox: Outbox, kind: str) -> list[Any]:
    with Reader(outbox.url) as reader:
        return [entry.typed() for entry in reader.entries(kind=kind)]


def test_works_end_with_the_last_of_their_servers(outbox: Outbox) -> None:
    works = announce(outbox, "web1", "web2")
    keep(outbox, "web1", START, 34, works=works)
    now = START + timedelta(hours=3)
    assert reboots.close_works(outbox, works, author="ada", now=now) is None, "web2 is still to come"
    keep(outbox, "web2", START + timedelta(minutes=59), 90, works=works)
    assert reboots.close_works(outbox, works, author="ada", now=now) == 30, "what lies outside the span"
    (done,) = entries(outbox, "works-done")
    assert (done.began, done.ended) == (START, START + timedelta(minutes=59, seconds=90))
    assert done.result == "rebooted: web1 34 s, web2 90 s"
    assert reboots.close_works(outbox, works, author="ada", now=now) is None, "they are done"


def test_works_do_not_end_with_a_reboot_before_them(outbox: Outbox) -> None:
    works = announce(outbox, "web1")
    keep(outbox, "web1", START - timedelta(days=7), 34, works=works)
    now = START + timedelta(hours=3)
    assert reboots.close_works(outbox, works, author="ada", now=now) is None
    assert entries(outbox, "works-done") == []
    keep(outbox, "web1", START + timedelta(hours=2), 60, works=works, after={"boot": "b.3", "kernel": "6.1"})
    assert reboots.close_works(outbox, works, author="ada", now=now) == 60, "one after them was begun in them"


def test_what_the_record_says_of_a_reboot(outbox: Outbox) -> None:
    keep(outbox, "web1", START, 34, decision=None)
    (entry,), (cut,) = entries(outbox, "rebooted"), entries(outbox, "interruption")
    assert (entry.packages, entry.services, entry.boot_after) == (("linux-image-6.1.0-28-amd64",), ("dbus",), "b.2")
    assert (entry.kernel_before, entry.kernel_after) == ("6.1.0-27-amd64", "6.1.0-28-amd64")
    assert (cut.service, cut.began, cut.seconds) == ("reboot", START, 34)


@pytest.mark.parametrize("outcome", ["unhealthy", "lost"])
def test_a_reboot_that_has_no_end_interrupts_until_somebody_says_when_it_ended(outbox: Outbox, outcome: str) -> None:
    works = announce(outbox, "web1")
    keep(outbox, "web1", START, 600, outcome=outcome, works=works, message="nginx: refused")
    (entry,) = entries(outbox, "rebooted")
    assert (entry.outcome, entry.ended, entry.message) == (outcome, None, "nginx: refused")
    assert entries(outbox, "interruption") == []
    assert reboots.close_works(outbox, works, author="ada", now=START + timedelta(hours=2)) is None
    assert bool(reboots.last_reboots(outbox.url)) == (outcome == "unhealthy")


def test_the_works_that_cover_a_server_or_its_next_ones(outbox: Outbox) -> None:
    calendar = Oracle().default_calendar()
    asked = works_of(outbox.url)
    assert asked("web1", NOW, 300, calendar) is None, "no record yet"
    later = announce(outbox, "web1", start=START + timedelta(days=1))
    soon = announce(outbox, "web1", "web2")
    late = announce(outbox, "web3", start=NOW + timedelta(days=2))
    for name, at, works, excluded in (
        ("web1", NOW, soon, True),
        ("web1", START + timedelta(minutes=59), soon, True),
        ("web1", START + timedelta(hours=2), later, True),
        ("web3", NOW, late, False),
    ):
        found = asked(name, at, 300, calendar)
        assert found is not None
        assert (found.works, found.excluded) == (works, excluded)
    assert asked("web2", START + timedelta(hours=2), 300, calendar) is None


def test_works_that_hold_the_reboot_come_before_those_that_end_sooner(outbox: Outbox) -> None:
    calendar = Oracle().default_calendar()
    ending = announce(outbox, "web1")
    holding = announce(outbox, "web1", start=START + timedelta(minutes=50))
    at = START + timedelta(minutes=58)
    chosen = [works_of(outbox.url)("web1", at, seconds, calendar) for seconds in (60, 300, 7200)]
    assert [found and found.works for found in chosen] == [ending, holding, ending], "the last fits into none"


def test_works_that_are_excluded_come_before_those_that_count(outbox: Outbox) -> None:
    late = announce(outbox, "web1", start=NOW + timedelta(days=2), duration_s=10 * 86400)
    in_time = announce(outbox, "web1")
    found = works_of(outbox.url)("web1", START, 300, Oracle().default_calendar())
    assert found is not None
    assert (found.works, found.excluded) == (in_time, True), f"{late} count"


def test_a_server_s_words_are_checked() -> None:
    with pytest.raises(InfogereError, match="packages"):
        reboots.waiting_of("web1", {**SAID, "packages": ["a\nb"]})
    with pytest.raises(InfogereError, match="began"):
        reboots.begun_of("web1", {**SAID, "began": "yesterday"})


@pytest.mark.parametrize(
    ("waits", "brings", "ran", "rebooted", "since"),
    [
        (False, False, "p1", None, None),
        (True, False, "", None, NOW),
        (True, False, "", NOW + timedelta(hours=1), None),
        (False, True, "p1", None, NOW + timedelta(minutes=5)),
        (False, True, "p0", None, None),  # the plan was not run yet
        (False, True, "p1", NOW + timedelta(hours=1), None),
        (True, True, "p1", NOW + timedelta(minutes=1), NOW + timedelta(minutes=5)),
    ],
)
def test_since_when_a_reboot_is_pending(
    waits: bool, brings: bool, ran: str, rebooted: datetime | None, since: datetime | None
) -> None:
    from infogere.patching.plan import Plan as Updates

    plan = Updates("p1", "web1", "OF-1", TERMS, NOW, 0, (), (), brings, waits)
    last = Done(NOW + timedelta(minutes=5), "ok", ran) if ran else None
    assert reboot_since(plan, last, rebooted) == since
