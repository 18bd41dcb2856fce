from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from index.shapes import SHAPES
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]


def test_definitions_are_found_as_written_or_else_in_any_case(bench: MakeBench) -> None:
    index = bench({"a.py": "class Box:\n    pass\n", "b.py": "def box():\n    pass\n"}).index()
    assert [("a.py", "Box")] == [(path, one.name) for path, one in index.definitions("Box")]
    assert [("a.py", "Box"), ("b.py", "box")] == [(path, one.name) for path, one in index.definitions("BOX")]
    assert [] == index.definitions("cube")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intersect_boxes", [("src/canvas.py", 2), ("tests/test_geometry.py", 2), ("src/geometry.py", 1)]),
        ("red", [("src/palette.py", 2)]),
        ("Red", []),
        ("boxes_intersect", []),
        ("", []),
    ],
)
def test_mentions_are_whole_identifiers_most_often_first(
    bench: MakeBench, name: str, expected: list[tuple[str, int]]
) -> None:
    assert expected == bench(SHAPES).index().mentions(name)


def test_files_with_the_same_contents_are_all_found(bench: MakeBench) -> None:
    index = bench({"a.py": "def twin():\n    pass\n", "b.py": "def twin():\n    pass\n"}).index()
    assert ["a.py", "b.py"] == [path for path, _ in index.definitions("twin")]
    assert ["a.py", "b.py"] == [path for path, _ in index.mentions("twin")]
    assert {"a.py", "b.py"} == {path for path, _ in index.outlines()}


def test_outlines_without_a_mention_are_left_out_whatever_the_case(bench: MakeBench) -> None:
    files = {
        "a.py": "def LoadTwin():\n    pass\n",
        "b.py": "def load():\n    loadTWIN()\n",
        "c.py": "def unload():\n    pass\n",
    }
    index = bench(files).index()
    assert {"a.py", "b.py"} == {path for path, _ in index.outlines("loadtwin")}
    assert {"a.py", "b.py", "c.py"} == {path for path, _ in index.outlines("é")}, (
        "what is not ASCII is not looked for"
    )


def test_an_index_does_not_see_what_only_other_trees_have(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    shapes.index()
    del shapes.files["src/geometry.py"]
    assert [] == shapes.index().definitions("BoundingBox")


def test_an_earlier_index_still_answers_for_its_own_tree(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    earlier = shapes.index()
    shapes.files["src/geometry.py"] = b"class BoundingSphere:\n    pass\n"
    later, _ = shapes.refresh(previous=earlier)
    assert (1, 0) == (len(earlier.definitions("BoundingBox")), len(later.definitions("BoundingBox")))
