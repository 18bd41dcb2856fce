from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from foreword.core.commit import Commit
from foreword.index.search.commit_messages import MAX_FILES, NO_ECHOES, commit_message_index
from foreword.index.search.query import parse_query
from foreword.index.search.search import search
from index.shapes import SHAPES
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]
COMMITS = (
    Commit("Keep the clipboard after a paste", ("src/edit.c",)),
    Commit("Paste faster", ("src/edit.c", "src/term.c")),
    Commit("Blink the cursor", ("src/term.c",)),
)


def echoes(query: str, *commits: Commit) -> dict[str, float]:
    return commit_message_index(commits).of(parse_query(query))


def test_a_question_in_the_words_of_a_commit_is_about_its_files() -> None:
    found = echoes("the clipboard is empty", *COMMITS)
    assert ["src/edit.c"] == list(found)


def test_more_of_the_words_and_fewer_files_echo_louder() -> None:
    assert echoes("clipboard paste", *COMMITS)["src/edit.c"] > echoes("paste", *COMMITS)["src/term.c"] > 0


def test_an_echo_is_at_most_one() -> None:
    assert 1.0 == pytest.approx(echoes("blink cursor", *COMMITS)["src/term.c"])


@pytest.mark.parametrize("query", ["", "nothing of the kind", "the of and"])
def test_a_question_in_other_words_has_no_echo(query: str) -> None:
    assert {} == echoes(query, *COMMITS)


def test_a_commit_that_changed_everything_says_nothing() -> None:
    many = tuple(f"{number}.c" for number in range(MAX_FILES + 1))
    assert {} == echoes("clipboard", Commit("clipboard", many), Commit("clipboard", ()))


def test_without_a_history_there_is_no_echo() -> None:
    assert {} == NO_ECHOES.of(parse_query("clipboard"))


def test_search_finds_a_file_by_the_words_of_its_history_alone(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    history = commit_message_index([Commit("Stop the flicker", ("src/window.py", "gone.py"))])
    assert [] == search(shapes.index(), "flicker", shapes.text)
    assert "src/window.py" == search(shapes.index(), "flicker", shapes.text, echoes=history)[0].path
