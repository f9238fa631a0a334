"""The tree against RFC 6962's own recursive definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infogere.record.merkle import Stretch, Tree, levels

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=40)


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


@given(HASHES)
def test_root_is_the_tree_hash_of_rfc_6962(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf.hex())
    assert tree.root == mth(leaves).hex()


@given(HASHES, st.integers(0, 40))
def test_a_tree_goes_on_from_its_peaks(leaves, pause):
    tree = Tree()
    for leaf in leaves[:pause]:
        tree.add(leaf.hex())
    tree = Tree(tree.size, tree.peaks)
    for leaf in leaves[pause:]:
        tree.add(leaf.hex())
    assert tree.root == mth(leaves).hex()


def test_peaks_must_fit_the_size():
    with pytest.raises(ValueError, match="2 peaks"):
        Tree(3, ["00" * 32])


@given(HASHES, st.integers(0, 40), st.integers(0, 40))
def test_a_hidden_stretch_grows_the_same_tree(leaves, start, end):
    start, end = sorted((min(start, len(leaves)), min(end, len(leaves))))
    tree, stretch = Tree(), Stretch(start)
    for leaf in leaves[:start]:
        tree.add(leaf.hex())
    for leaf in leaves[start:end]:
        stretch.add(leaf.hex())
    for level, node in zip(levels(start, stretch.count), stretch.nodes, strict=True):
        tree.add_subtree(level, bytes.fromhex(node))
    assert tree.root == mth(leaves[:end]).hex()
    for leaf in leaves[end:]:
        tree.add(leaf.hex())
    assert tree.root == mth(leaves).hex()


def test_a_subtree_begins_where_its_size_divides():
    assert list(levels(5, 6)) == [0, 1, 1, 0]
    tree = Tree()
    tree.add("00" * 32)
    with pytest.raises(ValueError, match="no subtree of 2 leaves begins after 1"):
        tree.add_subtree(1, b"")
