"""What the tables of all commands share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# Columns whose cells go into the next command.
IDENTIFIERS = frozenset({"server", "contract", "order form", "works", "notice", "incident", "problem", "claim"})

PIPED_WIDTH = 160
"""Columns where nobody looks at a terminal: lines stay whole for ``grep``, and prose still breaks somewhere."""


def console(*, soft_wrap: bool = False) -> Console:
    """As wide as the terminal; with ``soft_wrap``, lines that it would break are left whole.

    Strings are no markup: what servers and customers said neither colours nor hides anything.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(highlight=False, markup=False, width=width, soft_wrap=soft_wrap)


def uncut(table: Table) -> Table:
    """Cut nothing off where the terminal is narrow: identifiers stay in one piece, what stands beside them wraps."""
    for column in table.columns:
        column.overflow = "fold"
        column.no_wrap = column.no_wrap or str(column.header) in IDENTIFIERS
    return table
