"""Spans of time on the UTC line: start inclusive, end exclusive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """From ``start`` (inclusive) to ``end`` (exclusive), both aware and in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def seconds(self) -> int:
        return int((self.end - self.start).total_seconds())


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, without overlaps; spans that touch become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        elif span.start < span.end:
            merged.append(span)
    return tuple(merged)


def intersect(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """What is in both."""
    others = merge(right)
    return merge(
        Span(max(span.start, other.start), min(span.end, other.end))
        for span in merge(left)
        for other in others
        if span.start < other.end and other.start < span.end
    )


def subtract(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """What is in ``left`` and not in ``right``."""
    others = merge(right)
    kept: list[Span] = []
    for span in merge(left):
        start = span.start
        for other in others:
            if other.end <= start or other.start >= span.end:
                continue
            if other.start > start:
                kept.append(Span(start, other.start))
            start = other.end
        if start < span.end:
            kept.append(Span(start, span.end))
    return tuple(kept)
