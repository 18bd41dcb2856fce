from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.assist.usage.charts import (
    HEIGHT,
    NARROW,
    TOP,
    WIDE,
    Chart,
    Rectangle,
    axis_for,
    bars,
    line,
    squarify,
)

SVG = "{http://www.w3.org/2000/svg}"


def chart(n: int) -> Chart:
    return Chart(
        "A & <chart>", [f"Nov {day}" for day in range(n)], [f"day {day} <&>" for day in range(n)], str
    )


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))  # noqa: S314 - of our own making


def texts(root: ET.Element, kind: str) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}{kind}")]


@pytest.mark.parametrize(
    ("values", "at_least", "expected"),
    [
        ([], 0.0, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ([0.0], 0.0, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ([0.3], 1.0, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ([12.0, 37.0], 0.0, (0.0, 10.0, 20.0, 30.0, 40.0)),
        ([-0.028], 0.0, (-0.03, -0.02, -0.01, 0.0)),
        ([-3.0, 5.0], 0.0, (-4.0, -2.0, 0.0, 2.0, 4.0, 6.0)),
    ],
)
def test_an_axis_has_round_ticks(values: list[float], at_least: float, expected: tuple[float, ...]) -> None:
    assert expected == axis_for(values, at_least=at_least).ticks


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e9, 1e9), max_size=20))
def test_an_axis_holds_zero_and_every_value(values: list[float]) -> None:
    axis = axis_for(values)
    tolerance = 1e-8 * (axis.high - axis.low)
    assert axis.low <= min(0.0, *values, 0.0) + tolerance
    assert axis.high >= max(0.0, *values, 0.0) - tolerance
    assert 2 <= len(axis.ticks) <= 8
    assert TOP == axis.y(axis.high)


@pytest.mark.parametrize("n", [1, 7, 90])
def test_every_day_has_a_bar_that_says_its_words(n: int) -> None:
    root = parsed(bars(chart(n), [2.0] * n, [1.0] * n))
    assert [f"day {day} <&>" for day in range(n)] == texts(root, "title")
    heights = [float(bar.attrib["height"]) for bar in root.iter(f"{SVG}rect")]
    assert heights[::2] == pytest.approx([2 * height for height in heights[1::2]], abs=0.2)
    assert f"0 0 {WIDE} {HEIGHT}" == root.attrib["viewBox"]


def test_a_line_is_interrupted_where_there_is_nothing() -> None:
    values: Sequence[float | None] = [0.5, 0.6, None, 0.7, None, 0.8, 0.9]
    root = parsed(line(chart(7), values, top=1.0))
    assert 2 == sum(path.attrib["class"] == "line" for path in root.iter(f"{SVG}path"))
    assert 5 == sum(1 for _ in root.iter(f"{SVG}circle"))
    assert f"0 0 {NARROW} {HEIGHT}" == root.attrib["viewBox"]


@pytest.mark.parametrize("n", [1, 2, 30, 90])
def test_labels_of_the_time_keep_apart_and_the_last_day_has_one(n: int) -> None:
    root = parsed(line(chart(n), [1.0] * n))
    shown = [element for element in root.iter(f"{SVG}text") if "Nov" in (element.text or "")]
    assert f"Nov {n - 1}" == shown[-1].text
    places = [float(element.attrib["x"]) for element in shown]
    assert all(after - before >= 40 for before, after in pairwise(places))


ROOM = Rectangle(10.0, 20.0, 600.0, 400.0)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=60))
def test_areas_are_as_the_values_and_lie_in_the_room(values: list[float]) -> None:
    ordered = sorted(values, reverse=True)
    placed = squarify(ordered, ROOM)
    scale = ROOM.width * ROOM.height / sum(ordered)
    for value, box in zip(ordered, placed, strict=True):
        assert value * scale == pytest.approx(box.width * box.height, rel=1e-6, abs=1e-3)
        assert box.x >= ROOM.x - 1e-6
        assert box.y >= ROOM.y - 1e-6
        assert box.x + box.width <= ROOM.x + ROOM.width + 1e-3
        assert box.y + box.height <= ROOM.y + ROOM.height + 1e-3


def test_rectangles_do_not_overlap() -> None:
    placed = squarify([9.0, 5.0, 4.0, 3.0, 2.0, 1.0, 1.0], ROOM)
    for n, one in enumerate(placed):
        for other in placed[n + 1 :]:
            apart_x = one.x + one.width <= other.x + 1e-6 or other.x + other.width <= one.x + 1e-6
            apart_y = one.y + one.height <= other.y + 1e-6 or other.y + other.height <= one.y + 1e-6
            assert apart_x or apart_y


def test_the_example_of_the_paper() -> None:
    placed = squarify([6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], Rectangle(0.0, 0.0, 6.0, 4.0))
    first, second, third = placed[:3]
    assert (3.0, 2.0, 3.0, 2.0) == (first.width, first.height, second.width, second.height)
    assert [12 / 7, 7 / 3] == pytest.approx([third.width, third.height])


@pytest.mark.parametrize("room", [Rectangle(0, 0, 0, 0), Rectangle(0, 0, 100, 0), Rectangle(0, 0, 0, 5)])
def test_a_room_without_area_holds_rectangles_without_area(room: Rectangle) -> None:
    assert [0.0, 0.0] == [box.width * box.height for box in squarify([2.0, 1.0], room)]


def test_nothing_is_placed_as_nothing() -> None:
    assert [] == squarify([], ROOM)


def test_an_inset_never_turns_inside_out() -> None:
    assert Rectangle(2.0, 18.0, 6.0, 0.0) == Rectangle(0.0, 0.0, 10.0, 10.0).inset(18.0, 2.0)
