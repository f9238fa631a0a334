"""Windows: recurring spans in which an action may start.

A window bounds the **start** of an action: start inclusive, end exclusive. An action that is expected to
last must also be able to end inside, so its last start (the cutoff) is the end less that duration.
Spans that touch, also across midnight, are one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from infogere.calendar.days import Calendar
from infogere.calendar.spans import Span, intersect, merge
from infogere.calendar.walltime import to_utc
from infogere.errors import InfogereError
from infogere.terms import MaintenanceSlot

if TYPE_CHECKING:
    from dateutil.rrule import rrule

_DAY = timedelta(days=1)
HORIZON_DAYS = 400
"""How far a next opening is looked for: more than a year, so that a yearly slot is found."""


class Window(ABC):
    """A recurring window in one zone."""

    zone: ZoneInfo

    @abstractmethod
    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Spans that belong to a local day; each lasts a day at most and may run past midnight."""

    def span_at(self, at: datetime, expected_duration: int = 0) -> Span | None:
        """The span that holds ``at``, joined with its neighbours far enough for the duration (seconds)."""
        return next((s for s in self._around(self._local_day(at), expected_duration) if at in s), None)

    def contains(self, at: datetime, expected_duration: int = 0) -> bool:
        """Whether an action of that many seconds may start at ``at``."""
        span = self.span_at(at, expected_duration)
        return span is not None and at <= cutoff(span, expected_duration)

    def next_opening(self, at: datetime, expected_duration: int = 0) -> datetime | None:
        """The earliest instant, ``at`` or later, at which the action may start.

        None: there is none within ``HORIZON_DAYS`` (the window is too short, or has ended).
        """
        first = self._local_day(at)
        for offset in range(HORIZON_DAYS + 1):
            day = first + offset * _DAY
            for span in self._around(day, expected_duration):
                start = max(span.start, at)
                if start < span.end and start <= cutoff(span, expected_duration):
                    return start
        return None

    def openings(self, first: date, last: date) -> tuple[Span, ...]:
        """Spans of the local days from ``first`` to ``last``, both included; for display."""
        days = (last - first).days + 1
        return merge(span for offset in range(days) for span in self.spans_on(first + offset * _DAY))

    def _around(self, day: date, expected_duration: int) -> tuple[Span, ...]:
        ahead = 2 + expected_duration // int(_DAY.total_seconds())
        return merge(span for offset in range(-1, ahead + 1) for span in self.spans_on(day + offset * _DAY))

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def cutoff(span: Span, expected_duration: int) -> datetime:
    """The last start inside a span for an action of that many seconds (see also its exclusive end)."""
    return span.end - timedelta(seconds=expected_duration)


@dataclass(frozen=True)
class PatchWindow(Window):
    """Default maintenance window: working hours less the discouraged periods (A-L3-24, A-4.1.3-3)."""

    calendar: Calendar

    @property
    def zone(self) -> ZoneInfo:  # type: ignore[override]
        return self.calendar.zone

    def spans_on(self, day: date) -> tuple[Span, ...]:
        return self.calendar.day(day).patchable


@dataclass(frozen=True)
class WorkingHours(Window):
    """Working days and hours (A-L3-24, A-L4-11)."""

    calendar: Calendar

    @property
    def zone(self) -> ZoneInfo:  # type: ignore[override]
        return self.calendar.zone

    def spans_on(self, day: date) -> tuple[Span, ...]:
        return self.calendar.day(day).working


@dataclass(frozen=True)
class RecurringWindow(Window):
    """A slot that recurs by an iCalendar rule, less its excluded days.

    Start and end are wall times: each is resolved in the zone on its own day, so a night slot is an hour
    shorter or longer when the clock changes, as its wall times say.
    """

    slot: MaintenanceSlot
    zone: ZoneInfo

    @cached_property
    def _rule(self) -> rrule:
        from dateutil.rrule import rrule, rrulestr

        try:
            rule = rrulestr(self.slot.rule, dtstart=_midnight(self.slot.first_day), cache=True)
        except ValueError as error:
            raise InfogereError(
                f"maintenance slot: {self.slot.rule!r} is no recurrence rule: {error}",
                way_out="write for example FREQ=WEEKLY;BYDAY=TU,TH",
            ) from None
        assert isinstance(rule, rrule)  # noqa: S101  one FREQ, checked by the slot's pattern
        return rule

    def spans_on(self, day: date) -> tuple[Span, ...]:
        if day in self.slot.excluded or not self._rule.between(_midnight(day), _midnight(day), inc=True):
            return ()
        end_day = day if self.slot.end > self.slot.start else day + _DAY
        span = Span(
            to_utc(datetime.combine(day, self.slot.start), self.zone),
            to_utc(datetime.combine(end_day, self.slot.end), self.zone),
        )
        return (span,) if span.start < span.end else ()


@dataclass(frozen=True)
class Inside(Window):
    """What one window leaves of another."""

    inner: Window
    bounds: Window

    @property
    def zone(self) -> ZoneInfo:  # type: ignore[override]
        return self.inner.zone

    def spans_on(self, day: date) -> tuple[Span, ...]:
        mine = self.inner.spans_on(day)
        if not mine:
            return ()
        return intersect(mine, (s for o in (-1, 0, 1) for s in self.bounds.spans_on(day + o * _DAY)))


def patch_window(calendar: Calendar, slot: MaintenanceSlot | None = None) -> Window:
    """The window in which maintenance of one server may start.

    Without a slot: working days and hours less the discouraged periods. With one: the slot, cut down to
    working days and hours (A-L3-24) unless the customer ordered it outside them, billed (A-L3-26).
    """
    if slot is None:
        return PatchWindow(calendar)
    own = RecurringWindow(slot, calendar.zone)
    return own if slot.outside_hours else Inside(own, WorkingHours(calendar))


def _midnight(day: date) -> datetime:
    # Naive on purpose: a recurrence rule counts wall-clock days; the zone comes in with the hours.
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001
