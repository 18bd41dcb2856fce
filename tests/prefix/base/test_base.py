"""The base of made-up trees: what is in it, in which order, and that nothing else decides its bytes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.text import Text
from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.core.tokens import estimate
from foreword.prefix.base.base import BaseSource, build_base
from foreword.prefix.base.render import render_directories
from foreword.prefix.layers import Base

Value = TypeVar("Value")

FRAME_TOKENS = 300
"""What may come on top of the budget: the frames, and the names of the largest languages."""


@dataclass(frozen=True)
class Tree:
    texts: Mapping[str, str]
    churn: Mapping[str, float] = field(default_factory=dict)
    ranks: Mapping[str, float] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()

    def source(self) -> BaseSource:
        return BaseSource(
            sizes={path: len(text.encode()) for path, text in self.texts.items()},
            weights=dict.fromkeys(self.texts, 1.0),
            languages={"python": len(self.texts)},
            ranks=self.ranks,
            churn=self.churn,
            heat=self.churn,
            outline=self.outline,
            definitions=lambda path: tuple((d, 1.0) for d in self.outline(path).definitions),
            read=self.read,
            pinned=self.pinned,
        )

    def read(self, paths: Iterable[str]) -> Mapping[str, Text]:
        return {path: Text(self.texts[path]) for path in paths if path not in self.unreadable}

    def outline(self, path: str) -> Outline:
        rows = enumerate(self.texts[path].split("\n"), 1)
        found = [Definition(row[4:-3], "function", row, n, n) for n, row in rows if row.startswith("def ")]
        return Outline(tuple(found)) if found else EMPTY_OUTLINE


def text_of(base: Base) -> str:
    return "".join(block.text for block in base.blocks)


def code(n_lines: int) -> str:
    return "".join(f"def function_{n}():\n    return {n}\n" for n in range(n_lines // 2))


def test_a_repository_that_fits_is_whole_and_verbatim() -> None:
    tree = Tree({"a.py": "def a():\n", "src/b.py": "B = 'é'\n"})
    base = build_base(tree.source(), 2_000)
    assert base.whole
    assert {"a.py": "full", "src/b.py": "full"} == base.forms
    assert all(text in text_of(base) for text in tree.texts.values())


def test_the_whole_repository_stands_in_one_element() -> None:
    for tree in (Tree({"a": "x\n"}), Tree({f"{n}.py": code(400) for n in range(20)}), Tree({})):
        text = text_of(build_base(tree.source(), 4_000))
        assert text.startswith("<repository>\n")
        assert text.endswith("</repository>\n")
        assert (1, 1) == (text.count("<repository>"), text.count("</repository>"))


def test_an_empty_repository_has_a_base_too() -> None:
    base = build_base(Tree({}).source(), 2_000)
    assert "<repository>\n(no files yet)\n</repository>\n" == text_of(base)
    assert base.whole


def test_a_pinned_file_stands_in_full_where_ranking_would_not_choose_it() -> None:
    texts = {f"{n}.py": code(400) for n in range(20)}
    ranks = {"3.py": 1.0}
    assert "full" != build_base(Tree(texts, ranks=ranks).source(), 8_000).forms.get("9.py")
    base = build_base(Tree(texts, ranks=ranks, pinned=frozenset({"9.py"})).source(), 8_000)
    assert "full" == base.forms["9.py"]
    assert texts["9.py"] in text_of(base)


def test_pins_take_the_budget_in_path_order_and_no_more() -> None:
    texts = {f"{n}.py": code(400) for n in range(20)} | {"0.py": code(4_000)}
    base = build_base(Tree(texts, pinned=frozenset(texts)).source(), 8_000)
    full = sorted((path for path, form in base.forms.items() if form == "full"), key=str)
    assert sorted(texts.keys() - {"0.py"})[: len(full)] == full
    assert 1 < len(full) < 19
    assert estimate(text_of(base)) <= 8_000 + FRAME_TOKENS


def test_pins_of_files_that_are_not_there_or_can_not_be_read_change_nothing() -> None:
    tree = Tree({f"{n}.py": code(400) for n in range(20)}, unreadable=frozenset({"4.py"}))
    pinned = replace(tree, pinned=frozenset({"4.py", "gone.py"}))
    assert text_of(build_base(tree.source(), 8_000)) == text_of(build_base(pinned.source(), 8_000))


def test_an_empty_file_is_told_by_its_name_alone() -> None:
    base = build_base(Tree({"pkg/__init__.py": "", "pkg/a.py": "x = 1\n", "<map>": ""}).source(), 2_000)
    text = text_of(base)
    assert "<empty>\n./<map>\npkg/__init__.py\n</empty>\n" in text
    assert 1 == text.count("<file ")
    assert {"full"} == set(base.forms.values())


def test_a_pinned_empty_file_is_shown_in_full() -> None:
    texts = {f"{n}.py": code(400) for n in range(20)} | {"empty.py": ""}
    base = build_base(Tree(texts, pinned=frozenset({"empty.py"})).source(), 8_000)
    assert "full" == base.forms["empty.py"]
    assert "<empty>\nempty.py\n</empty>" in text_of(base)


def test_most_of_a_large_base_is_whole_files_that_are_worked_on() -> None:
    texts = {f"pkg/{n:02}.py": code(200) for n in range(60)}
    hot = {f"pkg/{n:02}.py": float(n) for n in range(20, 60)}
    base = build_base(Tree(texts, churn=hot).source(), 20_000)
    full = {path for path, form in base.forms.items() if form == "full"}
    assert full == {f"pkg/{n}.py" for n in range(60 - len(full), 60)}
    assert sum(estimate(texts[path]) for path in full) > 0.6 * 20_000
    assert texts.keys() == base.forms.keys()


def test_no_block_is_empty() -> None:
    for tree in (Tree({}), Tree({"a": ""}), Tree({"a": "x"}), Tree({"a": "x", "b": "y"}, churn={"b": 500.0})):
        assert all(block.text for block in build_base(tree.source(), 2_000).blocks)


def test_what_changes_often_comes_after_the_inner_breakpoint() -> None:
    base = build_base(
        Tree({"hot.py": code(40), "cold.py": code(40)}, churn={"hot.py": 300.0}).source(), 9_000
    )
    assert [["cold.py"], ["hot.py"]] == [[part.path for part in block.parts] for block in base.blocks]
    assert 1 == len(base.stable)


def test_a_large_repository_has_a_map_and_its_best_files_in_full() -> None:
    texts = {f"pkg/{n:02}.py": code(60) for n in range(60)}
    base = build_base(Tree(texts, ranks={"pkg/47.py": 1.0}).source(), 8_000)
    assert not base.whole
    assert "full" == base.forms["pkg/47.py"]
    assert {"full", "outline"} == set(base.forms.values())
    text = text_of(base)
    assert "<overview>" in text
    assert "pkg/ 60" in text
    assert "def function_29():\n    return 29\n" in text


def test_each_file_stands_in_one_form_only() -> None:
    base = build_base(Tree({f"{n}.py": code(60) for n in range(60)}).source(), 8_000)
    paths = [part.path for block in base.blocks for part in block.parts]
    assert len(paths) == len(set(paths))


def test_a_tree_that_only_seemed_to_fit_is_measured() -> None:
    """The index of definitions in the headers makes small files much larger than their bytes."""
    texts = {f"{n:02}.py": "".join(f"def f{k}():\n" for k in range(9)) for n in range(45)}
    budget = sum(int(len(text) / 2.5) + 40 for text in texts.values()) + 1
    base = build_base(Tree(texts).source(), budget)
    assert not base.whole
    assert estimate(text_of(base)) <= budget + FRAME_TOKENS


def test_a_file_that_can_not_be_read_is_passed_over() -> None:
    texts = {f"{n:02}.py": "".join(f"def f{k}():\n" for k in range(9)) for n in range(45)}
    budget = sum(int(len(text) / 2.5) + 40 for text in texts.values()) + 1
    base = build_base(Tree(texts, unreadable=frozenset({"00.py"})).source(), budget)
    assert "full" != base.forms.get("00.py")


def test_a_change_in_one_file_leaves_the_bytes_before_it_alone() -> None:
    tree = Tree({"cold.py": code(40), "hot.py": code(40)}, churn={"hot.py": 300.0})
    before = build_base(tree.source(), 9_000)
    after = build_base(replace(tree, texts={**tree.texts, "hot.py": code(42)}).source(), 9_000)
    assert before.stable == after.stable
    assert before.rest != after.rest


PATHS = st.text("ab/_é", min_size=1, max_size=6).filter(
    lambda path: path.strip("/") == path and "//" not in path
)
TEXTS = st.one_of(st.integers(0, 400).map(code), st.text("x日\n", max_size=200))


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(PATHS, TEXTS, max_size=12),
    st.dictionaries(PATHS, st.floats(0, 900), max_size=12),
    st.integers(2_000, 9_000),
    st.randoms(use_true_random=False),
)
def test_the_base_is_within_its_budget_and_a_pure_function_of_its_source(
    texts: dict[str, str], numbers: dict[str, float], budget: int, chance: random.Random
) -> None:
    tree = Tree(texts, churn=numbers, ranks=numbers)
    base = build_base(tree.source(), budget)
    assert estimate(text_of(base)) <= budget + FRAME_TOKENS + estimate(render_directories(texts))
    again = Tree(_shuffled(texts, chance), _shuffled(numbers, chance), _shuffled(numbers, chance))
    assert base == build_base(again.source(), budget)


def _shuffled(mapping: Mapping[str, Value], chance: random.Random) -> dict[str, Value]:
    items = list(mapping.items())
    chance.shuffle(items)
    return dict(items)


@pytest.mark.parametrize("budget", [2_000, 60_000])
def test_a_larger_budget_shows_no_fewer_files(budget: int) -> None:
    tree = Tree({f"{n:03}.py": code(60) for n in range(300)})
    assert len(build_base(tree.source(), budget).forms) <= len(build_base(tree.source(), 2 * budget).forms)
