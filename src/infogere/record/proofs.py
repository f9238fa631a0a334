"""Inclusion and consistency proofs of RFC 6962 (sections 2.1.1 and 2.1.2): made from the entries' hashes
in one pass and a few kilobytes, checked by the algorithms of RFC 9162 (2.1.3.2 and 2.1.4.2).

Proofs are lists of hashes in hex, lowest first. Leaves are counted from 0: entry ``seq`` is leaf ``seq - 1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from infogere.record.merkle import Tree, leaf, parent

Range = tuple[int, int]


def inclusion(index: int, size: int, hashes: Iterable[str]) -> list[str]:
    """Proof that leaf ``index`` is in the tree over the first ``size`` of ``hashes``."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _roots(list(_path(index, 0, size)), hashes)


def consistency(first: int, second: int, hashes: Iterable[str]) -> list[str]:
    """Proof that the tree over the first ``second`` of ``hashes`` goes on from that over the first ``first``."""
    if not 0 <= first <= second:
        raise ValueError(f"{second} leaves do not go on from {first}")
    return _roots(list(_subproof(first, 0, second, whole=True)) if first else [], hashes)


def includes(entry_hash: str, index: int, size: int, proof: Iterable[str], root: str) -> bool:
    """True if ``proof`` shows the entry as leaf ``index`` of the tree of ``size`` leaves with this root."""
    if not 0 <= index < size:
        return False
    with suppress(ValueError):
        node, last = leaf(entry_hash), size - 1
        for sibling in map(bytes.fromhex, proof):
            if last == 0:
                return False
            if index & 1 or index == last:
                node = parent(sibling, node)
                index, last = _skip_left_edge(index, last)
            else:
                node = parent(node, sibling)
            index, last = index >> 1, last >> 1
        return last == 0 and node.hex() == root
    return False


def consistent(first: int, first_root: str, second: int, second_root: str, proof: Iterable[str]) -> bool:
    """True if ``proof`` shows that the second tree begins with all leaves of the first."""
    with suppress(ValueError):
        nodes = [bytes.fromhex(node) for node in proof]
        if first in {0, second}:
            expected = Tree().root if first == 0 else second_root
            return not nodes and first_root == expected
        if not 0 < first < second:
            return False
        if first & (first - 1) == 0:  # a perfect tree is a node of the second one itself
            nodes.insert(0, bytes.fromhex(first_root))
        return bool(nodes) and _climb(first, second, nodes) == (first_root, second_root)
    return False


def _climb(first: int, second: int, nodes: list[bytes]) -> tuple[str, str] | None:
    """Both roots, as the nodes of a consistency proof give them; None if there are too many or too few."""
    index, last = first - 1, second - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if index & 1 or index == last:
            old, new = parent(node, old), parent(node, new)
            index, last = _skip_left_edge(index, last)
        else:
            new = parent(new, node)
        index, last = index >> 1, last >> 1
    return (old.hex(), new.hex()) if last == 0 else None


def _skip_left_edge(index: int, last: int) -> Range:
    """Levels at which an incomplete right edge has no sibling."""
    while index and not index & 1:
        index, last = index >> 1, last >> 1
    return index, last


def _path(index: int, start: int, end: int) -> Iterator[Range]:
    """PATH(m, D[n]): ranges of leaves whose roots make up an inclusion proof."""
    if end - start <= 1:
        return
    split = start + _split(end - start)
    if index < split:
        yield from _path(index, start, split)
        yield (split, end)
    else:
        yield from _path(index, split, end)
        yield (start, split)


def _subproof(first: int, start: int, end: int, *, whole: bool) -> Iterator[Range]:
    """SUBPROOF(m, D[n], b): ranges of leaves whose roots make up a consistency proof."""
    if first == end:
        if not whole:
            yield (start, end)
        return
    split = start + _split(end - start)
    if first <= split:
        yield from _subproof(first, start, split, whole=whole)
        yield (split, end)
    else:
        yield from _subproof(first, split, end, whole=False)
        yield (start, split)


def _split(size: int) -> int:
    """Largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _roots(ranges: list[Range], hashes: Iterable[str]) -> list[str]:
    """Root of each range of leaves, reading every hash once; the ranges do not overlap."""
    trees = {wanted: Tree() for wanted in ranges}
    waiting = sorted(ranges, reverse=True)
    for index, entry_hash in enumerate(hashes):
        while waiting and waiting[-1][1] <= index:
            waiting.pop()
        if not waiting:
            break
        if index >= waiting[-1][0]:
            trees[waiting[-1]].add(entry_hash)
    if any(tree.size != end - start for (start, end), tree in trees.items()):
        raise ValueError("fewer hashes than leaves")
    return [trees[wanted].root for wanted in ranges]
