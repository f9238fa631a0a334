"""What comes together and what comes apart, of an update of several services."""

from __future__ import annotations

import pytest
from ansible_collections.infogere.hosting.plugins.module_utils._update_parts import split


@pytest.mark.parametrize(
    ("belongs", "apart", "parts"),
    [
        ([], set(), ["abcde"]),
        ([], {"b", "d"}, ["ace", "b", "d"]),
        ([{"a", "b", "c"}], {"a", "d", "e"}, ["", "abc", "d", "e"]),
        ([{"a", "b"}, {"c", "d"}], {"b"}, ["cde", "ab"]),
        ([{"a", "b"}, {"b", "c"}, {"d"}], {"d", "c"}, ["e", "abc", "d"]),
        ([{"a", "b"}, {"d", "e"}, {"c", "d"}, {"b", "c"}], {"e"}, ["", "abcde"]),
    ],
)
def test_parts(belongs, apart, parts):
    changes = [{"package": name} for name in "abcde"]
    found = split(changes, belongs, apart)
    assert ["".join(change["package"] for change in part) for part in found] == parts


def test_nothing_to_do_has_no_parts():
    assert split([], [], set()) == [[]]
