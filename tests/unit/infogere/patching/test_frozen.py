"""Plans in files: what was frozen comes back, what was altered does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infogere import terms
from infogere.errors import InfogereError
from infogere.patching import frozen
from infogere.patching.facts import pending_of
from infogere.patching.judging import Judge
from infogere.patching.plan import Plan, plan_of


@pytest.fixture
def plan() -> Plan:
    said = {
        "changes": [
            {"package": "openssl", "installed": "3.0.20-1", "candidate": "3.0.22-1", "services": ["nginx"]},
            {"package": "nginx", "installed": "1.24.0-1", "candidate": "1.26.0-1", "needs": ["openssl"]},
        ],
        "held": [{"package": "vim", "installed": "9.0.1-1", "candidate": "9.0.2-1", "why": "hold"}],
    }
    judge = Judge(terms.load(), terms.readings())
    return plan_of("web1", "OF-1", pending_of("web1", said), judge, now=datetime(2026, 11, 23, 9, tzinfo=UTC))


def test_what_was_frozen_comes_back(tmp_path: Path, plan: Plan) -> None:
    frozen.freeze(tmp_path, plan)
    assert frozen.thaw(tmp_path, "web1") == plan
    assert frozen.thaw(tmp_path, "web1", plan.digest[:12]) == plan
    assert frozen.all_plans(tmp_path) == [plan]


@pytest.mark.parametrize(
    ("key", "value"),
    [("candidate", "3.0.23-1"), ("verdict", "refused"), ("security", True), ("reason", "whatever")],
)
def test_an_altered_plan_is_refused(tmp_path: Path, plan: Plan, key: str, value: object) -> None:
    path = frozen.freeze(tmp_path, plan)
    data = json.loads(path.read_text())
    data["changes"][0][key] = value
    path.write_text(json.dumps(data))
    with pytest.raises(InfogereError, match="altered"):
        frozen.thaw(tmp_path, "web1")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"digest": "x"}', "not json"])
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, plan: Plan, text: str) -> None:
    frozen.freeze(tmp_path, plan).write_text(text)
    with pytest.raises(InfogereError, match="is no plan"):
        frozen.thaw(tmp_path, "web1")


def test_another_plan_than_expected_is_refused(tmp_path: Path, plan: Plan) -> None:
    frozen.freeze(tmp_path, plan)
    with pytest.raises(InfogereError, match="another one was frozen"):
        frozen.thaw(tmp_path, "web1", "0" * 12)


def test_a_server_without_plan_and_a_name_that_leaves_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InfogereError, match="has no plan"):
        frozen.thaw(tmp_path, "web1")
    with pytest.raises(InfogereError, match="cannot name a file"):
        frozen.thaw(tmp_path, "../web1")
