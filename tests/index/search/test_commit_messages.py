from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from foreword.core.tree import Commit
from foreword.index.search.commit_messages import (
    MAX_FILES,
    NO_COMMIT_MESSAGES,
    CommitMessageIndex,
    co_changed,
    commit_message_index,
)
from foreword.index.search.query import parse_query
from foreword.index.search.retrieval import COMPANY_WEIGHT, N_AHEAD, candidates
from foreword.index.search.search import search
from index.shapes import SHAPES
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]
COMMITS = (
    Commit("Keep the clipboard after a paste", ("src/edit.c",)),
    Commit("Paste faster", ("src/edit.c", "src/term.c")),
    Commit("Blink the cursor", ("src/term.c",)),
)


def commit_messages(query: str, *commits: Commit) -> dict[str, float]:
    return commit_message_index(commits).of(parse_query(query))


def test_a_question_in_the_words_of_a_commit_is_about_its_files() -> None:
    found = commit_messages("the clipboard is empty", *COMMITS)
    assert ["src/edit.c"] == list(found)


def test_more_of_the_words_and_fewer_files_echo_louder() -> None:
    assert (
        commit_messages("clipboard paste", *COMMITS)["src/edit.c"]
        > commit_messages("paste", *COMMITS)["src/term.c"]
        > 0
    )


def test_an_echo_is_at_most_one() -> None:
    assert 1.0 == pytest.approx(commit_messages("blink cursor", *COMMITS)["src/term.c"])


@pytest.mark.parametrize("query", ["", "nothing of the kind", "the of and"])
def test_a_question_in_other_words_has_no_echo(query: str) -> None:
    assert {} == commit_messages(query, *COMMITS)


def test_a_commit_that_changed_everything_says_nothing() -> None:
    many = tuple(f"{number}.c" for number in range(MAX_FILES + 1))
    assert {} == commit_messages("clipboard", Commit("clipboard", many), Commit("clipboard", ()))


def test_without_a_history_there_is_no_echo() -> None:
    assert {} == NO_COMMIT_MESSAGES.of(parse_query("clipboard"))


def test_search_finds_a_file_by_the_words_of_its_history_alone(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    history = commit_message_index([Commit("Stop the flicker", ("src/window.py", "gone.py"))])
    assert [] == search(shapes.index(), "flicker", shapes.text)
    assert "src/window.py" == search(shapes.index(), "flicker", shapes.text, commit_messages=history)[0].path


KITCHEN = "def boil(needle):\n    return 1\n" + "x = 1\n" * 60 + "def pour(tea):\n    return 2\n"


def history(*commits: str) -> CommitMessageIndex:
    return commit_message_index([Commit("Work", tuple(paths.split())) for paths in commits])


@pytest.mark.parametrize(
    ("expected", "commits"),
    [
        ({}, []),
        ({}, ["a b", "a b"]),
        ({"b": 1.0}, ["a b", "b a", "a b", "b"]),
        ({"b": 0.75}, ["a b", "a b", "a b c", "a c"]),
        ({"b": 0.5}, ["a b", "a b", "a b", "a", "a", "a"]),
        ({}, ["a b", "a b", "a b", "a", "a", "a", "a"]),
        ({}, ["b c", "b c", "b c"]),
    ],
)
def test_companions_share_most_of_several_commits(expected: Mapping[str, float], commits: list[str]) -> None:
    assert expected == co_changed([tuple(paths.split()) for paths in commits], "a")


def test_search_finds_a_file_that_changes_with_what_matched(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    changed = history(*["src/palette.py src/window.py gone.py"] * 3)
    assert {"src/palette.py"} == {one.path for one in search(shapes.index(), "red green", shapes.text)}
    found = search(shapes.index(), "red green", shapes.text, commit_messages=changed)
    assert ["src/palette.py", "src/window.py"] == list(dict.fromkeys(one.path for one in found))


def test_company_is_a_share_of_the_score_of_the_better_file(bench: MakeBench) -> None:
    index = bench(SHAPES).index()
    changed = history(*["src/palette.py src/window.py"] * 3, "src/palette.py")
    first, second = candidates(index, parse_query("red green"), 9, commit_messages=changed).files
    assert ("src/window.py", 0.0) == (second.path, second.score)
    assert 0.75 * COMPANY_WEIGHT * first.score == pytest.approx(second.company)


def test_a_test_that_changes_with_what_matched_counts_less(bench: MakeBench) -> None:
    index = bench(SHAPES).index()
    changed = history(*["src/palette.py src/window.py tests/test_geometry.py"] * 3)
    company = {
        one.path: one.company
        for one in candidates(index, parse_query("red green"), 9, commit_messages=changed).files
    }
    assert company["src/window.py"] > company["tests/test_geometry.py"] > 0


def test_no_companion_overtakes_the_best_files(bench: MakeBench) -> None:
    files = {f"src/{name}.py": f"needle {'hay ' * (50 + n)}\n" for n, name in enumerate("abcdef")}
    index = bench(files).index()
    alone = [one.path for one in candidates(index, parse_query("needle"), 9).files]
    # Each of the others changed more often, so that company alone is what lifts a file.
    changed = history(*alone[:-1] * 3, *[f"{alone[0]} {alone[-1]}"] * 3)
    found = candidates(index, parse_query("needle"), 9, commit_messages=changed).files
    assert alone[:N_AHEAD] == [one.path for one in found[:N_AHEAD]]
    assert alone[-1] == found[N_AHEAD].path


def test_of_files_that_fit_alike_the_one_that_changes_more_comes_first(bench: MakeBench) -> None:
    files = bench({f"src/{name}.py": "needle\n" for name in "abc"})
    changed = history("src/c.py", "src/c.py", "src/b.py")
    found = search(files.index(), "needle", files.text, commit_messages=changed)
    assert ["src/c.py", "src/b.py", "src/a.py"] == [one.path for one in found]


def test_an_old_change_counts_less_than_a_new_one() -> None:
    churn = history("new.py", *["other.py"] * 600, "old.py").churn
    assert 1.0 == churn["other.py"]
    assert 1.0 > churn["new.py"] > churn["old.py"] > 0.0


def test_only_the_best_passage_of_a_companion_profits(bench: MakeBench) -> None:
    files = bench(
        {f"src/{name}.py": "needle needle needle\n" for name in "abc"} | {"src/kitchen.py": KITCHEN}
    )
    changed = history(*["src/a.py src/kitchen.py"] * 3)
    plain, better = (
        [
            one.score
            for one in search(files.index(), "needle", files.text, limit=99, commit_messages=commit_messages)
            if one.path == "src/kitchen.py"
        ]
        for commit_messages in (NO_COMMIT_MESSAGES, changed)
    )
    assert plain[0] < better[0]
    assert plain[1:] == better[1:]
    assert len(plain) > 1
