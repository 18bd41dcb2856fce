"""The tool calls of an answer as people see them: what is looked at or changed, in one line, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from foreword.assist.question.tools import clean_path
from foreword.core.errors import Problem
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

StepKind = Literal["search", "read", "edit", "delete", "move", "unclear"]


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A call: the API's `id` and the `tool` of it, what it does in one `line`, and the file that it is about.

    `path` is as in the workspace and empty for none; `first_line` is 1-based, None where no line is named.
    """

    id: str
    tool: str
    kind: StepKind
    line: str
    path: str = ""
    first_line: int | None = None


def tool_steps(content: Sequence[Mapping[str, Any]]) -> tuple[ToolStep, ...]:
    """A step for each tool call of an assistant's message, in order."""
    return tuple(_step(block) for block in content if block.get("type") == "tool_use")


def failed_steps(content: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the calls that could not be carried out, by the user's message that has their results."""
    results = (block for block in content if block.get("type") == "tool_result")
    return frozenset(str(block["tool_use_id"]) for block in results if block.get("is_error"))


def _step(block: Mapping[str, Any]) -> ToolStep:
    call = parse_call(block)
    name = str(block.get("id")), str(block.get("name"))
    if isinstance(call, Problem):
        return ToolStep(*name, "unclear", "a call that can't be understood")
    kind, line, path, first = _told(call)
    return ToolStep(*name, kind, line, clean_path(path), first)


def _told(call: ToolCall) -> tuple[StepKind, str, str, int | None]:
    match call:
        case SearchCall(query):
            # The model's query may have several lines, and this is one line of progress.
            told: tuple[StepKind, str, str, int | None] = (
                "search",
                " ".join(f"search {query}".split()),
                "",
                None,
            )
        case SymbolsCall(name):
            told = "search", f"look up {name}", "", None
        case ViewCall(path, first, last):
            is_whole = first == 1 and last is None
            lines = "" if is_whole else f":{first}-{last or ''}"
            told = "read", f"view {path}{lines}", path, None if is_whole else first
        case CreateCall(path):
            told = "edit", f"write {path}", path, None
        case ReplaceCall(path):
            told = "edit", f"edit {path}", path, None
        case InsertCall(path, line):
            told = "edit", f"edit {path}", path, line + 1
        case DeleteCall(path):
            told = "delete", f"delete {path}", path, None
        case RenameCall(path, new_path):
            told = "move", f"rename {path} to {new_path}", path, None
        case _:
            assert_never(call)
    return told
