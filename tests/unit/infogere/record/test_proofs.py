"""Proofs of RFC 6962: against published vectors of Certificate Transparency and its own recursive definitions."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infogere.record.merkle import Tree
from infogere.record.proofs import consistency, consistent, includes, inclusion

# Reference vectors of Certificate Transparency (merkle_tree_test.cc); leaves are bytes of any length.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
NODE = {
    "10": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "2-3": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4-5": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "6-7": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "4-7": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
}


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_vectors(size):
    tree = Tree()
    for data in LEAVES[:size]:
        tree.add(data)
    assert tree.root == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 8, [NODE["10"], NODE["2-3"], NODE["4-7"]]),
        (5, 8, [NODE["4"], NODE["6-7"], ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], NODE["2-3"], NODE["4"]]),
    ],
)
def test_inclusion_of_the_vectors(index, size, proof):
    assert inclusion(index, size, LEAVES) == proof
    assert includes(LEAVES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize(
    ("first", "second", "proof"),
    [
        (1, 1, []),
        (1, 8, [NODE["10"], NODE["2-3"], NODE["4-7"]]),
        (6, 8, [NODE["4-5"], NODE["6-7"], ROOTS[4]]),
        (2, 5, [NODE["2-3"], NODE["4"]]),
    ],
)
def test_consistency_of_the_vectors(first, second, proof):
    assert consistency(first, second, LEAVES) == proof
    assert consistent(first, ROOTS[first], second, ROOTS[second], proof)


def mth(leaves):
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def split(size):
    return 1 << (size - 1).bit_length() - 1


def path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m, leaves, whole):
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


TREES = st.integers(1, 70).flatmap(
    lambda size: st.tuples(
        st.just([hashlib.sha256(bytes([n])).digest() for n in range(size)]), st.integers(0, size - 1)
    )
)


@given(TREES)
def test_inclusion_is_that_of_the_definition(drawn):
    leaves, index = drawn
    hashes = [leaf.hex() for leaf in leaves]
    proof = inclusion(index, len(leaves), iter(hashes))
    assert proof == [node.hex() for node in path(index, leaves)]
    assert includes(hashes[index], index, len(leaves), proof, mth(leaves).hex())


@given(TREES)
def test_consistency_is_that_of_the_definition(drawn):
    leaves, index = drawn
    first = index + 1
    proof = consistency(first, len(leaves), (leaf.hex() for leaf in leaves))
    assert proof == [node.hex() for node in subproof(first, leaves, True)]
    assert consistent(first, mth(leaves[:first]).hex(), len(leaves), mth(leaves).hex(), proof)


@given(TREES, st.data())
def test_a_wrong_proof_proves_nothing(drawn, data):
    leaves, index = drawn
    size, first = len(leaves), index + 1
    hashes = [leaf.hex() for leaf in leaves]
    root, old = mth(leaves).hex(), mth(leaves[:first]).hex()
    for proof, holds in (
        (inclusion(index, size, hashes), lambda it: includes(hashes[index], index, size, it, root)),
        (consistency(first, size, hashes), lambda it: consistent(first, old, size, root, it)),
    ):
        assert holds(proof)
        assert not holds([*proof, root])
        if not proof:
            continue
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not holds(proof[:place] + proof[place + 1 :])
        assert not holds([*proof[:place], "00" * 32, *proof[place + 1 :]])
        assert not holds([*proof[:place], "not hex", *proof[place + 1 :]])
    wrong = (index + 1) % size
    if wrong != index:
        assert not includes(hashes[wrong], index, size, inclusion(index, size, hashes), root)
        assert not includes(hashes[index], wrong, size, inclusion(index, size, hashes), root)


def test_edges():
    assert consistency(0, 8, LEAVES) == []
    assert consistent(0, ROOTS[0], 8, ROOTS[8], [])
    assert not consistent(0, ROOTS[1], 8, ROOTS[8], [])
    assert not consistent(8, ROOTS[8], 7, ROOTS[7], [])
    assert not includes(LEAVES[0], 8, 8, [], ROOTS[8])
    for wrong in (lambda: inclusion(8, 8, LEAVES), lambda: consistency(9, 8, LEAVES), lambda: inclusion(0, 9, LEAVES)):
        with pytest.raises(ValueError, match="leaves"):
            wrong()
