"""What the model asks a tool to do, as checked values.

A call that can't be understood is a `Problem` whose message is written for the model: it is sent back as the
tool's error, so that the model can do better. Nothing is executed here, and no path is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jiter

from foreword.core.errors import Problem
from foreword.model.echo import INVALID_JSON
from foreword.model.tool_definitions import DEFAULT_LIMIT, EDITOR, FILES, LARGEST_LIMIT, SEARCH, SYMBOLS


@dataclass(frozen=True, slots=True)
class ViewCall:
    """Show lines `first` to `last` of a file (1-based, inclusive; None: to the end), or list a folder."""

    path: str
    first: int = 1
    last: int | None = None


@dataclass(frozen=True, slots=True)
class CreateCall:
    """Write a file with this text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplaceCall:
    """Replace the one occurrence of `old`, which is not empty, by `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class InsertCall:
    """Put `text` after line `line`; 0 is before the first."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class DeleteCall:
    """Delete a file."""

    path: str


@dataclass(frozen=True, slots=True)
class RenameCall:
    """Give a file another path."""

    path: str
    new_path: str


@dataclass(frozen=True, slots=True)
class SearchCall:
    """The `limit` best excerpts for `query`."""

    query: str
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class SymbolsCall:
    """The definitions with this name."""

    name: str


FileCall = DeleteCall | RenameCall
ToolCall = ViewCall | CreateCall | ReplaceCall | InsertCall | FileCall | SearchCall | SymbolsCall


# No file has a line of ten digits.
_WHOLE = re.compile(r"\s*-?[0-9]{1,9}\s*")
_RANGE = re.compile(r"\s*\[\s*(?P<first>-?[0-9]{1,9})\s*,\s*(?P<last>-?[0-9]{1,9})\s*\]\s*")


_LAST_KEYS = frozenset({"file_text", "new_str", "insert_text"})
"""What can be shown while it is written; what says where it goes has to be there before."""


class _UnclearError(ValueError):
    """The input is not usable; the message is for the model."""


def parse_call(block: Mapping[str, Any]) -> ToolCall | Problem:
    """The call that a `tool_use` block makes."""
    name, given = block.get("name"), block.get("input")
    reader = _READERS.get(str(name))
    if reader is None:
        return Problem(f"There is no tool {name!r}; use one of {', '.join(_READERS)}.")
    # `INVALID_JSON` stands where the stream held no JSON object (see `echo`).
    if not isinstance(given, Mapping) or given.keys() == {INVALID_JSON}:
        return Problem("The tool's input was not a valid JSON object; send the call again.")
    try:
        return reader(given)
    except _UnclearError as error:
        return Problem(str(error))


def half_call(name: str, written: str) -> CreateCall | ReplaceCall | InsertCall | None:
    """The editing call that the model is writing, as far as its last text has come; None before that has begun."""
    try:
        given = jiter.from_json(written.encode(), partial_mode="trailing-strings")
    # Also for what is nested deeper than it reads.
    except ValueError:
        return None
    if not isinstance(given, dict) or not given or next(reversed(given)) not in _LAST_KEYS:
        return None
    call = parse_call({"name": name, "input": given})
    return call if isinstance(call, CreateCall | ReplaceCall | InsertCall) else None


def _editor(given: Mapping[str, Any]) -> ToolCall:
    path = _text(given, "path")
    match given.get("command"):
        case "view":
            return ViewCall(path, *_range(given.get("view_range")))
        case "create":
            return CreateCall(path, _text(given, "file_text", may_be_empty=True))
        case "str_replace":
            # Leaving new_str out deletes the text, as the tool's documentation has it.
            new = "" if given.get("new_str") is None else _text(given, "new_str", may_be_empty=True)
            return ReplaceCall(path, _text(given, "old_str"), new)
        case "insert":
            # Older versions of the tool named the text new_str.
            key = "insert_text" if "insert_text" in given else "new_str"
            return InsertCall(path, _insert_line(given), _text(given, key, may_be_empty=True))
        case command:
            raise _UnclearError(f"There is no command {command!r}; use view, create, str_replace or insert.")


def _files(given: Mapping[str, Any]) -> FileCall:
    match given.get("command"):
        case "delete":
            return DeleteCall(_text(given, "path"))
        case "rename":
            return RenameCall(_text(given, "path"), _text(given, "new_path"))
        case command:
            raise _UnclearError(f"There is no command {command!r}; use delete or rename.")


def _search(given: Mapping[str, Any]) -> ToolCall:
    if given.get("limit") is None:
        return SearchCall(_text(given, "query"))
    limit = _whole(given["limit"])
    if limit is None or limit < 1:
        raise _UnclearError("'limit' must be a whole number above zero.")
    return SearchCall(_text(given, "query"), min(limit, LARGEST_LIMIT))


def _symbols(given: Mapping[str, Any]) -> ToolCall:
    return SymbolsCall(_text(given, "name").strip())


_READERS: Mapping[str, Callable[[Mapping[str, Any]], ToolCall]] = {
    FILES: _files,
    SEARCH: _search,
    EDITOR: _editor,
    SYMBOLS: _symbols,
}


def _text(given: Mapping[str, Any], key: str, *, may_be_empty: bool = False) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        raise _UnclearError(f"'{key}' is missing or not a string.")
    # White space alone is a text that can be replaced, and no path, name or query.
    if not may_be_empty and not (value if key == "old_str" else value.strip()):
        raise _UnclearError(f"'{key}' must not be empty.")
    return value


def _range(value: object) -> tuple[int, int | None]:
    """First and last line of a view; an end of -1 is the end of the file."""
    if value is None:
        return 1, None
    match value:
        # Models write the list as a text now and then.
        case str() if (words := _RANGE.fullmatch(value)) is not None:
            return _range([words["first"], words["last"]])
        case [one, other]:
            first, last = _whole(one), _whole(other)
            if first is not None and first >= 1 and last == -1:
                return first, None
            if first is not None and last is not None and 1 <= first <= last:
                return first, last
    raise _UnclearError(
        "'view_range' must be [start, end] with 1 <= start <= end, or end -1 for the last line."
    )


def _insert_line(given: Mapping[str, Any]) -> int:
    line = _whole(given.get("insert_line"))
    if line is None or line < 0:
        raise _UnclearError("'insert_line' must be a whole number, 0 or above.")
    return line


def _whole(value: object) -> int | None:
    """A whole number, also where a model writes it as text or with a decimal point; None for anything else."""
    match value:
        # Before `int`, of which it is a subclass.
        case bool():
            return None
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case str() if _WHOLE.fullmatch(value):
            return int(value)
    return None
