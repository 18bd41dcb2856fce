from __future__ import annotations

import pytest

from foreword.core.edits.replacement import insert_after, replace_once, whole_text
from foreword.core.errors import Problem

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"


def test_the_one_occurrence_is_replaced() -> None:
    assert CODE.replace("return 2", "return 3") == replace_once(CODE, "return 2", "return 3", "a.py")


def test_windows_line_ends_of_the_model_mean_plain_ones() -> None:
    assert CODE.replace("1\n\n\n", "1\n\n") == replace_once(CODE, "1\r\n\r\n\r\n", "1\r\n\r\n", "a.py")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("return", "yield", "occurs 2 times in a.py (at lines 2, 6)"),
        ("\n\n", "\n", "occurs 2 times in a.py (at lines 2, 3)"),
        ("return 1", "return 1", "are the same"),
        ("  return 3\n", "", "the nearest is at line 2: '    return 1'"),
        ("def two():\n  return 2", "", "the nearest is at line 5: 'def two():'"),
        ("zebra", "", "does not occur in a.py; view the file"),
        ("return 1", "\0", "NUL"),
        ("return 1", "\ud83d", "lone surrogate"),
    ],
)
def test_what_can_not_be_replaced_is_told_to_the_model(old: str, new: str, expected: str) -> None:
    problem = replace_once(CODE, old, new, "a.py")
    assert isinstance(problem, Problem)
    assert expected in problem.message
    assert "\n" not in problem.message


@pytest.mark.parametrize(
    ("content", "line", "text", "expected"),
    [
        ("a\nb\n", 0, "x\n", "x\na\nb\n"),
        ("a\nb\n", 1, "x", "a\nx\nb\n"),
        ("a\nb\n", 2, "x\ny\n", "a\nb\nx\ny\n"),
        ("a\nb", 2, "x\n", "a\nb\nx"),
        ("a\nb\n", 1, "x\n\n", "a\nx\n\nb\n"),
        ("", 0, "x", "x\n"),
        ("a\n", 1, "\n", "a\n\n"),
    ],
)
def test_whole_lines_are_inserted(content: str, line: int, text: str, expected: str) -> None:
    assert expected == insert_after(content, line, text, "a.py")


@pytest.mark.parametrize(("line", "text", "expected"), [(3, "x", "must be 0 to 2"), (0, "", "is empty")])
def test_what_can_not_be_inserted_is_told_to_the_model(line: int, text: str, expected: str) -> None:
    problem = insert_after("a\nb\n", line, text, "a.py")
    assert isinstance(problem, Problem)
    assert expected in problem.message


def test_a_whole_text_gets_plain_line_ends() -> None:
    assert "a\nb\n" == whole_text("a\r\nb\r\n", "a.py")
    assert isinstance(whole_text("a\0", "a.py"), Problem)
