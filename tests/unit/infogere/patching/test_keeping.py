"""From a server's words to entries of the record, and back to nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infogere.errors import InfogereError
from infogere.fleet.models import OrderForm, Server
from infogere.patching import frozen, keeping
from infogere.record.entries import StateChange
from infogere.record.kinds.maintenance import CustomerChoice
from infogere.record.reading import Reader
from infogere.record.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SAID = {
    "changes": [
        {
            "package": "openssl",
            "installed": "3.0.20-1",
            "candidate": "3.0.22-1",
            "security": True,
            "needs": ["libssl3"],
        },
        {"package": "libssl3", "installed": "3.0.20-1", "candidate": "3.0.22-1"},
        {"package": "nginx", "installed": "1.24.0-1", "candidate": "1.26.0-1"},
        {"package": "vim", "installed": "9.0.1-1", "candidate": "9.0.2-1"},
    ]
}


@pytest.fixture
def controller(tmp_path: Path) -> keeping.Controller:
    return keeping.Controller(f"sqlite:///{tmp_path / 'record.db'}", tmp_path, "run-1")


def server(level: str = "custom") -> Server:
    form = {"id": "OF-1", "customer": "someone", "level": level, "commissioning_date": "2026-01-05"}
    return Server("web1.example.net", OrderForm.model_validate(form))


def entries(controller: keeping.Controller) -> list[tuple[str, Any]]:
    with Reader(controller.url) as reader:
        return [(entry.kind, entry.data) for entry in reader.stream() if entry.kind != "checkpoint"]


def test_a_frozen_plan_is_on_record(controller: keeping.Controller) -> None:
    plan = keeping.freeze(server(), SAID, controller, now=NOW)
    assert frozen.thaw(controller.state_dir, "web1.example.net") == plan
    ((kind, data),) = entries(controller)
    assert (kind, data["digest"], data["plan"]) == ("patch-planned", plan.digest, plan.name)
    assert [change["package"] for change in data["changes"]] == ["openssl", "libssl3", "vim"]
    assert [change["package"] for change in data["refused"]] == ["nginx"]


def test_an_emergency_takes_security_fixes_and_what_they_need(controller: keeping.Controller) -> None:
    usual = keeping.freeze(server(), SAID, controller, now=NOW)
    with pytest.raises(InfogereError, match="no security fixes: vim"):
        keeping.require_security(usual)
    urgent = keeping.freeze(server(), SAID, controller, security_only=True, now=NOW)
    keeping.require_security(urgent)
    assert [change.package for change in urgent.planned] == ["openssl", "libssl3"]


def test_the_customer_s_consent_is_taken_from_the_record(controller: keeping.Controller) -> None:
    choice = {"terms": "HBT-20220901-01", "server": "web1.example.net", "proposal": "Q-17", "choice": "agreed"}
    more = {"packages": ["nginx"], "by": "ada", "said": NOW, "reason": "a quote was signed"}
    with Store(controller.url, controller.state_dir) as store:
        store.append(CustomerChoice.model_validate({**choice, **more}))
    assert keeping.freeze(server(), SAID, controller, now=NOW).agreements == ("Q-17",)


@pytest.mark.parametrize(
    ("level", "clause"), [("basic", "A-L1-1"), ("supervision", "A-L2-3"), ("plesk", None), ("custom", None)]
)
def test_levels_without_updates_are_never_planned(
    controller: keeping.Controller, level: str, clause: str | None
) -> None:
    refusal = keeping.never_allowed(server(level), controller, NOW)
    assert (refusal.clause if refusal else None) == clause


def test_an_isolated_server_gets_none_but_a_closed_window_is_no_reason(controller: keeping.Controller) -> None:
    night = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert keeping.never_allowed(server(), controller, night) is None
    isolated = {"from": "active", "to": "isolated", "clause": "A-4.1.2-3", "requester": "ada", "reason": "harmful"}
    with Store(controller.url, controller.state_dir) as store:
        values = {"terms": "HBT-20220901-01", "server": "web1.example.net", "at": "2026-11-01T08:00:00Z", **isolated}
        store.append(StateChange.model_validate(values))
    refusal = keeping.never_allowed(server(), controller, NOW)
    assert refusal is not None
    assert refusal.clause == "A-4.1.2-5"


def test_what_was_done_is_on_record_with_its_interruptions(controller: keeping.Controller) -> None:
    plan = keeping.freeze(server(), SAID, controller, now=NOW)
    done = {
        "outcome": "ok",
        "changes": [{"package": "openssl", "before": "3.0.20-1", "after": "3.0.22-1"}],
        "interruptions": [{"service": "nginx", "began": "2026-11-23T09:10:00Z", "seconds": 2}],
        "restarted": ["nginx"],
    }
    keeping.keep_result(plan, done, controller)
    keeping.keep_result(plan, done, controller)  # the same run again: its result was stored on the server
    updated, interruption = entries(controller)[1:]
    assert updated[0] == "packages-updated"
    assert updated[1]["changes"] == [
        {
            "package": "openssl",
            "installed": "3.0.20-1",
            "candidate": "3.0.22-1",
            "update_class": "minor",
            "security": True,
        }
    ]
    assert (interruption[0], interruption[1]["service"], interruption[1]["seconds"]) == ("interruption", "nginx", 2)


def test_a_report_that_is_none_is_refused(controller: keeping.Controller) -> None:
    plan = keeping.freeze(server(), SAID, controller, now=NOW)
    with pytest.raises(InfogereError, match="outcome"):
        keeping.keep_result(plan, {"outcome": "splendid"}, controller)
