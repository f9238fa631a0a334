"""The database refuses what the program would never do, tried with plain sqlite3."""

from __future__ import annotations

import sqlite3

import pytest

COLUMNS = "seq, hash, kind, recorded, contract, contract_seq, body"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entry SET server = 'other' WHERE seq = 3",
        "UPDATE OR REPLACE record_entry SET seq = 4 WHERE seq = 3",
        "DELETE FROM record_entry WHERE seq = 3",
        "DELETE FROM record_entry",
        # In the place of an entry, by its number.
        f"INSERT OR REPLACE INTO record_entry ({COLUMNS}) VALUES (3, 'x', 'k', 't', NULL, NULL, 'b')",
        f"REPLACE INTO record_entry ({COLUMNS}) VALUES (10, 'x', 'k', 't', NULL, NULL, 'b')",
        # In the place of an entry, by its number in the contract: the next seq, but BC-1 number 1 exists.
        f"INSERT OR REPLACE INTO record_entry ({COLUMNS}) VALUES (11, 'x', 'k', 't', 'BC-1', 1, 'b')",
        "INSERT INTO record_entry (seq, hash, kind, recorded, body) VALUES (3, 'x', 'k', 't', 'b')"
        " ON CONFLICT (seq) DO UPDATE SET body = 'b'",
        # Out of turn.
        f"INSERT INTO record_entry ({COLUMNS}) VALUES (12, 'x', 'k', 't', NULL, NULL, 'b')",
        f"INSERT INTO record_entry ({COLUMNS}) VALUES (NULL, 'x', 'k', 't', NULL, NULL, 'b')",
        f"INSERT INTO record_entry ({COLUMNS}) VALUES (-1, 'x', 'k', 't', NULL, NULL, 'b')",
        f"INSERT INTO record_entry ({COLUMNS}) VALUES (11, 'x', 'k', 't', 'BC-1', 9, 'b')",
        f"INSERT INTO record_entry ({COLUMNS}) VALUES (11, 'x', 'k', 't', 'BC-1', NULL, 'b')",
        f"INSERT INTO record_entry ({COLUMNS}) VALUES (11, 'x', 'k', 't', NULL, 1, 'b')",
    ],
)
def test_guarded(filled, statement):
    connection = sqlite3.connect(filled.path)
    before = connection.execute("SELECT * FROM record_entry").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="SLA record"):
        connection.execute(statement)
    assert connection.execute("SELECT * FROM record_entry").fetchall() == before
    connection.close()
    assert filled.verify().findings == ()


def test_guards_that_are_gone_are_a_finding(filled):
    filled.behind_its_back("DROP TRIGGER record_entry_no_delete")
    assert filled.codes() == [("guards", None)]
