"""Merkle tree hash of RFC 6962 (section 2.1) over the entries' hashes, grown entry by entry.

Kept as the roots of the perfect subtrees ("peaks"), largest first: sizes are the binary
digits of the number of leaves, so a tree of a million entries is twenty hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


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
        node = hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()
        merges = self.size
        while merges & 1:
            node = _parent(self._peaks.pop(), node)
            merges >>= 1
        self._peaks.append(node)
        self.size += 1

    @property
    def peaks(self) -> tuple[str, ...]:
        return tuple(peak.hex() for peak in self._peaks)

    @property
    def root(self) -> str:
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _parent(peak, node)
        return node.hex()


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
