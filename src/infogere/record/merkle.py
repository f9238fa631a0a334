"""Merkle tree hash of RFC 6962 (section 2.1) over the entries' hashes, grown entry by entry.

Kept as the roots of the perfect subtrees ("peaks"), largest first: sizes are the binary
digits of the number of leaves, so a tree of a million entries is twenty hashes. A stretch of
entries that the reader must not see goes in as the roots of its perfect subtrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256


class Tree:
    """An append-only Merkle tree that remembers its peaks only."""

    def __init__(self, size: int = 0, peaks: Iterable[str] = ()) -> None:
        """Continue a tree of ``size`` leaves; ``peaks`` in hex, as ``peaks`` gives them."""
        self.size = size
        self._peaks = [bytes.fromhex(peak) for peak in peaks]
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self._peaks)}")

    def add(self, entry_hash: str) -> None:
        """Add the leaf of one entry, given its hash in hex."""
        self.add_digest(bytes.fromhex(entry_hash))

    def add_digest(self, digest: bytes) -> None:
        """Add the leaf of one entry, given the 32 bytes of its hash."""
        # The innermost loop of every verification: no call that is not needed.
        node = sha256(b"\x00" + digest).digest()
        merges = self.size
        peaks = self._peaks
        while merges & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()
            merges >>= 1
        peaks.append(node)
        self.size += 1

    def add_subtree(self, level: int, node: bytes) -> None:
        """Add 2**level leaves at once, given the root of their subtree; ValueError where none can begin."""
        if self.size % (1 << level):
            raise ValueError(f"no subtree of {1 << level} leaves begins after {self.size}")
        merges = self.size >> level
        while merges & 1:
            node = parent(self._peaks.pop(), node)
            merges >>= 1
        self._peaks.append(node)
        self.size += 1 << level

    @property
    def peaks(self) -> tuple[str, ...]:
        return tuple(peak.hex() for peak in self._peaks)

    @property
    def root(self) -> str:
        if not self._peaks:
            return sha256(b"").hexdigest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = parent(peak, node)
        return node.hex()


class Stretch:
    """Consecutive leaves of a larger tree, kept as the roots of the perfect subtrees that they fill.

    Args:
        start: number of leaves before the first one.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.count = 0
        self._nodes: list[tuple[int, bytes]] = []

    def add(self, entry_hash: str) -> None:
        """Add the next leaf, given the entry's hash in hex."""
        node, level = leaf(entry_hash), 0
        place = self.start + self.count
        nodes = self._nodes
        while place >> level & 1 and nodes and nodes[-1][0] == level:
            node = parent(nodes.pop()[1], node)
            level += 1
        nodes.append((level, node))
        self.count += 1

    @property
    def nodes(self) -> list[str]:
        """Roots in hex, from left to right; ``levels`` says how many leaves each one stands for."""
        return [node.hex() for _, node in self._nodes]


def levels(start: int, count: int) -> Iterator[int]:
    """Levels of the fewest perfect subtrees that cover ``count`` leaves after the first ``start``."""
    while count:
        level = count.bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level
        start += 1 << level
        count -= 1 << level


def leaf(entry_hash: str) -> bytes:
    return sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
