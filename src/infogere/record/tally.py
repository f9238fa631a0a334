"""Compare a database's indexes with its table, without looking up every entry in each of them.

An entry that an index has lost, or has under another value, would be missing from a search and so from a
statement. SQLite's own full check finds that by one look-up per entry and index, in no order of the file: a third of a
verification. Here the verification's one pass over the table adds up what each index has to say in sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

Sums = Mapping[str | None, int]
"""For each value of a column: how many entries (times ``_ONE``) and the sum of their ``seq``."""

# Larger than the sum of all numbers of a record of a thousand million entries: both figures fit into one.
_ONE = 1 << 60

# The first column of each index; without one, or of one kind alone, where only the total is compared.
INDEXES: Mapping[str, str | None] = {
    "record_entry_contract": "contract",
    "record_entry_server": "server",
    "record_entry_kind": "kind",
    "record_entry_run": None,
    "record_entry_state": "state",
}


class Tally:
    """Adds up the entries of a table as they pass."""

    def __init__(self) -> None:
        self._contract: dict[str | None, int] = defaultdict(int)
        self._server: dict[str | None, int] = defaultdict(int)
        self._kind: dict[str | None, int] = defaultdict(int)
        self._all = 0

    def add(self, seq: int, kind: str, server: str | None, contract: str | None) -> None:
        """Add what an entry's columns say."""
        one = _ONE + seq
        self._all += one
        self._contract[contract] += one
        self._server[server] += one
        self._kind[kind] += one

    def differing(self, found: Mapping[str, list[tuple[str | None, int, int]]]) -> Iterator[str]:
        """Names of the indexes that say something else than the table.

        Args:
            found: for each index: value, number of entries, sum of their ``seq``.
        """
        states: Sums = {kind: total for kind, total in self._kind.items() if kind == "state"}
        wanted: dict[str | None, Sums] = {
            "contract": self._contract,
            "server": self._server,
            "kind": self._kind,
            "state": states,
            None: {None: self._all} if self._all else {},
        }
        for name, rows in found.items():
            if {value: count * _ONE + total for value, count, total in rows if count} != wanted[INDEXES[name]]:
                yield name
