from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing

import pytest

from foreword.index import page_rank
from foreword.index.page_rank import MAX_DEFINERS, rank
from foreword.index.store.resilient_file import DamagedStore
from index.shapes import SHAPES
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]


def test_what_others_mention_comes_first(bench: MakeBench) -> None:
    ranking = rank(bench(SHAPES).index())
    assert ["src/geometry.py", "src/canvas.py"] == [path for path, _ in ranking.files[:2]]
    assert {path for path, _ in ranking.files} == set(SHAPES)


def test_scores_fall_and_add_up_to_one(bench: MakeBench) -> None:
    scores = [score for _, score in rank(bench(SHAPES).index()).files]
    assert sorted(scores, reverse=True) == scores
    assert abs(sum(scores) - 1) < 1e-4


def test_definitions_that_others_mention_come_first_in_their_file(bench: MakeBench) -> None:
    index = bench(SHAPES).index()
    found = rank(index).definitions("src/geometry.py", index.outline("src/geometry.py"))
    assert ["BoundingBox", "intersect_boxes", "merge_with"] == [one.name for one, _ in found]


def test_mentions_in_tests_count_for_less(bench: MakeBench) -> None:
    files = {
        "a.py": "def from_tests():\n    pass\n",
        "b.py": "def from_sources():\n    pass\n",
        "src/one.py": "from_sources()\n",
        "tests/one.py": "from_tests()\n",
    }
    scores = dict(rank(bench(files).index()).files)
    assert scores["b.py"] > scores["a.py"]


def test_a_name_that_many_files_define_links_nothing(bench: MakeBench) -> None:
    files = {f"m{number:02}.py": "def run_everything():\n    pass\n" for number in range(MAX_DEFINERS + 1)}
    ranking = rank(bench({**files, "z.py": "run_everything()\n"}).index())
    assert {} == ranking.names


def test_names_link_within_one_family_of_languages(bench: MakeBench) -> None:
    files = {
        "a.ts": "export function openWindow() {}\n",
        "b.js": "openWindow();\n",
        "c.py": "def open_window():\n    pass\n",
        "d.rs": "fn main() { open_window() }\n",
    }
    assert {"a.ts"} == set(rank(bench(files).index()).names)


def test_files_whose_outlines_are_gone_are_ranked_by_path_alone(bench: MakeBench) -> None:
    made = bench({"b.py": "first_thing()\n", "a.py": "def first_thing(): pass\n"})
    index = made.index()
    with closing(sqlite3.connect(str(made.store.path), isolation_level=None)) as other:
        other.execute("DELETE FROM outlines")
    ranking = rank(index)
    assert ({}, ["a.py", "b.py"]) == (ranking.names, [path for path, _ in ranking.files])


def test_an_index_whose_file_was_begun_anew_is_not_misread(bench: MakeBench) -> None:
    made = bench({"b.py": "first_thing()\n", "a.py": "def first_thing(): pass\n"})
    index = made.index()
    made.store.rebuild()
    with pytest.raises(DamagedStore, match="begun anew meanwhile: try again"):
        rank(index)
    assert ["a.py", "b.py"] == [path for path, _ in rank(made.index()).files]


def test_equal_files_are_ordered_by_path(bench: MakeBench) -> None:
    ranking = rank(bench({"b.py": "x = 1\n", "a.py": "y = 1\n", "c.py": "z = 1\n"}).index())
    assert ["a.py", "b.py", "c.py"] == [path for path, _ in ranking.files]


def test_an_empty_tree_has_an_empty_ranking(bench: MakeBench) -> None:
    ranking = rank(bench({}).index())
    assert ((), ()) == (ranking.files, ranking.definitions("a.py", bench({}).index().outline("a.py")))


def test_taking_links_a_few_at_a_time_changes_nothing(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = bench(SHAPES).index()
    expected = rank(index)
    monkeypatch.setattr(page_rank, "_LINKS_AT_ONCE", 1)
    assert expected == rank(index)


def test_of_too_many_edges_each_file_keeps_its_strongest(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "a.py": "def draw_circle():\n    pass\n",
        "b.py": "def draw_square():\n    pass\n",
        "z.py": "draw_circle()\n" * 9 + "draw_square()\n",
    }
    index = bench(files).index()
    monkeypatch.setattr(page_rank, "MAX_EDGES", 1)
    scores = rank(index).scores
    assert scores["a.py"] > scores["b.py"] == scores["z.py"]
