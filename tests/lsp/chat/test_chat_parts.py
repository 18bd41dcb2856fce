"""What a chat's parameters mean, and how tool calls are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foreword.assist.question.pointers import AttachmentRef
from foreword.core.errors import UsageError
from foreword.lsp.chat.attachments import read_attachments
from foreword.lsp.chat.partial_results import tool_lines

EDITOR = "str_replace_based_edit_tool"


def no_document(_: str) -> None:
    """No untitled document is open."""


@pytest.mark.parametrize(
    ("name", "given", "line"),
    [
        (EDITOR, {"command": "view", "path": "a.py"}, "view a.py"),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": [3, 9]}, "view a.py:3-9"),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": [3, -1]}, "view a.py:3-"),
        (EDITOR, {"command": "create", "path": "a.py", "file_text": ""}, "write a.py"),
        (EDITOR, {"command": "insert", "path": "a.py", "insert_line": 0, "insert_text": "x"}, "edit a.py"),
        ("files", {"command": "delete", "path": "a.py"}, "delete a.py"),
        ("files", {"command": "rename", "path": "a.py", "new_path": "b.py"}, "rename a.py to b.py"),
        ("search", {"query": "two\nlines"}, "search two lines"),
        ("symbols", {"name": "total"}, "look up total"),
        ("symbols", {}, "a call that can't be understood"),
    ],
)
def test_a_tool_call_is_told_in_one_line(name: str, given: dict[str, Any], line: str) -> None:
    content: list[dict[str, Any]] = [
        {"type": "text", "text": "Look:"},
        {"type": "tool_use", "id": "1", "name": name, "input": given},
    ]
    assert [(name, line)] == tool_lines(content)


def span(first: int, start: int, last: int, end: int) -> dict[str, Any]:
    return {"start": {"line": first, "character": start}, "end": {"line": last, "character": end}}


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (span(0, 0, 0, 0), (1, 1)),
        (span(4, 2, 6, 1), (5, 7)),
        (span(4, 2, 6, 0), (5, 6)),
        (span(4, 9, 5, 0), (5, 5)),
    ],
)
def test_a_range_means_the_lines_that_it_touches(
    found: dict[str, Any], lines: tuple[int, int], tmp_path: Path
) -> None:
    root = tmp_path.resolve()
    given = {"uri": (root / "a b.py").as_uri(), "range": found, "more": "ignored"}
    kept = {"uri": given["uri"], "range": found}
    assert ((AttachmentRef("a b.py", *lines),), (kept,)) == read_attachments(root, [given], no_document)


@pytest.mark.parametrize("found", [span(2, 0, 1, 0), span(1, 5, 1, 4), span(-1, 0, 0, 0), {}, [], 5, "1-2"])
def test_what_is_no_range_is_refused(found: object, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be a range of the protocol"):
        read_attachments(tmp_path, [{"uri": (tmp_path / "a.py").as_uri(), "range": found}], no_document)


def test_a_hundred_and_one_attachments_are_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="up to 100"):
        read_attachments(tmp_path, [{"uri": "file:///a"}] * 101, no_document)
