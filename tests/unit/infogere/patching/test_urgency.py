"""Emergencies: who is told of what, and when it is told again."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from infogere.fleet.models import Contact, OrderForm, Server
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.smtp import Relay
from infogere.notices.urgent import Emergency, Told, tell
from infogere.notices.works.parties import Party, parties
from infogere.patching.plan import Plan
from infogere.patching.urgency import updates_of, work_of
from infogere.policy.oracle import Oracle
from infogere.record.entries import Decision
from infogere.record.store import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOBODY = Relay("smtp", "127.0.0.1", 1)  # letters wait
PLANS = {
    name: Plan("p1", name, "OF-1", "HBT-20220901-01", MONDAY, 0, (), (), False, False) for name in ("web1", "web2")
}


@pytest.fixture
def party() -> Party:
    form = OrderForm.model_validate({"id": "OF-1", "customer": "c", "level": "custom"})
    form = form.model_copy(update={"contacts": (Contact(name="A", phone="+33 1 00 00 00 00", mail="a@example.com"),)})
    return parties([Server("web1", form), Server("web2", form)], Oracle().calendar_of)[0]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    made = Outbox(f"sqlite:///{tmp_path / 'record.db'}", tmp_path)
    allowed = {"action": "reboot", "allowed": True, "reason": "emergency", "emergency": "a hole", "at": MONDAY}
    about = {"terms": "HBT-20220901-01", "run": "r", "server": "web1", "contract": "OF-1"}
    with Store(made.url, made.state_dir) as store:
        store.append(Decision.model_validate({**about, **allowed}), now=MONDAY)
    return made


def told(
    outbox: Outbox, party: Party, server: str, work: dict[str, str], now: datetime, *, about: str = "updates"
) -> Told:
    emergency = Emergency(about, party, server, work, "a hole", (), 1, f"run-{now:%d}")
    return tell(outbox, NOBODY, Mailbox("Host", "ops@provider.example"), emergency, clock=lambda: now)


def test_updates_are_told_once_a_day(outbox: Outbox, party: Party) -> None:
    fresh = []
    for server, days in (("web1", 0), ("web2", 0), ("web1", 0), ("web1", 4), ("web2", 4)):
        now = MONDAY + timedelta(days=days)
        fresh.append(told(outbox, party, server, updates_of(PLANS, now.date()), now).fresh)
    assert fresh == [True, False, False, True, False], "refused on Monday and started again on Friday, it is told again"


def test_a_reboot_is_told_of_the_server_alone_that_waits_for_it(outbox: Outbox, party: Party) -> None:
    work = work_of("reboot", ["web1"], "a hole", MONDAY.date())
    assert told(outbox, party, "web1", work, MONDAY, about="reboot").fresh
    (message,) = outbox.messages()
    assert b"web1" in message.message
    assert b"web2" not in message.message
    assert not told(outbox, party, "web1", work, MONDAY, about="reboot").fresh


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_change_of_configuration_names_every_server_and_promises_no_security_fix(
    outbox: Outbox, party: Party, language: str
) -> None:
    party = replace(party, language=language)
    work = work_of("configuration", ["web1", "web2"], "a mail loop", MONDAY.date())
    assert told(outbox, party, "web1", work, MONDAY, about="configuration").fresh
    assert not told(outbox, party, "web2", work, MONDAY, about="configuration").fresh
    (message,) = outbox.messages()
    text = email.message_from_bytes(message.message, policy=email.policy.default).get_body(("plain",)).get_content()
    assert "web1, web2" in text
    assert "configuration" in text
    assert not re.search(r"correctif|security fix|redémarrons|rebooting", text)


def test_work_has_its_day() -> None:
    days = [date(2026, 11, day) for day in (23, 24)]
    names = {updates_of(PLANS, day)["web1"] for day in days}
    names |= {work_of(about, ["web1"], "a hole", day)["web1"] for about in ("reboot", "configuration") for day in days}
    assert len(names) == 6
