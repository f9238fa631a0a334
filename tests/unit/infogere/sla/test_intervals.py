"""Interval algebra against plain Python sets of seconds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from infogere.sla import intervals
from infogere.sla.intervals import Measured, clip, intersect, subtract, total, union
from infogere.sla.result import Spans

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def members(spans: Spans | list[tuple[int, int]]) -> set[int]:
    return {second for start, end in spans for second in range(start, end)}


def apart(spans: Spans) -> bool:
    return all(start < end for start, end in spans) and all(left[1] < right[0] for left, right in pairwise(spans))


@given(SPANS)
def test_union_is_the_set_of_seconds_sorted_and_apart(spans: list[tuple[int, int]]) -> None:
    merged = union(spans)
    assert members(merged) == members(spans)
    assert apart(merged)
    assert total(merged) == len(members(spans))


@given(SPANS, SPANS)
def test_intersection_and_difference(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    one, other = union(left), union(right)
    assert members(intersect(one, other)) == members(left) & members(right)
    assert members(subtract(one, other)) == members(left) - members(right)
    assert apart(intersect(one, other))
    assert apart(subtract(one, other))


@given(SPANS, st.integers(-5, 65), st.integers(-5, 65))
def test_measured_agrees_with_clip(spans: list[tuple[int, int]], start: int, end: int) -> None:
    merged = union(spans)
    assert Measured(merged).seconds(start, end) == total(clip(merged, start, end))


@given(SPANS, st.integers(0, 60), st.integers(0, 80))
def test_after_is_the_first_instant_at_which_that_much_has_passed(
    spans: list[tuple[int, int]], start: int, seconds: int
) -> None:
    measured = Measured(union(spans))
    found = measured.after(start, seconds)
    if found is None:
        assert measured.seconds(start, 100) < seconds
    else:
        assert measured.seconds(start, found) == seconds
        assert seconds == 0 or measured.seconds(start, found - 1) == seconds - 1


def test_spans_that_touch_become_one() -> None:
    assert union([(5, 9), (1, 5), (7, 7)]) == ((1, 9),)
    assert subtract(((0, 10),), ((2, 3), (8, 20))) == ((0, 2), (3, 8))
    assert clip(((0, 10),), 7, 3) == intervals.EMPTY
