"""What the plots share: colours, hatchings that survive a black and white printer, and escaped text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import svg
from markupsafe import escape

Fill = Literal["unavailable", "excluded", "unclocked", "degraded", "planned", "maintenance", "unknown", "to-come"]
Anchor = Literal["start", "middle", "end"]
Place = tuple[float, float, float, float]
"""x, y, width, height."""

WIDTH = 720.0
FONT = "Inter, Open Sans, Segoe UI, Roboto, Helvetica Neue, Arial, DejaVu Sans, sans-serif"
INK, SOFT, FAINT, PAPER = "#17232e", "#5b6975", "#dfe5ea", "#ffffff"
GOOD, GOOD_TINT, BAD, BAD_TINT = "#1f6f54", "#dcece5", "#a3211a", "#f6dedb"
_AMBER, _BLUE, _TEAL = "#b26a00", "#1d4f91", "#0f6b75"

# Every fill differs in shape as well as in colour: solid, lines one way, lines the other way, dots, a grid.
OUTLINES: dict[Fill, str] = {
    "unavailable": BAD,
    "excluded": SOFT,
    "unclocked": BAD,
    "degraded": _AMBER,
    "planned": _BLUE,
    "maintenance": _TEAL,
    "unknown": SOFT,
    "to-come": FAINT,
}


def text(
    words: str,
    x: float,
    y: float,
    *,
    size: float = 10,
    anchor: Anchor = "start",
    fill: str = INK,
    weight: Literal["normal", "bold"] = "normal",
) -> svg.Text:
    """One line. svg.py writes text as it is given: what comes from outside is escaped here, and only here."""
    return svg.Text(
        x=short(x), y=short(y), text=escape(words), font_size=size, text_anchor=anchor, fill=fill, font_weight=weight
    )


def title(words: str) -> svg.Title:
    """What a screen reader says of the element that holds it, and a mouse shows."""
    return svg.Title(text=escape(words))


def short(value: float) -> float | int:
    """Two decimals at most: a hundredth of a unit is less than any printer's dot."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def picture(height: float, name: str, summary: str, elements: Sequence[svg.Element]) -> str:
    """The finished plot, as wide as the page; ``summary`` says in words what it shows."""
    return svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, WIDTH, short(height)),
        extra={"role": "img", "aria-labelledby": f"{name}-title", "width": "100%"},
        elements=[
            svg.Title(id=f"{name}-title", text=escape(summary)),
            patterns(name),
            # Said here too: a PDF is drawn without the page's style sheet reaching into its pictures.
            svg.G(extra={"font-family": FONT}, elements=list(elements)),
        ],
    ).as_str()


def small_picture(width: float, height: float, name: str, summary: str, elements: Sequence[svg.Element]) -> str:
    """A plot of its own width, without hatchings; otherwise like ``picture``."""
    return svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, short(width), short(height)),
        width=short(width),
        height=short(height),
        extra={"role": "img", "aria-labelledby": f"{name}-title"},
        elements=[svg.Title(id=f"{name}-title", text=escape(summary)), *elements],
    ).as_str()


def stroke(points: Sequence[tuple[float, float]], colour: str) -> svg.Polyline:
    """A line with round ends, as ticks and crosses are made of."""
    return svg.Polyline(
        points=cast(list[svg.Point], [short(number) for point in points for number in point]),
        fill="none",
        stroke=colour,
        stroke_width=1.6,
        stroke_linecap="round",
    )


def box(name: str, fill: Fill, place: Place, words: str = "") -> svg.G:
    """A filled, outlined span in the plot ``name``; ``words`` are its title."""
    paint = OUTLINES[fill] if fill in _SOLID else f"url(#{name}-{fill})"
    where: Any = dict(zip(("x", "y", "width", "height"), map(short, place), strict=True))
    parts: list[svg.Element] = [title(words)] if words else []
    if fill not in _SOLID:
        parts.append(svg.Rect(**where, fill=PAPER))
    parts.append(svg.Rect(**where, fill=paint, stroke=OUTLINES[fill], stroke_width=0.6))
    return svg.G(elements=parts)


_SOLID: tuple[Fill, ...] = ("unavailable", "maintenance")


def patterns(name: str) -> svg.Defs:
    """The hatchings, under ids that no other plot of the page has."""
    return svg.Defs(
        elements=[
            _hatching(name, "excluded", 5, [_stroke((0, 5, 5, 0), SOFT, 0.9)]),
            _hatching(name, "planned", 5, [_stroke((0, 0, 5, 5), _BLUE, 1.4)]),
            _hatching(name, "degraded", 4, [svg.Circle(cx=2, cy=2, r=1.1, fill=_AMBER)]),
            _hatching(name, "unknown", 5, [_stroke((0, 2.5, 5, 2.5), SOFT, 0.7), _stroke((2.5, 0, 2.5, 5), SOFT, 0.7)]),
            _hatching(name, "unclocked", 4, [_stroke((0, 2, 4, 2), BAD, 0.9)]),
            _hatching(name, "to-come", 6, [svg.Circle(cx=3, cy=3, r=0.6, fill="#b9c3cb")]),
        ]
    )


def _hatching(name: str, fill: Fill, size: int, elements: list[svg.Element]) -> svg.Pattern:
    return svg.Pattern(id=f"{name}-{fill}", width=size, height=size, patternUnits="userSpaceOnUse", elements=elements)


def _stroke(ends: tuple[float, float, float, float], colour: str, width: float) -> svg.Line:
    x1, y1, x2, y2 = ends
    return svg.Line(x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=width)
