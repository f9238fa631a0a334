"""Span arithmetic, judged minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from infogere.calendar.spans import Span, intersect, merge, subtract

ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)


def minute(number: int) -> datetime:
    return ORIGIN + timedelta(minutes=number)


def minutes(spans) -> set[int]:  # type: ignore[no-untyped-def]
    return {number for number in range(60) if any(minute(number) in span for span in spans)}


span_lists = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 12)).map(
        lambda pair: Span(minute(pair[0]), minute(sum(pair))),
    ),
    max_size=6,
)


@given(span_lists, span_lists)
def test_sets_of_minutes(left: list[Span], right: list[Span]) -> None:
    assert minutes(merge(left)) == minutes(left)
    assert minutes(intersect(left, right)) == minutes(left) & minutes(right)
    assert minutes(subtract(left, right)) == minutes(left) - minutes(right)


@given(span_lists)
def test_merged_spans_are_sorted_and_apart(spans: list[Span]) -> None:
    merged = merge(spans)
    assert all(span.start < span.end for span in merged)
    assert all(one.end < other.start for one, other in pairwise(merged))


def test_start_inclusive_end_exclusive() -> None:
    span = Span(minute(1), minute(2))
    assert minute(1) in span
    assert minute(2) not in span
