from __future__ import annotations

from typing import Any

import pytest

from foreword.core.errors import Problem
from foreword.model.echo import INVALID_JSON
from foreword.model.tool_call import (
    CreateCall,
    DeleteCall,
    InsertCall,
    RenameCall,
    ReplaceCall,
    SearchCall,
    SymbolsCall,
    ToolCall,
    ViewCall,
    parse_call,
)
from foreword.model.tool_definitions import EDITOR, tool_definitions


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        (EDITOR, {"command": "view", "path": "a.py"}, ViewCall("a.py")),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": None}, ViewCall("a.py")),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": [3, 9]}, ViewCall("a.py", 3, 9)),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": [3, -1]}, ViewCall("a.py", 3, None)),
        (EDITOR, {"command": "create", "path": "a.py", "file_text": ""}, CreateCall("a.py", "")),
        (
            EDITOR,
            {"command": "str_replace", "path": "a", "old_str": " ", "new_str": "y"},
            ReplaceCall("a", " ", "y"),
        ),
        (EDITOR, {"command": "str_replace", "path": "a", "old_str": "x"}, ReplaceCall("a", "x", "")),
        (
            EDITOR,
            {"command": "insert", "path": "a", "insert_line": 0, "insert_text": "t"},
            InsertCall("a", 0, "t"),
        ),
        (
            EDITOR,
            {"command": "insert", "path": "a", "insert_line": 2, "new_str": "t"},
            InsertCall("a", 2, "t"),
        ),
        ("files", {"command": "delete", "path": "a"}, DeleteCall("a")),
        ("files", {"command": "rename", "path": "a", "new_path": "b"}, RenameCall("a", "b")),
        ("search", {"query": "cache"}, SearchCall("cache", 10)),
        ("search", {"query": "cache", "limit": 3}, SearchCall("cache", 3)),
        ("search", {"query": "cache", "limit": "3"}, SearchCall("cache", 3)),
        ("search", {"query": "cache", "limit": 3.0}, SearchCall("cache", 3)),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": ["3", "9"]}, ViewCall("a.py", 3, 9)),
        (EDITOR, {"command": "view", "path": "a.py", "view_range": "[3, -1]"}, ViewCall("a.py", 3, None)),
        (
            EDITOR,
            {"command": "insert", "path": "a", "insert_line": "0", "insert_text": "t"},
            InsertCall("a", 0, "t"),
        ),
        ("search", {"query": "cache", "limit": 900}, SearchCall("cache", 50)),
        ("symbols", {"name": " Cache "}, SymbolsCall("Cache")),
    ],
)
def test_a_call_becomes_a_value(name: str, given: dict[str, Any], expected: ToolCall) -> None:
    assert expected == parse_call({"type": "tool_use", "id": "t", "name": name, "input": given})


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("bash", {}, "no tool 'bash'"),
        (None, {}, "no tool None"),
        ("search", "cache", "not a valid JSON object"),
        ("search", {INVALID_JSON: "{"}, "not a valid JSON object"),
        ("search", {}, "'query' is missing"),
        ("search", {"query": "  "}, "'query' must not be empty"),
        ("search", {"query": "x", "limit": "three"}, "'limit' must be a whole number"),
        ("search", {"query": "x", "limit": "1e3"}, "'limit' must be a whole number"),
        ("search", {"query": "x", "limit": 2.5}, "'limit' must be a whole number"),
        ("search", {"query": "x", "limit": True}, "'limit' must be a whole number"),
        ("search", {"query": "x", "limit": 0}, "'limit' must be a whole number"),
        ("files", {"command": "rename", "path": "a"}, "'new_path' is missing"),
        ("files", {"command": "copy", "path": "a"}, "no command 'copy'; use delete or rename"),
        ("symbols", {"name": 3}, "'name' is missing or not a string"),
        (EDITOR, {"command": "view"}, "'path' is missing"),
        (EDITOR, {"command": "view", "path": ""}, "'path' must not be empty"),
        (EDITOR, {"command": "undo_edit", "path": "a"}, "no command 'undo_edit'"),
        (EDITOR, {"path": "a"}, "no command None"),
        (EDITOR, {"command": "view", "path": "a", "view_range": [0, 3]}, "'view_range' must be"),
        (EDITOR, {"command": "view", "path": "a", "view_range": [5, 3]}, "'view_range' must be"),
        (EDITOR, {"command": "view", "path": "a", "view_range": [1]}, "'view_range' must be"),
        (EDITOR, {"command": "view", "path": "a", "view_range": [1, -2]}, "'view_range' must be"),
        (EDITOR, {"command": "view", "path": "a", "view_range": "1-3"}, "'view_range' must be"),
        (EDITOR, {"command": "create", "path": "a"}, "'file_text' is missing"),
        (EDITOR, {"command": "str_replace", "path": "a", "old_str": ""}, "'old_str' must not be empty"),
        (EDITOR, {"command": "str_replace", "path": "a", "old_str": "x", "new_str": 1}, "'new_str'"),
        (EDITOR, {"command": "insert", "path": "a", "insert_line": -1, "insert_text": "t"}, "'insert_line'"),
        (EDITOR, {"command": "insert", "path": "a", "insert_line": 1}, "'new_str' is missing"),
    ],
)
def test_a_call_that_is_not_clear_is_a_problem_for_the_model(name: object, given: object, says: str) -> None:
    problem = parse_call({"type": "tool_use", "id": "t", "name": name, "input": given})
    assert isinstance(problem, Problem)
    assert says in problem.message


def test_every_tool_that_is_offered_is_understood_and_no_other() -> None:
    offered = sorted(str(tool["name"]) for tool in tool_definitions("schema"))
    unknown = parse_call({"name": "", "input": {}})
    assert Problem(f"There is no tool ''; use one of {', '.join(offered)}.") == unknown
