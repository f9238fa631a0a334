"""A server's state is what the record says, whatever else is written there and in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infogere.policy.case import UNRECORDED, Standing
from infogere.policy.deciding import decide
from infogere.policy.standing import standing, standings
from infogere.record.entries import Decision, Entry, RunBegin, StateChange
from infogere.record.store import Store

TERMS = "HBT-20220901-01"
START = datetime(2026, 6, 1, 8, tzinfo=UTC)
MINE, OTHERS = "web1.example.net", ("web2.example.net", "web3.example.net")


def change(server: str, to: str, at: datetime = START, before: str | None = "active") -> StateChange:
    return StateChange.model_validate(
        {"terms": TERMS, "server": server, "at": at, "from": before, "to": to,
         "clause": "A-4.1.2-3", "requester": "duty engineer", "reason": "harmful software"}
    )  # fmt: skip


def unrelated(kind: str, server: str) -> Entry:
    if kind == "state":
        return change(server, "suspended")
    if kind == "run":
        return RunBegin(terms=TERMS, run="r1", server=server, playbook="site", reason="hand", operator="ada")
    return Decision(terms=TERMS, server=server, action="converge", allowed=True, clause="A-L4-1", reason="fine")


@pytest.fixture
def record(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.db'}"


def write(url: str, folder: Path, entries: list[Entry]) -> None:
    with Store(url, folder) as store:
        for entry in entries:
            store.append(entry)


def test_no_record_says_nothing_of_anybody(record: str) -> None:
    assert standings(record) == {}
    assert standing(record, MINE) is UNRECORDED


def test_the_last_change_counts(record: str, tmp_path: Path) -> None:
    later = START + timedelta(days=3)
    write(record, tmp_path, [change(MINE, "isolated"), change(MINE, "active", later, "isolated")])
    assert standing(record, MINE) == Standing("active", later, 2)


def test_an_old_question_gets_the_state_of_its_time(record: str, tmp_path: Path) -> None:
    later = START + timedelta(days=3)
    write(record, tmp_path, [change(MINE, "isolated"), change(MINE, "active", later, "isolated")])
    assert standing(record, MINE, later - timedelta(seconds=1)).state == "isolated"
    assert standing(record, MINE, later).state == "active"
    assert standing(record, MINE, START - timedelta(seconds=1)) is UNRECORDED


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    noise=st.lists(
        st.tuples(st.sampled_from(["state", "run", "decision"]), st.sampled_from(OTHERS)), min_size=1, max_size=6
    ),
    data=st.data(),
)
def test_decisions_do_not_depend_on_the_order_of_unrelated_entries(
    noise: list[tuple[str, str]],
    data: Any,
    server_of: Any,
    case_of: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    answers = set()
    for _ in range(2):
        folder = tmp_path_factory.mktemp("record")
        entries: list[Entry] = [unrelated(*item) for item in data.draw(st.permutations(noise))]
        entries += [unrelated(kind, MINE) for kind in ("run", "decision")]
        position = data.draw(st.integers(0, len(entries)))
        entries.insert(position, change(MINE, "isolated"))
        url = f"sqlite:///{folder / 'record.db'}"
        write(url, folder, entries)
        case = case_of("patch-minor", server_of(), START + timedelta(days=1), standing=standing(url, MINE))
        decision = decide(case)
        answers.add((decision.allowed, decision.clause, decision.reason, decision.next_opening))
    assert len(answers) == 1
    assert answers.pop()[1] == "A-4.1.2-5"
