from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.edits.review import FileReview, remaining
from foreword.core.documents.text import Text
from foreword.core.errors import UsageError
from gitrepo import make_repo


def test_a_diff_says_what_is_created_changed_and_deleted() -> None:
    proposal = Proposal()
    proposal = proposal.having(ProposedFile("new.py", None, "x = 1\n"))
    proposal = proposal.having(ProposedFile("a.py", Text("a\r\nb\r\n"), "a\nB\n"))
    proposal = proposal.having(ProposedFile("gone.py", Text("bye"), None))
    assert ["create", "change", "delete"] == [file.kind for file in proposal.files.values()]
    assert proposal.diff == (
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1\n"
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n"
        "--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-bye\n\\ No newline at end of file\n"
    )


def test_a_file_that_is_as_before_again_is_in_no_proposal() -> None:
    before = Text("a\r\n")
    proposal = Proposal().having(ProposedFile("a.py", before, "b\n"))
    assert {} == proposal.having(ProposedFile("a.py", before, "a\n")).files
    assert ["a.py"] == list(proposal.files)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("x = 1\n", "x = 2\n", ()),
        ("x = 1\n", "x = 1\ny = = 2\n", (2,)),
        ("x = = 1\n", "x = = 1\ny = 2\n", ()),
        ("x = = 1\n", "x = = 1\ny = 2\nz = = 3\n", (1, 3)),
        (None, "x = = 1\n", (1,)),
    ],
)
def test_only_new_syntax_errors_count(before: str | None, after: str, expected: tuple[int, ...]) -> None:
    file = ProposedFile("a.py", None if before is None else Text(before), after)
    assert expected == file.new_error_lines
    messages = [problem.message for problem in Proposal().having(file).problems]
    assert bool(expected) == bool(messages)


def test_git_applies_the_diff_of_renamed_and_empty_files(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("a.py", "a\nb\n")
    repo.write("same.py", "s\n")
    repo.write("empty.py", "")
    proposal = Proposal()
    for file in (
        ProposedFile("new/b.py", Text("a\nb\n"), "a\nc\n", source="a.py"),
        ProposedFile("other.py", Text("s\n"), "s\n", source="same.py"),
        ProposedFile("empty.py", Text(""), None),
        ProposedFile("blank.py", None, ""),
    ):
        proposal = proposal.having(file)
    assert {"a.py", "same.py", "empty.py"} == proposal.gone
    assert {"a.py", "same.py"} == set(proposal.touched) - set(proposal.files)
    repo.git("apply", "-", stdin=proposal.diff.encode())
    assert {"new", "other.py", "blank.py", ".git"} == {path.name for path in repo.path.iterdir()}
    assert "a\nc\n" == (repo.path / "new/b.py").read_text()


def test_a_file_can_have_some_of_its_hunks() -> None:
    before = "".join(f"{n}\n" for n in range(9))
    file = ProposedFile(
        "a.py", Text(before), before.replace("1\n", "one\n").replace("7\n", "").replace("3\n", "3\n33\n")
    )
    assert 3 == len(file.hunks)
    assert before == file.having_only([]).after
    assert before.replace("1\n", "one\n").replace("7\n", "") == file.having_only([2, 0, 2]).after
    assert file.after == file.having_only([0, 1, 2]).after
    for wrong in (file, ProposedFile("a.py", None, before)):
        with pytest.raises(UsageError):
            wrong.having_only([0, 3])


def test_a_hunk_still_fits_when_its_neighbour_was_applied_before() -> None:
    before = "".join(f"{n}\n" for n in range(199, 212))
    after = before.replace("203\n", "").replace("205\n206\n207\n208\n", "205 to 208\n")
    file = ProposedFile("a.py", Text(before), after)
    for first, second in ((0, 1), (1, 0)):
        once = file.having_only([first]).resolve(Text(before)).resolution.text
        twice = file.having_only([second], [first]).resolve(once)
        assert ((second,), after) == (twice.fitting, twice.resolution.text.content)


def test_a_hunk_fits_again_when_the_neighbours_that_were_applied_are_undone() -> None:
    before = "".join(f"{n}\n" for n in range(9))
    after = before.replace("2\n", "two\n").replace("4\n", "four\n").replace("6\n", "six\n")
    file = ProposedFile("a.py", Text(before), after)
    for undone in (before, before.replace("2\n", "two\n")):
        found = file.having_only([2], [0, 1]).resolve(Text(undone))
        assert ((2,), undone.replace("6\n", "six\n")) == (found.fitting, found.resolution.text.content)


LINES = st.lists(st.sampled_from(["a", "b", "", "    return", "}"]), max_size=14)


@given(LINES, LINES, st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None, max_examples=300)
def test_any_order_of_deciding_about_hunks_gives_the_text_with_those_that_were_applied(
    old: list[str], new: list[str], chance: random.Random, end: str
) -> None:
    before, after = "\n".join(old), "\n".join(new)
    file = ProposedFile("a.py", Text(before.replace("\n", end)), after)
    order = [*range(len(file.hunks))]
    chance.shuffle(order)
    accepted = [
        number for number in order if chance.random() < 0.6
    ]  # the others are rejected, which changes no text
    current, review = Text(before.replace("\n", end)), FileReview()
    for number in accepted:
        found = remaining(file, review, [number]).resolve(current)
        assert (number,) == found.fitting, found.resolution.refused
        current, review = found.resolution.text, FileReview((*review.applied, number))
    assert file.having_only(accepted).after == current.content.replace(end, "\n")
