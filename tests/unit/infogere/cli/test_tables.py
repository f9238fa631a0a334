"""Tables in a narrow terminal."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

from infogere.cli.tables import uncut


def drawn(table: Table, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()


def test_what_goes_into_the_next_command_stays_in_one_piece():
    table = Table("works", "contract", "start", "subject", "answer", box=None)
    table.add_row(
        "W-20261128-d5d5b1", "BC-2026-017", "2026-12-16 22:30", "A new disk for the array", "250 2.0.0 queued"
    )
    assert "W-20261128-d5d5b1" not in drawn(table, 60)
    said = drawn(uncut(table), 60)
    assert "W-20261128-d5d5b1" in said
    assert "BC-2026-017" in said


def test_no_character_is_lost():
    table = Table("server", "recipient", box=None)
    table.add_row("web1.example.com", "somebody@a-long-name.example.com")
    said = "".join(drawn(uncut(table), 30).split())
    assert "…" not in said
    assert sorted(said) == sorted("serverrecipientweb1.example.comsomebody@a-long-name.example.com")
