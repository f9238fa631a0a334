"""Sets of seconds: half-open spans ``(start, end)`` of whole seconds, sorted, apart from one another.

Every function gives such a set back, and all but ``union`` expect one. Each is linear in the number of spans at most.
A second is in a set or not: what overlaps is counted once, never summed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from operator import itemgetter

from infogere.sla.result import Span, Spans

EMPTY: Spans = ()
_start, _end = itemgetter(0), itemgetter(1)


def union(spans: Iterable[Span]) -> Spans:
    """Any spans, in any order; those that touch become one and empty ones vanish."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def intersect(left: Spans, right: Spans) -> Spans:
    """What is in both."""
    common: list[Span] = []
    here = there = 0
    while here < len(left) and there < len(right):
        start = max(left[here][0], right[there][0])
        end = min(left[here][1], right[there][1])
        if start < end:
            common.append((start, end))
        if left[here][1] < right[there][1]:
            here += 1
        else:
            there += 1
    return tuple(common)


def subtract(left: Spans, right: Spans) -> Spans:
    """What is in ``left`` and not in ``right``."""
    kept: list[Span] = []
    there = 0
    for start, end in left:
        at = start
        while there < len(right) and right[there][1] <= at:
            there += 1
        # The last span looked at may reach into the next one of ``left``: it is not passed over.
        other = there
        while other < len(right) and right[other][0] < end:
            if right[other][0] > at:
                kept.append((at, right[other][0]))
            at = max(at, right[other][1])
            other += 1
        if at < end:
            kept.append((at, end))
    return tuple(kept)


def clip(spans: Spans, start: int, end: int) -> Spans:
    """What lies between two instants; costs as many steps as there are spans between them."""
    first = bisect_right(spans, start, key=_end)
    last = bisect_left(spans, end, lo=first, key=_start)
    inside = list(spans[first:last])
    if start >= end or not inside:
        return EMPTY
    inside[0] = (max(start, inside[0][0]), inside[0][1])
    inside[-1] = (inside[-1][0], min(end, inside[-1][1]))
    return tuple(inside)


def total(spans: Spans) -> int:
    """How many seconds."""
    return sum(end - start for start, end in spans)


class Measured:
    """A set that is asked many times how much of it lies between two instants: each answer is a binary search."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._before = [0, *accumulate(end - start for start, end in spans)]

    def seconds(self, start: int, end: int) -> int:
        """Seconds of the set in ``[start, end)``."""
        return self._up_to(end) - self._up_to(start) if start < end else 0

    def after(self, start: int, seconds: int) -> int | None:
        """The instant at which ``seconds`` of the set have gone by since ``start``; None: the set ends before."""
        if seconds == 0:
            return start
        goal = self._up_to(start) + seconds
        index = bisect_left(self._before, goal) - 1
        if index >= len(self.spans):
            return None
        return self._starts[index] + goal - self._before[index]

    def _up_to(self, at: int) -> int:
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0
        return self._before[index] + min(at, self._ends[index]) - self._starts[index]
