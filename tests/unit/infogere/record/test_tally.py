"""An index that says something else than the table is found, entry by entry or in sum."""

from __future__ import annotations

import sqlite3

import pytest

from infogere.record.sqlite import SQLite
from infogere.record.tally import INDEXES

DEFINED = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'record_entry' AND sql IS NOT NULL"


def test_every_index_of_the_table_is_compared(filled):
    with sqlite3.connect(filled.path) as database:
        assert {name for (name,) in database.execute(DEFINED)} == set(INDEXES)
    assert filled.verify().findings == ()


def test_an_index_that_is_gone_hides_nothing(filled):
    with sqlite3.connect(filled.path) as database:
        database.execute("DROP INDEX record_entry_server")
    assert filled.verify().findings == ()


@pytest.mark.parametrize("column", ["contract", "server", "kind"])
def test_an_index_that_lost_an_entry_is_found(filled, monkeypatch, column):
    sums = SQLite.index_sums

    def one_less(self):
        found = sums(self)
        value, count, total = found[f"record_entry_{column}"][-1]
        found[f"record_entry_{column}"][-1] = (value, count - 1, total - 3)
        return found

    monkeypatch.setattr(SQLite, "index_sums", one_less)
    (finding,) = filled.verify().findings
    assert finding.broken
    assert finding.message == f"index record_entry_{column} does not say what the table says; searches may miss entries"


def test_a_real_file_whose_index_was_cut_is_found(filled):
    """The index keeps what the table no longer says: the schema is told for a moment that there is no index."""
    with sqlite3.connect(filled.path, isolation_level=None) as database:
        row = database.execute(
            "SELECT rootpage, sql FROM sqlite_master WHERE name = 'record_entry_contract'"
        ).fetchone()
        guard = database.execute("SELECT sql FROM sqlite_master WHERE name = 'record_entry_no_update'").fetchone()[0]
        database.execute("DROP TRIGGER record_entry_no_update")
        database.execute("PRAGMA writable_schema = ON")
        database.execute("DELETE FROM sqlite_master WHERE name = 'record_entry_contract'")
    with sqlite3.connect(filled.path, isolation_level=None) as database:
        database.execute("UPDATE record_entry SET contract = 'X-1' WHERE seq = 2")
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)",
            ("index", "record_entry_contract", "record_entry", *row),
        )
        database.execute(guard)
    messages = [finding.message for finding in filled.verify().findings]
    assert any("index record_entry_contract does not say what the table says" in message for message in messages)
