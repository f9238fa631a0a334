"""What is proposed to a customer, once, and what its answer covers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from infogere import terms
from infogere.errors import InfogereError
from infogere.fleet.models import Customer, OrderForm, Server
from infogere.notices.message import Mailbox
from infogere.notices.outbox import Outbox
from infogere.notices.works.parties import Party, parties
from infogere.patching import proposals
from infogere.patching.choices import choices_of
from infogere.patching.facts import pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import Choice, Plan, plan_of
from infogere.policy.oracle import Oracle
from infogere.record.kinds.maintenance import CustomerChoice, PackagesUpdated
from infogere.record.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SENDER = Mailbox("Host", "ops@provider.example")
NGINX = {"package": "nginx", "installed": "1.24.0-1", "candidate": "1.26.0-1", "services": ["nginx"]}
MODULE = {"package": "nginx-mod", "installed": "1.0.1-1", "candidate": "1.0.2-1", "needs": ["nginx"]}
OPENSSL = {"package": "openssl", "installed": "3.0.20-1", "candidate": "3.0.22-1", "security": True}
OLDER = {"package": "less", "installed": "2.0.1-1", "candidate": "1.0.1-1"}


def plan(*changes: dict[str, Any], choices: dict[str, Choice] | None = None) -> Plan:
    pending = pending_of("web1", {"changes": changes or (NGINX, MODULE, OPENSSL, OLDER)})
    return plan_of("web1", "OF-1", pending, Judge(terms.load(), terms.readings()), choices=choices, now=NOW)


@pytest.fixture
def party() -> Party:
    form = {"id": "OF-1", "customer": "c", "level": "custom"}
    contact = {"name": "Ada", "mail": "ada@example.com", "phone": "+33 1 00 00 00 00"}
    customer = Customer.model_validate({"id": "c", "name": "C", "language": "en", "contacts": [contact]})
    return parties([Server("web1", OrderForm.model_validate(form), (), customer)], Oracle().calendar_of)[0]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(f"sqlite:///{tmp_path / 'record.db'}", tmp_path)


def say(outbox: Outbox, choice: str, proposal: str, *packages: str) -> None:
    facts = {"terms": "HBT-20220901-01", "server": "web1", "contract": "OF-1", "reason": "so", "by": "ada", "said": NOW}
    with Store(outbox.url, outbox.state_dir) as store:
        entry = {**facts, "choice": choice, "proposal": proposal, "packages": packages}
        store.append(CustomerChoice.model_validate(entry), now=NOW)


def test_a_proposal_is_mailed_and_on_record_once(outbox: Outbox, party: Party) -> None:
    asked = proposals.asked_of(plan(), [], {})
    assert [change.package for change in asked.changes] == ["nginx"], "a downgrade is never proposed"
    assert [change.package for change in asked.together] == ["nginx-mod"]
    made = proposals.propose(outbox, plan(), asked, party, SENDER, author="ada", now=NOW)
    (message,) = outbox.messages()
    assert message.subject == f"Update proposal {made.proposal}: web1"
    text = message.message.decode()
    for words in ("- nginx 1.24.0-1 -> 1.26.0-1", "- nginx-mod 1.0.1-1 -> 1.0.2-1", made.proposal, "agree, refuse"):
        assert words in text
    known = proposals.same(outbox.url, proposals.asked_of(plan(), [], {}), "web1")
    assert known is not None
    assert (known.entry, known.open) == (made, ("nginx",))
    assert proposals.waiting_since(outbox.url) == {"web1": NOW}
    assert (
        proposals.same(outbox.url, proposals.asked_of(plan({**NGINX, "candidate": "1.27.0-1"}), [], {}), "web1") is None
    )

    proposals.remind(outbox, known, plan(), asked, party, SENDER, now=NOW)
    again = outbox.messages()[-1]
    assert again.subject == f"Reminder of update proposal {made.proposal}: web1"
    assert f"In-Reply-To: <{made.notice}@provider.example>" in again.message.decode()
    assert len(proposals.proposals(outbox.url)) == 1

    say(outbox, "deferred", made.proposal, "nginx")
    assert proposals.waiting_since(outbox.url) == {}


def test_two_administrators_at_once_make_one_proposal(outbox: Outbox, party: Party) -> None:
    asked = proposals.asked_of(plan(), [], {})
    made = [
        proposals.propose(outbox, plan(), asked, party, SENDER, author=author, now=NOW) for author in ("ada", "ben")
    ]
    assert made[0] == made[1]
    assert len(outbox.messages()) == len(proposals.proposals(outbox.url)) == 1


@pytest.mark.parametrize(
    ("outcome", "version", "waits"),
    [
        ("ok", "3.0.22-1", False),
        ("ok", "3.0.23-1", False),
        ("ok", "3.0.21-1", True),
        ("ok", None, True),
        ("rolled-back", "3.0.22-1", True),
    ],
)
def test_a_critical_fix_is_proposed_by_its_name(
    outbox: Outbox, party: Party, outcome: str, version: str | None, waits: bool
) -> None:
    asked = proposals.asked_of(plan(), ["openssl"], {})
    draft = proposals.draft_of(plan(), asked, party, "P-1")
    assert draft.facts["critical"] == ["openssl"]
    proposals.propose(outbox, plan(), asked, party, SENDER, author="ada", now=NOW)
    facts = {"terms": "HBT-20220901-01", "run": "r", "server": "web1", "plan": "p1", "outcome": outcome}
    with Store(outbox.url, outbox.state_dir) as store:
        changes = [change.entry().model_copy(update={"candidate": version}) for change in asked.changes]
        store.append(PackagesUpdated.model_validate({**facts, "changes": changes}), now=NOW)
    assert bool(proposals.waiting_since(outbox.url)) == waits, "what a window has installed waits for no answer"


@pytest.mark.parametrize(
    ("packages", "choices", "words"),
    [
        (["ngin"], {}, "did you mean nginx"),
        (["less"], {}, "a downgrade is never applied"),
        ([], {"nginx": Choice("refused", "P-1", "ada")}, "nothing to propose for web1"),
    ],
)
def test_what_cannot_be_proposed(packages: list[str], choices: dict[str, Choice], words: str) -> None:
    with pytest.raises(InfogereError) as refused:
        proposals.asked_of(plan(choices=choices), packages, choices)
    assert words in str(refused.value)


def test_an_id_that_is_none(outbox: Outbox, party: Party) -> None:
    asked = proposals.asked_of(plan(), [], {})
    made = proposals.propose(outbox, plan(), asked, party, SENDER, author="ada", now=NOW)
    assert proposals.find(outbox.url, made.proposal).entry == made
    with pytest.raises(InfogereError, match="no proposal P-20261123-zzzzzz on record") as refused:
        proposals.find(outbox.url, "P-20261123-zzzzzz")
    assert f"did you mean {made.proposal}?; what the customer wrote elsewhere goes with --ticket" in str(refused.value)


@pytest.mark.parametrize(
    ("candidate", "verdict", "words"),
    [
        ("1.26.0-1", "planned", "the customer agreed"),
        ("1.26.0-2", "planned", "the customer agreed"),
        ("1.26.3-1", "planned", "the customer agreed"),
        ("1.27.0-1", "refused", "the customer agreed to 1.26.0-1"),
    ],
)
def test_a_consent_covers_the_version_that_was_proposed(
    candidate: str, verdict: str, words: str, outbox: Outbox, party: Party
) -> None:
    asked = proposals.asked_of(plan(), [], {})
    made = proposals.propose(outbox, plan(), asked, party, SENDER, author="ada", now=NOW)
    say(outbox, "agreed", made.proposal, "nginx")
    choices = choices_of(outbox.url, "web1", date(2026, 11, 24))
    (change,) = plan({**NGINX, "candidate": candidate}, choices=choices).changes
    assert change.verdict == verdict
    assert words in change.reason
    if verdict == "refused":
        newer = proposals.asked_of(plan({**NGINX, "candidate": candidate}, choices=choices), [], choices)
        assert [one.candidate for one in newer.changes] == [candidate], "it is proposed anew"
