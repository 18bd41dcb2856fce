"""A small repository for questions about ranking and search."""

from __future__ import annotations

from collections.abc import Mapping

LONG_BODY = "\n".join(f"        step_{number} = prepare(step_{number - 1})" for number in range(1, 90))

SHAPES: Mapping[str, str] = {
    "src/geometry.py": (
        "class BoundingBox:\n"
        '    """The smallest box around a shape."""\n\n'
        "    def merge_with(self, other):\n"
        "        return self.widen(other)\n\n\n"
        "def intersect_boxes(first, second):\n"
        '    """The box that two boxes share, or None."""\n'
        "    return BoundingBox.merge_with(first, second)\n"
    ),
    "src/canvas.py": (
        "from geometry import BoundingBox, intersect_boxes\n\n\n"
        "class Canvas:\n"
        "    def redraw(self, shapes):\n"
        "        return [intersect_boxes(self.frame, BoundingBox(shape)) for shape in shapes]\n\n"
        "    def prepare_everything(self, step_0):\n" + LONG_BODY + "\n"
        "        return flushed_pixels(step_89)\n"
    ),
    "src/window.py": (
        "from canvas import Canvas\nfrom geometry import BoundingBox\n\n\n"
        "def open_window():\n    return Canvas(BoundingBox())\n"
    ),
    "src/palette.py": "def mix_colours(red, green):\n    return red + green\n",
    "tests/test_geometry.py": (
        "from geometry import intersect_boxes\n\n\n"
        "def test_boxes_that_share_nothing_intersect_in_none():\n    assert intersect_boxes(1, 2) is None\n"
    ),
    "docs/boxes.md": "# Boxes\n\nTwo boxes intersect where they share something.\n",
    "CHANGELOG.md": "# Changes\n\n- Fix how two boxes intersect\n- Fix colours\n",
}
