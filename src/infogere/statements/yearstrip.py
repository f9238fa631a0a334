"""The service year as a strip: unavailability of each month against its limit, rate, and whether it was kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import svg

from infogere.statements import drawing
from infogere.statements.drawing import BAD, BAD_TINT, FAINT, GOOD, GOOD_TINT, INK, PAPER, SOFT, WIDTH
from infogere.statements.language import Language
from infogere.statements.model import CellState, Statement, YearCell

_NAME = "year"
_TOP, _BARS, _FOOT = 16.0, 62.0, 44.0
# A month far over its limit is cut there, with its figure written on it: the others would vanish beside it.
_TALLEST = 2.0
_RIGHT = 4.0


def draw(statement: Statement, language: Language) -> str:
    """The plot as SVG."""
    cells = statement.year
    width = (WIDTH - _RIGHT) / max(len(cells), 12)
    parts = [part for number, cell in enumerate(cells) for part in _cell(cell, number * width, width, language)]
    parts += _labels(cells, width, language)
    limit = statement.result.month.limit_s
    y = _TOP + _BARS * (1 - 1 / _TALLEST)
    ends = len(cells) * width
    words = language.say("limit_label", limit=language.duration(limit))
    parts += [
        svg.Line(
            x1=0,
            y1=drawing.short(y),
            x2=drawing.short(ends),
            y2=drawing.short(y),
            stroke=INK,
            stroke_width=0.8,
            stroke_dasharray=[4, 3],
        ),
        drawing.text(words, ends, y - 3, size=8.5, anchor="end", fill=SOFT),
    ]
    height = _TOP + _BARS + _FOOT
    return drawing.picture(height, _NAME, _summary(statement, language), parts)


def _summary(statement: Statement, language: Language) -> str:
    kept = sum(cell.state == "kept" for cell in statement.year)
    breached = sum(cell.state == "breach" for cell in statement.year)
    return language.say(
        "year_title", kept=language.count("months_kept", kept), breached=language.count("months_breached", breached)
    )


def _labels(cells: Sequence[YearCell], width: float, language: Language) -> Iterator[svg.Element]:
    """Names of the months; the first, the last and each January with their year."""
    for number, cell in enumerate(cells):
        label = language.short_month(cell.month)
        if number in {0, len(cells) - 1} or cell.month.month == 1:
            label += f" {cell.month:%y}"
        weight: Literal["bold", "normal"] = "bold" if cell.current else "normal"
        yield drawing.text(label, (number + 0.5) * width, 11, size=9.5, anchor="middle", weight=weight)


def _cell(cell: YearCell, x: float, width: float, language: Language) -> Iterator[svg.Element]:
    middle, floor = x + width / 2, _TOP + _BARS
    known = cell.state != "to-come"
    if cell.current:
        yield svg.Rect(
            x=drawing.short(x + 1),
            y=0.5,
            width=drawing.short(width - 2),
            height=_TOP + _BARS + _FOOT - 1,
            rx=4,
            fill="#f3f6f8",
            stroke=SOFT,
            stroke_width=0.8,
        )
    yield svg.Line(
        x1=drawing.short(x + 6),
        y1=floor,
        x2=drawing.short(x + width - 6),
        y2=floor,
        stroke=FAINT if not known else SOFT,
        stroke_width=0.8,
    )
    if known:
        yield from _bar(cell, x, width, floor, language)
    yield from _mark(cell.state, middle, floor + 33)
    rate = "–" if cell.rate is None else language.number(cell.rate, 3)
    yield drawing.text(rate, middle, floor + 13, size=9, anchor="middle", fill=INK if known else SOFT)


def _bar(cell: YearCell, x: float, width: float, floor: float, language: Language) -> Iterator[svg.Element]:
    share = min(cell.unavailable_s / (cell.limit_s * _TALLEST), 1)
    height = max(_BARS * share, 1.5)
    over = cell.state == "breach"
    words = language.say(
        "year_cell",
        month=language.month(cell.month),
        unavailable=language.duration(cell.unavailable_s),
        state=language.say(f"cell_{cell.state}"),
    )
    yield svg.G(
        elements=[
            drawing.title(words),
            svg.Rect(
                x=drawing.short(x + 12),
                y=drawing.short(floor - height),
                width=drawing.short(width - 24),
                height=drawing.short(height),
                fill=BAD if over else GOOD,
            ),
        ]
    )
    if cell.unavailable_s:
        top = floor - height
        inside = top < _TOP + 12
        yield drawing.text(
            _brief(cell.unavailable_s),
            x + width / 2,
            top + 10 if inside else top - 3,
            size=8,
            anchor="middle",
            fill=PAPER if inside else INK,
            weight="bold" if over else "normal",
        )


def _brief(seconds: int) -> str:
    """``1:02:03``: what fits above a bar."""
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def mark(*, kept: bool) -> str:
    """The tick or the cross alone, large, for the head of the page; what it means is said beside it."""
    return svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, 18, 18),
        width=34,
        height=34,
        extra={"aria-hidden": "true"},
        elements=list(_mark("kept" if kept else "breach", 9, 9)),
    ).as_str()


def _mark(state: CellState, x: float, y: float) -> Iterator[svg.Element]:
    """A tick in a circle, a cross in a square, three dots, nothing: told apart without colour."""
    match state:
        case "kept":
            yield svg.Circle(cx=drawing.short(x), cy=y, r=7, fill=GOOD_TINT, stroke=GOOD, stroke_width=1)
            yield drawing.stroke([(x - 3.2, y + 0.2), (x - 0.8, y + 2.8), (x + 3.4, y - 2.8)], GOOD)
        case "breach":
            yield svg.Rect(
                x=drawing.short(x - 7), y=y - 7, width=14, height=14, fill=BAD_TINT, stroke=BAD, stroke_width=1
            )
            yield drawing.stroke([(x - 3, y - 3), (x + 3, y + 3)], BAD)
            yield drawing.stroke([(x - 3, y + 3), (x + 3, y - 3)], BAD)
        case "running":
            for shift in (-4, 0, 4):
                yield svg.Circle(cx=drawing.short(x + shift), cy=y, r=1.2, fill=SOFT)
        case "to-come":
            pass
