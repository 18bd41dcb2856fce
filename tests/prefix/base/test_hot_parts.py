"""Large files in parts: where they are cut, which parts are worth what, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.text import Text
from foreword.core.outline import Definition, Outline
from foreword.core.tokens import estimate
from foreword.core.tree import LineChange
from foreword.prefix.base.file_selection import WHOLE_SHARE, Candidate, select
from foreword.prefix.base.hot_parts import PART_SHARE, CutFile, cut, render_parts, worth_cutting
from foreword.prefix.layers import Lines

METHOD_LINES = 60
N_METHODS = 20
MOST = 6_000


def source(n_methods: int = N_METHODS) -> tuple[Text, Outline]:
    """A module of one class: each method has a decorator above it and a blank line behind it."""
    lines, found = ["import time", "", "class Shelf:"], list[Definition]()
    for n in range(n_methods):
        lines.append("    @property")
        first = len(lines) + 1
        lines += [
            f"    def method_{n}(self):",
            *(f"        step_{n}_{k} = {k} * 7" for k in range(METHOD_LINES)),
            "",
        ]
        found.append(
            Definition(f"method_{n}", "method", f"def method_{n}(self)", first, first + METHOD_LINES, "Shelf")
        )
    whole = Definition("Shelf", "class", "class Shelf", 3, len(lines) - 1)
    return Text("\n".join(lines) + "\n"), Outline((whole, *found))


def changes(*places: Lines) -> list[LineChange]:
    return [LineChange(n, 1 / (1 + n), first, last) for n, (first, last) in enumerate(places)]


def parted(changed: Sequence[LineChange]) -> CutFile:
    text, outline = source()
    found = cut(Candidate("shelf.py", estimate(text.content), 0.5), text, outline, changed, MOST)
    assert found is not None
    return found


def method(n: int) -> Definition:
    return source()[1].definitions[1 + n]


def test_a_large_file_is_cut_at_its_definitions_with_what_stands_right_above_them() -> None:
    file = parted(changes((method(4).line + 2, method(4).line + 3)))
    best = max(file.parts, key=lambda part: part.value)
    assert (method(4).line - 1, method(4).end_line) == best.lines
    assert "    @property" == file.lines[method(4).line - 2]


def test_the_parts_are_all_of_the_file_but_blank_lines_and_share_out_its_value() -> None:
    file = parted(changes((method(2).line, method(2).line), (method(7).line, method(7).line)))
    lines = [line for part in file.parts if part.lines for line in range(part.lines[0], part.lines[1] + 1)]
    left = set(range(1, len(file.lines) + 1)) - set(lines)
    assert sorted(set(lines)) == lines
    assert not any(file.lines[number - 1] for number in left)
    assert pytest.approx(0.5, abs=0.01) == sum(part.value for part in file.parts)


def test_what_changed_last_and_most_often_is_worth_most() -> None:
    once, twice, late = (method(n).line for n in (1, 2, 3))
    file = parted(changes((late, late), (twice, twice), (twice + 1, twice + 1), (once, once)))
    value = {file.lines[part.lines[0]]: part.value for part in file.parts if part.lines}
    assert (
        value["    def method_0(self):"]
        < value["    def method_1(self):"]
        < value["    def method_2(self):"]
        < value["    def method_3(self):"]
    )


def test_who_formats_a_file_works_on_the_first_parts_alone() -> None:
    n_lines = len(parted(changes((3, 3))).lines)
    file = parted(changes((1, n_lines)))
    assert min(part.value for part in file.parts[1:4]) > max(part.value for part in file.parts[5:])


def test_a_file_whose_history_is_not_known_is_not_cut() -> None:
    text, outline = source()
    assert cut(Candidate("shelf.py", estimate(text.content), 0.5), text, outline, (), MOST) is None


def test_a_file_without_definitions_is_not_cut() -> None:
    text, _ = source()
    candidate = Candidate("shelf.py", estimate(text.content), 0.5)
    assert cut(candidate, text, Outline(), changes((4, 4)), MOST) is None


def test_only_large_sources_that_are_worked_on_are_worth_cutting() -> None:
    limit = int(60_000 * PART_SHARE)
    large = limit + 1
    worth = [Candidate("b.py", large, 0.2), Candidate("a.py", large, 0.3)]
    others = [
        Candidate("small.py", limit, 0.9),
        Candidate("cold.py", large, 0.0),
        Candidate("data.json", large, 0.9, is_source=False),
    ]
    assert ["a.py", "b.py"] == [c.path for c in worth_cutting([*worth, *others], 60_000)]


def test_shown_parts_have_their_numbers_and_the_line_of_the_class_that_they_are_in() -> None:
    file = parted(changes((3, 3)))
    first = method(5).line - 1, method(5).end_line
    text, lines = render_parts(file, [first])
    assert (first,) == lines
    assert text.startswith(f'<excerpt path="shelf.py" lines="{len(file.lines)}">\n3\tclass Shelf:\n')
    assert f"{method(5).line}\t    def method_5(self):\n" in text
    assert "method_4" not in text
    assert text.endswith("</excerpt>\n")


def test_parts_that_meet_are_one() -> None:
    text, lines = render_parts(parted(changes((3, 3))), [(10, 20), (21, 30), (40, 41)])
    assert ((10, 30), (40, 41)) == lines
    # Nothing but a blank line is between two methods.
    between = [(method(n).line - 1, method(n).end_line) for n in (3, 4)]
    assert ((between[0][0], between[1][1]),) == render_parts(parted(changes((3, 3))), between)[1]
    assert 1 == text.count("21\t")


def test_secrets_in_parts_are_redacted_and_the_lines_stay() -> None:
    text, outline = source()
    secret = "AKIA" + "QWERTYUIOPASDFGH"
    changed = Text(text.content.replace("step_0_3 = 3 * 7", f'step_0_3 = "{secret}"'))
    found = cut(Candidate("shelf.py", 90_000, 0.5), changed, outline, changes((4, 4)), MOST)
    assert found is not None
    shown, _ = render_parts(found, [(1, 80)])
    assert secret not in shown
    assert f"{method(1).line}\t    def method_1(self):" in shown


def test_a_file_of_which_most_would_be_shown_stands_there_whole() -> None:
    parts = [Candidate("a.py", 3_000, 0.3, lines=(1, 100)), Candidate("a.py", 500, 0.0, lines=(101, 120))]
    assert 3_000 >= WHOLE_SHARE * 3_500
    selection = select([Candidate("a.py", 3_500, 0.3)], 4_000, parts={"a.py": parts})
    assert {"a.py"} == selection.full
    assert {} == selection.parts


def test_a_file_that_is_too_large_is_shown_in_its_best_parts_and_stands_in_the_map() -> None:
    parts = [Candidate("a.py", 1_000, n / 10, lines=(100 * n + 1, 100 * n + 100)) for n in range(9)]
    selection = select([Candidate("a.py", 9_000, 0.9)], 3_000, parts={"a.py": parts})
    assert frozenset() == selection.full
    assert {"a.py": ((601, 700), (701, 800), (801, 900))} == selection.parts
    assert ("a.py",) == selection.outlined


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 120)), max_size=12),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 400), st.integers(0, 300)), min_size=1, max_size=8),
    st.integers(1, 400),
)
def test_parts_are_in_order_and_never_overlap(
    spans: list[Lines], touched: list[tuple[int, int, int]], n_lines: int
) -> None:
    text = Text(
        "".join(
            f"line {n} of a text that goes on for a while, as lines of source do\n" * 3
            for n in range(n_lines)
        )
    )
    found = [
        Definition(f"d{n}", "function", "", first, first + more) for n, (first, more) in enumerate(spans)
    ]
    history = [LineChange(commit, 1.0, first, first + more) for commit, first, more in touched]
    file = cut(Candidate("a.py", 50_000, 1.0), text, Outline(tuple(found)), history, 2_000)
    if file is None:
        return
    lines = [part.lines for part in file.parts if part.lines]
    assert all(first <= last for first, last in lines)
    assert all(one[1] < other[0] for one, other in pairwise(lines))
    shown, told = render_parts(file, lines)
    numbers = [int(number) for number in re.findall(r"^(\d+)\t", shown, re.MULTILINE)]
    assert sorted(set(numbers)) == numbers
    assert all(number in numbers for first, last in told for number in range(first, last + 1))
