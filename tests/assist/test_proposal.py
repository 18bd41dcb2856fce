from __future__ import annotations

import pytest

from foreword.assist.proposal import Proposal, ProposedFile
from foreword.core.text import Text


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
