"""Charts as inline SVG: bars and lines over time, and a squarified treemap. Colours come from the page's style.

No scripts and no attributes that a strict content security policy forbids; each mark says its value in a `<title>`.
The rectangles of a treemap are as their values, and as near to squares as it goes: Bruls, Huizing, van Wijk: Squarified
Treemaps (2000), https://www.win.tue.nl/~vanwijk/stm.pdf
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDE, NARROW, HEIGHT = 960, 440, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 28
MAX_BAR = 26.0
N_TICKS = 4
NOTHING = 1e-9
"""Less than any amount of money, or share of tokens, that there is."""
ROOMY_PX = 8
"""The width of a day from which on its dot is large."""
LABEL_PX = 64
"""The room that a label of the time axis needs."""

Words = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart is called, its labels along the time, what each mark says, and how the axis spells a value."""

    name: str
    labels: Sequence[str]
    words: Sequence[str]
    spell: Words


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale of values from `low` to `high`, with a line at each tick."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """Where a value is, in the units of the drawing."""
        share = (value - self.low) / (self.high - self.low)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def axis_for(values: Sequence[float], *, at_least: float = 0.0) -> Axis:
    """An axis with round ticks that holds zero and all values."""
    low, high = min(0.0, *values, 0.0), max(at_least, *values, 0.0)
    # All values are zero: an axis still needs a height to divide by.
    if high - low < NOTHING:
        low, high = 0.0, 1.0
    step = _round_step((high - low) / N_TICKS)
    # Division can land just above a whole number, which would add an empty step.
    first, last = math.floor(low / step + NOTHING), math.ceil(high / step - NOTHING)
    ticks = tuple(round(n * step, 12) for n in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def bars(chart: Chart, outer: Sequence[float], inner: Sequence[float]) -> str:
    """A wide chart with a bar for each label, `inner` before `outer`."""
    axis = axis_for([*outer, *inner])
    slot = _slot(len(chart.labels), WIDE)
    thick = min(MAX_BAR, slot * 0.72)
    drawn = [
        f"<g><title>{escape(words)}</title>"
        f"{_bar('outer', _middle(n, slot), thick, axis.y(out), axis.y(0))}"
        f"{_bar('inner', _middle(n, slot), thick * 0.6, axis.y(into), axis.y(0))}</g>"
        for n, (out, into, words) in enumerate(zip(outer, inner, chart.words, strict=True))
    ]
    return _framed(chart, WIDE, axis, "".join(drawn))


def line(chart: Chart, values: Sequence[float | None], top: float = 0.0) -> str:
    """A narrow chart with a line, interrupted where there is no value; `top` is on the axis in any case."""
    axis = axis_for([value for value in values if value is not None], at_least=top)
    slot = _slot(len(chart.labels), NARROW)
    points = [None if value is None else (_middle(n, slot), axis.y(value)) for n, value in enumerate(values)]
    pieces = "".join(_piece(run, axis.y(0)) for run in _runs(points))
    radius = 3.0 if slot > ROOMY_PX else 1.5
    dots = "".join(
        f'<circle class="dot" cx="{p[0]:.1f}" cy="{p[1]:.1f}" r="{radius}"><title>{escape(words)}</title></circle>'
        for p, words in zip(points, chart.words, strict=True)
        if p is not None
    )
    return _framed(chart, NARROW, axis, pieces + dots)


def _round_step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    # A step that equals the rough one but for the rounding of floats is taken.
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= rough * (1 - 1e-9))


def _slot(n: int, width: int) -> float:
    return (width - LEFT - RIGHT) / max(1, n)


def _middle(n: int, slot: float) -> float:
    return LEFT + slot * (n + 0.5)


def _bar(kind: str, middle: float, thick: float, end: float, zero: float) -> str:
    x, top, height = middle - thick / 2, min(zero, end), abs(zero - end)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{thick:.1f}" height="{height:.1f}" rx="1.5"/>'
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points without gaps between them."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    # A single point has no line; its dot shows it.
    return [run for run in runs if len(run) > 1]


def _piece(run: Sequence[tuple[float, float]], zero: float) -> str:
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in run)
    area = f"M{run[0][0]:.1f} {zero:.1f} L{path} L{run[-1][0]:.1f} {zero:.1f} Z"
    return f'<path class="area" d="{area}"/><path class="line" d="M{path}"/>'


def _framed(chart: Chart, width: int, axis: Axis, drawn: str) -> str:
    grid = "".join(_tick(axis.y(tick), width, tick, chart.spell) for tick in axis.ticks)
    kind = "wide" if width == WIDE else "narrow"
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{escape(chart.name)}">'
        f"{grid}{drawn}{_time_labels(chart.labels, width)}</svg>"
    )


def _tick(y: float, width: int, tick: float, spell: Words) -> str:
    kind = "zero" if tick == 0 else "grid"
    return (
        f'<line class="{kind}" x1="{LEFT}" x2="{width - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(spell(tick))}</text>'
    )


def _time_labels(labels: Sequence[str], width: int) -> str:
    """As many labels as fit, the last one among them."""
    slot = _slot(len(labels), width)
    every = max(1, math.ceil(LABEL_PX / slot))
    return "".join(
        f'<text class="tick" x="{min(LEFT + slot * (n + 0.5), width - RIGHT - LABEL_PX / 4):.1f}" y="{HEIGHT - 8}" '
        f'text-anchor="middle">{escape(label)}</text>'
        for n, label in enumerate(labels)
        if (len(labels) - 1 - n) % every == 0
    )


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Left, top, width and height, in the units of whoever draws it."""

    x: float
    y: float
    width: float
    height: float

    def inset(self, top: float, rest: float) -> Rectangle:
        """A smaller one inside: `top` is left above, `rest` on the other sides; never below nothing."""
        return Rectangle(
            self.x + rest,
            self.y + top,
            max(0.0, self.width - 2 * rest),
            max(0.0, self.height - top - rest),
        )


def squarify(values: Sequence[float], room: Rectangle) -> list[Rectangle]:
    """A rectangle for each value, which must be positive and in falling order; together they fill the room."""
    placed: list[Rectangle] = []
    left, total = room, sum(values)
    start = 0
    while start < len(values):
        scale = left.width * left.height / total if total else 0.0
        end = _row_end(values, start, min(left.width, left.height), scale)
        row = values[start:end]
        rectangles, left = _lay(row, left, scale)
        placed += rectangles
        total -= sum(row)
        start = end
    return placed


def _row_end(values: Sequence[float], start: int, side: float, scale: float) -> int:
    """Where the row that begins at `start` ends: one more value would make its worst rectangle longer."""
    largest = values[start] * scale
    area, worst = largest, _worst(largest, largest, largest, side)
    for end in range(start + 1, len(values)):
        smallest = values[end] * scale
        longer = _worst(largest, smallest, area + smallest, side)
        if longer > worst:
            return end
        area, worst = area + smallest, longer
    return len(values)


def _worst(largest: float, smallest: float, area: float, side: float) -> float:
    """The ratio of the sides of the longest rectangle in a row of this area along a side."""
    if not (smallest and area and side):
        return float("inf")
    return max(side**2 * largest / area**2, area**2 / (side**2 * smallest))


def _lay(row: Sequence[float], room: Rectangle, scale: float) -> tuple[list[Rectangle], Rectangle]:
    """A row along the shorter side of the room, and what is left of the room."""
    area = sum(row) * scale
    if room.width >= room.height:
        depth = area / room.height if room.height else 0.0
        lengths = _lengths(row, room.height)
        placed = [Rectangle(room.x, room.y + at, depth, length) for at, length in lengths]
        return placed, Rectangle(room.x + depth, room.y, max(0.0, room.width - depth), room.height)
    depth = area / room.width if room.width else 0.0
    placed = [Rectangle(room.x + at, room.y, length, depth) for at, length in _lengths(row, room.width)]
    return placed, Rectangle(room.x, room.y + depth, room.width, max(0.0, room.height - depth))


def _lengths(row: Sequence[float], side: float) -> list[tuple[float, float]]:
    """Where each value of a row begins on its side, and how long it is."""
    total, at, found = sum(row) or 1.0, 0.0, list[tuple[float, float]]()
    for value in row:
        length = side * value / total
        found.append((at, length))
        at += length
    return found
