"""A squarified treemap: rectangles whose areas are as their values, as near to squares as it goes.

Bruls, Huizing, van Wijk: Squarified Treemaps (2000), https://www.win.tue.nl/~vanwijk/stm.pdf
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
