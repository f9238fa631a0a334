"""The level matrix: every action at every level, in every state, from a table that people read."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infogere.fleet.models import Server
from infogere.policy.case import Standing
from infogere.policy.deciding import decide
from infogere.terms import ACTIONS, LEVELS, STATES

TABLE = Path(__file__).with_name("matrix.txt")
MORNING = datetime.fromisoformat("2026-06-16T10:00+02:00")
NIGHT = datetime.fromisoformat("2026-06-16T22:00+02:00")


def read_table() -> dict[tuple[str, str], dict[str, str]]:
    """(section, action) -> column -> cell."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    section, columns = "", []
    for line in TABLE.read_text().splitlines():
        if heading := re.match(r"\[(?P<name>[a-z-]+)\]", line):
            section = heading["name"]
        elif line.startswith("action"):
            columns = line.split()[1:]
        elif cells := re.findall(r"(?:yes|no) A-\S+", line):
            found[section, line.split()[0]] = dict(zip(columns, cells, strict=True))
    return found


ROWS = read_table()


def question(section: str, column: str, server_of: Any) -> tuple[Server, datetime, dict[str, Any]]:
    """What a section asks of a column."""
    if section.startswith("state-"):
        standing = Standing(column, MORNING - timedelta(days=2), 7)
        more = {"standing": standing, "agreement": "Q-1", "notified": MORNING - timedelta(days=3)}
        return server_of(section.removeprefix("state-")), MORNING, more
    cases: dict[str, tuple[dict[str, Any], datetime, dict[str, Any]]] = {
        "level": ({}, MORNING, {}),
        "undelivered": ({"commissioning_date": None}, NIGHT, {}),
        "night": ({}, NIGHT, {"agreement": "Q-1"}),
        "emergency": ({}, NIGHT, {"agreement": "Q-1", "emergency": "a hole"}),
        "not-hosted-here": ({"hosted_here": False}, MORNING, {}),
        "nothing-ordered": ({"options": {}}, MORNING, {}),
    }
    form, at, more = cases[section]
    return server_of(column, **form), at, more


@pytest.mark.parametrize(("section", "action"), ROWS, ids=["/".join(row) for row in ROWS])
def test_matrix(section: str, action: str, server_of: Any, case_of: Any) -> None:
    answers = {}
    for column in ROWS[section, action]:
        server, at, more = question(section, column, server_of)
        decision = decide(case_of(action, server, at, **more))
        answers[column] = f"{'yes' if decision.allowed else 'no'} {decision.clause}"
    assert answers == ROWS[section, action]


def test_the_table_leaves_nothing_out() -> None:
    levels = {*LEVELS, "private-cloud"}
    sections = {section for section, _ in ROWS}
    assert {name for name in sections if name.startswith("state-")} == {f"state-{level}" for level in levels}
    assert set(ROWS) == {(section, action) for section in sections for action in ACTIONS}
    for (section, _), cells in ROWS.items():
        assert set(cells) == (set(STATES) if section.startswith("state-") else levels)
