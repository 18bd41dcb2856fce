"""The tools that every request offers: one constant list in a fixed order, since it leads the cached prefix.

Sorted by name: `files`, `search`, `str_replace_based_edit_tool`, `symbols`. The editor is Anthropic's own tool, which
current models are trained on (https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool);
an endpoint that does not know it gets the same tool as a plain schema. It can't delete and rename: `files` does.
`tool_call` reads what the model sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from foreword.core.reply import Json

ToolStyle = Literal["native", "schema"]

# The name belongs to the type of the tool below: the API refuses another one.
EDITOR = "str_replace_based_edit_tool"
FILES = "files"
SEARCH = "search"
SYMBOLS = "symbols"

IN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        EDITOR: "reading or editing a file",
        FILES: "deleting or moving a file",
        SEARCH: "searching",
        SYMBOLS: "looking up names",
    }
)
"""What people are told while the model uses a tool."""

VIEW_CHARACTERS = 24_000
"""The longest view of a file, about 9,000 tokens; a longer file is read in ranges."""

DEFAULT_LIMIT = 10
LARGEST_LIMIT = 50

_FILES_TEXT = (
    "Delete or rename a file of the repository, where the user's request calls for it. "
    "delete: remove the file at path. rename: move the file at path to new_path, which must be free; "
    "edit it there afterwards. Like edits, this is proposed to the user; nothing happens on disk."
)
_SEARCH_TEXT = (
    "Search the repository, unsaved changes included, for code and text that match the query. "
    "Identifiers are split into words, so plain words find them. "
    "Returns excerpts with path and line numbers, best first."
)
_SYMBOLS_TEXT = (
    "Find where a function, class, method, type or other name is defined. "
    "Returns kind, signature, path and line of each definition with exactly this name."
)
_EDITOR_TEXT = (
    "View and edit files of the repository. Paths are relative to its root, with forward slashes. "
    "view: show a file with line numbers, or list a folder; view_range limits the lines ([start, end], end -1 for the last). "
    "create: write a new file with file_text. "
    "str_replace: replace old_str, which must occur exactly once, by new_str. "
    "insert: put insert_text after line insert_line (0 for the top). "
    "Edits are proposed to the user; nothing is written to disk."
)


def tool_definitions(style: ToolStyle) -> list[Json]:
    """The `tools` of a request; each call makes a new list, always equal and in the same order."""
    files = _tool(
        FILES,
        _FILES_TEXT,
        {
            "command": {**_text("What to do."), "enum": ["delete", "rename"]},
            "path": _text("The file."),
            "new_path": _text("rename: the file's new path."),
        },
        ["command", "path"],
    )
    search = _tool(
        SEARCH,
        _SEARCH_TEXT,
        {
            "query": _text("What to look for: identifiers, words, or part of a path."),
            "limit": _whole(f"How many excerpts, {DEFAULT_LIMIT} by default, at most {LARGEST_LIMIT}."),
        },
        ["query"],
    )
    symbols = _tool(
        SYMBOLS, _SYMBOLS_TEXT, {"name": _text("The name, without its class or module.")}, ["name"]
    )
    if style == "schema":
        # By name in both lists: the order is part of the cached bytes.
        return [files, search, _editor(), symbols]
    editor = {"type": "text_editor_20250728", "name": EDITOR, "max_characters": VIEW_CHARACTERS}
    # A field of Anthropic's own, so it goes only with Anthropic's own editor tool.
    strict = {"strict": True}
    return [{**files, **strict}, {**search, **strict}, editor, {**symbols, **strict}]


def _editor() -> Json:
    fields = {
        "command": {**_text("What to do."), "enum": ["view", "create", "str_replace", "insert"]},
        "path": _text("The file, or for view also a folder."),
        "view_range": {
            "type": "array",
            "items": {"type": "integer"},
            "description": "view: first and last line, counted from 1.",
        },
        "file_text": _text("create: the whole text."),
        "old_str": _text("str_replace: the text to replace, with its whitespace."),
        "new_str": _text("str_replace: the text in its place."),
        "insert_line": _whole("insert: the line after which to insert."),
        "insert_text": _text("insert: the text."),
    }
    return _tool(EDITOR, _EDITOR_TEXT, fields, ["command", "path"])


def _tool(name: str, description: str, fields: dict[str, Any], required: list[str]) -> Json:
    # `strict` needs `additionalProperties: false`.
    schema = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
    return {"name": name, "description": description, "input_schema": schema}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _whole(description: str) -> Json:
    return {"type": "integer", "description": description}


def in_words(names: Iterable[str]) -> str:
    """What tools of these names do, for people, each once; an unknown tool is called by its name."""
    return ", ".join(dict.fromkeys(IN_WORDS.get(name, name) for name in names))
