"""How tool calls are told."""

from __future__ import annotations

from typing import Any

import pytest

from foreword.api.chat.tool_steps import ToolStep, failed_steps, tool_steps

EDITOR = "str_replace_based_edit_tool"


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
    assert [(name, line)] == [(step.tool, step.line) for step in tool_steps(content)]


def test_a_step_says_which_file_it_is_about_and_where() -> None:
    view = {"command": "view", "path": "/src/./a.py", "view_range": [3, 9]}
    insert = {"command": "insert", "path": "b.py", "insert_line": 4, "insert_text": "x"}
    content = [
        {"type": "tool_use", "id": "1", "name": EDITOR, "input": view},
        {"type": "tool_use", "id": "2", "name": EDITOR, "input": insert},
        {"type": "tool_use", "id": "3", "name": "search", "input": {"query": "x"}},
    ]
    assert (
        ToolStep("1", EDITOR, "read", "view /src/./a.py:3-9", "src/a.py", 3),
        ToolStep("2", EDITOR, "edit", "edit b.py", "b.py", 5),
        ToolStep("3", "search", "search", "search x"),
    ) == tool_steps(content)


def test_what_could_not_be_carried_out_is_known_by_its_id() -> None:
    results: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": "1", "content": "fine"},
        {"type": "tool_result", "tool_use_id": "2", "content": "no", "is_error": True},
        {"type": "text", "text": "answer now"},
    ]
    assert frozenset({"2"}) == failed_steps(results)
