from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.assist.usage.treemap import Rectangle, squarify

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
