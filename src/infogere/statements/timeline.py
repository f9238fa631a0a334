"""The month as a band: what counted, what did not, announced works, maintenance, unknown monitoring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import svg

from infogere.calendar import walltime
from infogere.sla.result import IncidentStanding, Span
from infogere.statements import drawing
from infogere.statements.drawing import FAINT, INK, PAPER, SOFT, WIDTH, Fill
from infogere.statements.language import Language, instant
from infogere.statements.model import IncidentRow, Statement

_NAME = "month"
_LEFT, _RIGHT = 96.0, 4.0
_PLOT = WIDTH - _LEFT - _RIGHT
_LABELS, _SERVICE, _LANE, _GAP, _AXIS = 18.0, 26.0, 12.0, 7.0, 18.0
_LEAST = 3.2  # an outage of minutes in a month would be thinner than a printer's line
_LETTER = 5.3  # width of a letter of the legend, generous
_SATURDAY = 5

_COUNTED = frozenset({"counts", "counts-unattributed", "counts-contested"})
_UNCLOCKED = frozenset({"no-ticket", "no-evidence"})


@dataclass(frozen=True, slots=True)
class _Mark:
    fill: Fill
    span: Span
    words: str


@dataclass(frozen=True, slots=True)
class _Label:
    """Numbers of incidents whose marks begin between two places."""

    first: float
    last: float
    numbers: tuple[int, ...]

    @property
    def words(self) -> str:
        return _ranges(sorted(self.numbers))

    @property
    def half(self) -> float:
        """Half its width."""
        return 3.2 * len(self.words) + 4

    @property
    def middle(self) -> float:
        return min(max((self.first + self.last + _LEAST) / 2, _LEFT + self.half), WIDTH - self.half)

    def touches(self, other: _Label) -> bool:
        return self.middle + self.half + 1 > other.middle - other.half

    def with_(self, other: _Label) -> _Label:
        return _Label(self.first, other.last, self.numbers + other.numbers)


def draw(statement: Statement, language: Language) -> str:
    """The plot as SVG."""
    return _Month(statement, language).picture()


def fill_of(standing: IncidentStanding) -> Fill:
    """How an incident is drawn."""
    if standing in _COUNTED:
        return "unavailable"
    if standing == "degradation":
        return "degraded"
    return "unclocked" if standing in _UNCLOCKED else "excluded"


class _Month:
    def __init__(self, statement: Statement, language: Language) -> None:
        self._statement = statement
        self._language = language
        self._head = statement.head
        service = sorted(self._incidents(), key=lambda mark: mark.fill == "unavailable")
        self._lanes: list[tuple[str, float, list[_Mark]]] = [("service", _SERVICE, service)]
        for key, marks in (("works", self._works()), ("maintenance", self._runs()), ("monitoring", self._unknown())):
            self._lanes.append((key, _LANE, list(marks)))

    def picture(self) -> str:
        bottom = _LABELS + sum(height + _GAP for _, height, _ in self._lanes)
        parts: list[svg.Element] = [*self._days(bottom)]
        y = _LABELS
        for key, height, marks in self._lanes:
            parts.append(drawing.text(self._language.say(f"lane_{key}"), 0, y + height / 2 + 3.5, fill=SOFT))
            parts += self._lane(key, y, height, marks)
            y += height + _GAP
        parts += self._numbers()
        height, legend = self._legend(bottom + _AXIS + 8)
        return drawing.picture(height, _NAME, self._summary(), [*parts, *legend])

    # What is on it

    def _incidents(self) -> Iterator[_Mark]:
        for row in self._statement.incidents:
            if row.span:
                yield _Mark(fill_of(row.standing), row.span, self._words(row))

    def _words(self, row: IncidentRow) -> str:
        standing = self._language.say(f"standing_{row.standing}")
        return f"{row.number}. {row.summary} ({self._between(row.span or (0, 0))}): {standing}"

    def _works(self) -> Iterator[_Mark]:
        for row in self._statement.works:
            span = (row.start, max(row.end, row.actual_end or 0))
            fill: Fill = "planned" if row.planned_s else "unavailable"
            standing = self._language.say(f"works_{row.standing}")
            yield _Mark(fill, span, f"{row.measured or row.subject or row.id} ({self._between(span)}): {standing}")

    def _runs(self) -> Iterator[_Mark]:
        for run in self._statement.runs:
            span = (run.begin, run.end or run.begin)
            yield _Mark("maintenance", span, f"{run.playbook}, {run.server} ({self._between(span)})")

    def _unknown(self) -> Iterator[_Mark]:
        for span in self._statement.result.timeline.unknown:
            yield _Mark("unknown", span, f"{self._language.say('fill_unknown')} ({self._between(span)})")

    def _between(self, span: Span) -> str:
        first, last = (self._language.moment(instant(at)) for at in span)
        return f"{first} – {last}"

    def _summary(self) -> str:
        result = self._statement.result
        return self._language.say(
            "timeline_title",
            month=self._language.month(self._head.month),
            unavailable=self._language.duration(result.month.availability.unavailable_s),
            incidents=self._language.count("incidents_n", len(self._statement.incidents)),
        )

    # Where it is

    def _x(self, at: int) -> float:
        inside = min(max(at, self._head.start), self._head.end)
        return _LEFT + _PLOT * (inside - self._head.start) / (self._head.end - self._head.start)

    def _lane(self, key: str, y: float, height: float, marks: Iterable[_Mark]) -> Iterator[svg.Element]:
        begins, ends = self._x(max(self._head.commissioned, self._head.start)), self._x(self._head.known_until)
        base = drawing.GOOD_TINT if key == "service" else "#f3f6f8"
        yield svg.Rect(
            x=drawing.short(begins),
            y=drawing.short(y),
            width=drawing.short(ends - begins),
            height=height,
            fill=base,
            stroke=FAINT,
            stroke_width=0.6,
        )
        if ends < WIDTH - _RIGHT:
            words = self._language.say("fill_to-come")
            yield drawing.box(_NAME, "to-come", (ends, y, WIDTH - _RIGHT - ends, height), words)
        for mark in marks:
            x = self._x(mark.span[0])
            width = max(self._x(mark.span[1]) - x, _LEAST)
            x = min(x, WIDTH - _RIGHT - width)
            yield drawing.box(_NAME, mark.fill, (x, y + 1, width, height - 2), mark.words)

    def _days(self, bottom: float) -> Iterator[svg.Element]:
        day = self._head.month
        while day.month == self._head.month.month:
            left, right = self._x(self._midnight(day)), self._x(self._midnight(day + timedelta(days=1)))
            if day.weekday() >= _SATURDAY:
                yield svg.Rect(
                    x=drawing.short(left),
                    y=_LABELS - 3,
                    width=drawing.short(right - left),
                    height=bottom - _LABELS,
                    fill="#eef1f4",
                )
            yield svg.Line(
                x1=drawing.short(left), y1=bottom - 4, x2=drawing.short(left), y2=bottom, stroke=SOFT, stroke_width=0.5
            )
            yield drawing.text(str(day.day), (left + right) / 2, bottom + 8, size=8.5, anchor="middle", fill=SOFT)
            day += timedelta(days=1)

    def _midnight(self, day: date) -> int:
        return int(walltime.to_utc(datetime.combine(day, time.min), self._head.zone).timestamp())

    def _numbers(self) -> Iterator[svg.Element]:
        """Numbers of the incidents above their marks; neighbours that would touch share a label, ``3-7``."""
        placed = sorted((self._x(row.span[0]), row.number) for row in self._statement.incidents if row.span)
        labels: list[_Label] = []
        for x, number in placed:
            label = _Label(x, x, (number,))
            while labels and labels[-1].touches(label):
                label = labels.pop().with_(label)
            labels.append(label)
        for label in labels:
            middle, half = label.middle, label.half
            yield svg.Rect(
                x=drawing.short(middle - half),
                y=1,
                width=drawing.short(2 * half),
                height=13,
                rx=6.5,
                fill=PAPER,
                stroke=INK,
                stroke_width=0.7,
            )
            yield drawing.text(label.words, middle, 10.8, size=9, anchor="middle", weight="bold")

    def _legend(self, top: float) -> tuple[float, list[svg.Element]]:
        """Only what the plot shows, in lines as long as the page is wide."""
        shown = dict.fromkeys(mark.fill for _, _, marks in self._lanes for mark in marks)
        parts: list[svg.Element] = []
        x, y = _LEFT, top
        for fill in (*shown, *(("to-come",) if self._head.provisional else ())):
            words = self._language.say(f"fill_{fill}")
            width = 18 + _LETTER * len(words) + 14
            if x > _LEFT and x + width > WIDTH:
                x, y = _LEFT, y + 15
            parts += [drawing.box(_NAME, fill, (x, y, 12, 9)), drawing.text(words, x + 17, y + 8, size=9.5, fill=SOFT)]
            x += width
        return (y + 12 if shown or parts else top), parts


def _ranges(numbers: list[int]) -> str:
    """``1, 3-5``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in parts)
