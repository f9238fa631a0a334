"""The daily backup points of one server, one square a day, as many as are kept."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import svg

from infogere.statements import drawing
from infogere.statements.drawing import BAD, FAINT, GOOD, GOOD_TINT, PAPER, SOFT
from infogere.statements.language import Language
from infogere.statements.rows import BackupCell, BackupRow, BackupState

_SIDE, _STEP = 13.0, 15.0
# Filling, outline, sign: a sign for each, so that no colour is needed.
_LOOKS: dict[BackupState, tuple[str, str, str]] = {
    "ok": (GOOD_TINT, GOOD, "tick"),
    "failed": (BAD, BAD, "cross"),
    "none": (PAPER, BAD, "dash"),
    "before": (PAPER, FAINT, ""),
}


def draw(row: BackupRow, number: int, places: int, language: Language) -> str:
    """The plot as SVG, wide enough for ``places`` days; ``number`` tells it from the others of the page."""
    parts = [part for place, cell in enumerate(row.cells) for part in _cell(cell, place, language)]
    width = places * _STEP
    first, last = (language.day(row.cells[place].day) for place in (0, -1))
    summary = language.say("points_title", made=row.kept, due=row.owed, first=first, last=last)
    return drawing.small_picture(width, _SIDE + 2, f"points-{number}", summary, parts)


def _cell(cell: BackupCell, place: int, language: Language) -> Iterator[svg.Element]:
    x, y = place * _STEP + 1, 1.0
    fill, stroke, sign = _LOOKS[cell.state]
    words = language.say("point", day=language.day(cell.day), state=language.say(f"backup_{cell.state}"))
    dashes: list[Decimal | float | int] | None = [2, 1.5] if cell.state == "none" else None
    square = svg.Rect(
        x=x, y=y, width=_SIDE, height=_SIDE, rx=2, fill=fill, stroke=stroke, stroke_width=0.9, stroke_dasharray=dashes
    )
    yield svg.G(elements=[drawing.title(words), square, *_sign(sign, x + _SIDE / 2, y + _SIDE / 2, stroke, fill)])


def _sign(sign: str, x: float, y: float, stroke: str, fill: str) -> Iterator[svg.Element]:
    match sign:
        case "tick":
            yield drawing.stroke([(x - 3, y + 0.3), (x - 0.8, y + 2.6), (x + 3.2, y - 2.6)], stroke)
        case "cross":
            yield drawing.stroke([(x - 2.8, y - 2.8), (x + 2.8, y + 2.8)], PAPER if fill == stroke else stroke)
            yield drawing.stroke([(x - 2.8, y + 2.8), (x + 2.8, y - 2.8)], PAPER if fill == stroke else stroke)
        case "dash":
            yield drawing.stroke([(x - 2.6, y), (x + 2.6, y)], SOFT)
