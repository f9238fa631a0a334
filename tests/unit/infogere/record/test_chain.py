"""Canonical bytes and the two chains, as properties."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infogere.record import chain

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
COMMON = {"terms": "T", "run": None, "server": "web1", "contract": None, "at": "now", "follows": None}


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_canonical_bytes_come_back_and_are_the_only_spelling(value):
    body = chain.canonical(value)
    assert chain.parse(body) == value
    assert chain.canonical(json.loads(body)) == body


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_any_other_spelling_is_refused(value):
    with pytest.raises(ValueError, match="canonical"):
        chain.parse(json.dumps(value, indent=1).encode())


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, b"x", {"é": 1}, {1: 2}, "\ud800", {"a": [{"b": 0.5}]}])
def test_what_has_no_canonical_form(value):
    with pytest.raises(ValueError, match=r".*"):
        chain.canonical(value)


def test_equal_looking_values_differ():
    assert len({chain.canonical(value) for value in (1, True, "1", None, [1])}) == 5


def _chain(contracts, salts=None):
    head, heads, sealed = chain.EMPTY, {}, []
    for number, contract in enumerate(contracts):
        entry = chain.seal(
            {**COMMON, "contract": contract},
            {"number": number},
            kind="x",
            clauses=("A-1-1",),
            recorded="now",
            salt=f"{number:032x}",
            head=head,
            contract_head=heads.get(contract, chain.EMPTY),
        )
        head = chain.Head(entry.seq, entry.hash)
        if contract:
            heads[contract] = chain.Head(entry.contract_seq, entry.hash)
        sealed.append(entry)
    return sealed


@given(st.lists(st.sampled_from([None, "A", "B", "C"]), max_size=30))
def test_both_chains_are_gapless_and_linked(contracts):
    previous, by_contract = chain.EMPTY, {}
    for entry, contract in zip(_chain(contracts), contracts, strict=True):
        fields = chain.parse(entry.body)
        assert (fields["seq"], fields["previous"]) == (previous.seq + 1, previous.hash)
        previous = chain.Head(entry.seq, entry.hash)
        last = by_contract.get(contract, chain.EMPTY)
        if contract is None:
            assert fields["contract_seq"] is fields["contract_previous"] is None
        else:
            assert (fields["contract_seq"], fields["contract_previous"]) == (last.seq + 1, last.hash)
            by_contract[contract] = chain.Head(entry.contract_seq, entry.hash)


@given(st.lists(st.sampled_from([None, "A"]), min_size=1, max_size=5), st.data())
def test_one_flipped_bit_changes_the_hash(contracts, data):
    entry = data.draw(st.sampled_from(_chain(contracts)))
    bit = data.draw(st.integers(0, len(entry.body) * 8 - 1))
    flipped = bytearray(entry.body)
    flipped[bit // 8] ^= 1 << bit % 8
    assert chain.entry_hash(bytes(flipped)) != entry.hash


def test_the_salt_hides_an_entry_from_guessing():
    one, other = (chain.seal(COMMON, {}, kind="x", clauses=(), recorded="now", salt=salt * 32) for salt in ("0", "1"))
    assert one.hash != other.hash
