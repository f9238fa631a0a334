"""The quick way to read a body accepts what the careful one accepts, or less, and reads the same in it."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infogere.record import chain
from infogere.record.envelope import read
from infogere.record.judge import fields_of

COMMON = {"terms": "T", "run": "r1", "server": "web1", "contract": "A", "at": "now", "follows": None}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


def body(**data):
    sealed = chain.seal(COMMON, data, kind="x", clauses=("A-1-1",), recorded="now", salt="0" * 32)
    return sealed.body


def agree(said):
    """None, or what the careful way reads."""
    quick, careful = read(said), fields_of(said)
    if quick is not None:
        # Text, not values: 1, 1.0 and True are equal in Python.
        assert json.dumps(msgspec.structs.asdict(quick)) == json.dumps(careful), said
    return quick


def spelled(fields):
    """An entry that nobody made with care: no form is refused here."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")


@given(
    st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from([*sorted(chain.KEYS), "more"]), VALUES, st.booleans()
)
def test_it_accepts_no_more(data, key, value, remove):
    fields = {**json.loads(body()), "data": data, key: value}
    if remove:
        del fields[key]
    agree(spelled(fields))


@pytest.mark.parametrize(
    "value",
    [
        *("1.0", "1e2", "-0", "0.5", "01", "9007199254740992", "-9007199254740992", "18446744073709551616", "1" * 400),
        *(
            "NaN",
            "Infinity",
            "nul",
            '"\\u00e9"',
            '"\\/"',
            '"\\u001F"',
            '"\\ud800"',
            '"\\u0008"',
            '"\x01"',
            '"\x7f\\u007f"',
        ),
        *('{"b":1,"a":2}', '{"a":1,"a":1}', "[1, 2]", " 1", "[1,]", "[0.5]", '{"a":[{"b":1.5}]}', '"\ud800"'),
        *('"2026-01-01T00:00:00Z" ', "1,", '1,"x":2', '1,"x":1.5', "[" * 300 + "]" * 300, "1}"),
    ],
)
def test_other_spellings_are_refused_by_both(value):
    said = body(x=7).replace(b'"x":7', b'"x":' + value.encode(errors="surrogatepass"))
    assert fields_of(said) is None
    assert read(said) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":1', b'"seq":true'),
        (b'"seq":1', b'"seq":1,"seq":1'),
        (b'"follows":null,"format":1', b'"format":1,"follows":null'),
        (b'"format":1', b'"format":2'),
        (b'"run":"r1",', b""),
        (b'"terms":"T"}', b'"terms":"T"} '),
        (b"{", b"\xef\xbb\xbf{"),
        (b'"r1"', b'"r\xff"'),
        (b'"r1"', b'"r\xed\xa0\x80"'),
    ],
)
def test_other_envelopes_are_not_accepted(old, new):
    said = body().replace(old, new, 1)
    assert said != body()
    assert read(said) is None


@given(st.binary(max_size=3), st.data())
def test_other_bytes(inserted, data):
    said = body(x=[1, "é\x01"], y={"z": None})
    start = data.draw(st.integers(0, len(said)))
    end = data.draw(st.integers(start, min(start + 3, len(said))))
    agree(said[:start] + inserted + said[end:])


@pytest.mark.parametrize(
    "data",
    [
        {"text": 'é "quoted" \\ \x7f \u2028 \U0001f600 \n\t\x00', "number": 2**53 - 1, "flag": True, "none": None},
        {"shares": [{"grant": "G1", "minutes": [15, 30]}], "priced": {"a": {"b": 1}, "c": {"d": ["x"]}}, "empty": {}},
    ],
)
def test_it_reads_what_entries_hold(data):
    said = agree(body(**data))
    assert said is not None
    assert said.data == data
