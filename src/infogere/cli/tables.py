"""What the tables of all commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

# Columns whose cells go into the next command.
IDENTIFIERS = frozenset({"server", "contract", "order form", "works", "notice", "incident", "problem", "claim"})


def uncut(table: Table) -> Table:
    """Cut nothing off where the terminal is narrow: identifiers stay in one piece, what stands beside them wraps."""
    for column in table.columns:
        column.overflow = "fold"
        column.no_wrap = column.no_wrap or str(column.header) in IDENTIFIERS
    return table
