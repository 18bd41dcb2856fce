"""The model's tools, carried out on the snapshot: nothing here touches the disk or leaves the workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from foreword.core.documents.text import lines_of
from foreword.core.errors import Problem
from foreword.core.outline import Definition, Excerpt
from foreword.core.secrets.redaction import shown
from foreword.model.tool_call import (
    CreateCall,
    DeleteCall,
    FileCall,
    InsertCall,
    RenameCall,
    ReplaceCall,
    SearchCall,
    SymbolsCall,
    ToolCall,
    ViewCall,
    parse_call,
)
from foreword.prefix.base.render import numbered, render_hidden

MAX_VIEW_LINES = 1_200
MAX_LISTED = 300
MAX_DEFINITIONS = 40

EditCall = CreateCall | ReplaceCall | InsertCall | FileCall


def no_editing(_: EditCall) -> str | Problem:
    """The `edit` of a `ToolScope` for questions: always a `Problem`, since questions change no files."""
    # An error and no missing tool: the tools are part of the cached prefix and the same for questions and
    # edits.
    return Problem("This is a question: files are not edited here. Show the change in your answer.")


def nothing_known(_path: str) -> str | None:
    """The `why_unseen` of a `ToolScope` that knows of nothing but what it shows."""
    return None


def _forget(_path: str, _first: int, _last: int) -> None:
    """Nobody wants to know what was viewed."""


@dataclass(frozen=True, slots=True)
class ToolScope:
    """What the tools may see: the paths of the snapshot, their texts, search and definitions.

    `edit` carries out an edit, on a proposal; `viewed` hears which lines (1-based, inclusive) of a file were shown.
    `why_unseen` says why a path that is there is not seen, None for one that is not there.
    `hidden` are files that the model was told to be left out, with the reasons.
    """

    paths: Sequence[str]
    read: Callable[[str], str | None]
    search: Callable[[str, int], Sequence[Excerpt]]
    definitions: Callable[[str], Sequence[tuple[str, Definition]]]
    edit: Callable[[EditCall], str | Problem] = no_editing
    viewed: Callable[[str, int, int], None] = _forget
    why_unseen: Callable[[str], str | None] = nothing_known
    hidden: Mapping[str, str] = field(default_factory=dict)


def tool_results(content: Sequence[Mapping[str, Any]], library: ToolScope) -> list[dict[str, Any]]:
    """A `tool_result` block for each `tool_use` block of an assistant's message, in their order."""
    return [_result(block, library) for block in content if block.get("type") == "tool_use"]


def _result(block: Mapping[str, Any], library: ToolScope) -> dict[str, Any]:
    call = parse_call(block)
    outcome = call if isinstance(call, Problem) else carry_out(call, library)
    failed = isinstance(outcome, Problem)
    text = outcome.message if isinstance(outcome, Problem) else outcome
    # Never empty: a result without text tells the model nothing.
    result = {"type": "tool_result", "tool_use_id": block["id"], "content": text or "(empty)"}
    return result | ({"is_error": True} if failed else {})


def carry_out(call: ToolCall, library: ToolScope) -> str | Problem:
    """What a call gives back to the model, or why it can't be done."""
    match call:
        case ViewCall(path, first, last):
            return _view(clean_path(path), first, last, library)
        case SearchCall(query, limit):
            return _found(library.search(query, limit))
        case SymbolsCall(name):
            return _defined(name, library.definitions(name))
        case CreateCall() | ReplaceCall() | InsertCall() | DeleteCall() | RenameCall():
            return library.edit(call)


def _view(path: str, start: int, last: int | None, library: ToolScope) -> str | Problem:
    content = library.read(path)
    if content is None and path in library.hidden:
        # In the words in which the changes told it.
        told = render_hidden(path, library.hidden[path])
        return Problem(f"{told}The file is there, but its text is not shown to you.")
    if content is None:
        return _list_directory(path, library)
    n_lines = len(lines_of(content))
    # A model that views a whole large file would fill its window with it.
    end = min(last or n_lines, n_lines, start + MAX_VIEW_LINES - 1)
    if start > max(n_lines, 1):
        return Problem(f"{path} has {n_lines} lines; view a range within them.")
    more = "" if end >= (last or n_lines) or end >= n_lines else f"(lines {end + 1} to {n_lines} not shown)\n"
    # Only what was really shown counts as seen, which a rewrite by `create` asks for.
    library.viewed(path, start, end)
    return numbered(shown(content), start, end) + more


def _list_directory(path: str, library: ToolScope) -> str | Problem:
    prefix = "" if path in ("", ".") else f"{path}/"
    below = [p[len(prefix) :] for p in library.paths if p.startswith(prefix)]
    if not below and (reason := library.why_unseen(path)):
        return Problem(f"{reason}.")
    if not below:
        return Problem(f"No file or directory {path!r} in the workspace; search for it, or view '.'.")
    names = sorted({name.split("/")[0] + ("/" if "/" in name else "") for name in below})
    more = f"(and {len(names) - MAX_LISTED} more)\n" if len(names) > MAX_LISTED else ""
    return "".join(f"{prefix}{name}\n" for name in names[:MAX_LISTED]) + more


def _found(excerpts: Sequence[Excerpt]) -> str:
    if not excerpts:
        return "Nothing found."
    return shown("\n".join(_shown(excerpt) for excerpt in excerpts))


def _shown(excerpt: Excerpt) -> str:
    lines = "".join(f"{number}\t{row}\n" for number, row in excerpt.rows)
    return f"{excerpt.path}:{excerpt.start_line}-{excerpt.end_line}\n{lines}"


def _defined(name: str, found: Sequence[tuple[str, Definition]]) -> str:
    rows = [f"{path}:{d.line}-{d.end_line} {d.described}\n" for path, d in found[:MAX_DEFINITIONS]]
    more = f"(and {len(found) - MAX_DEFINITIONS} more)\n" if len(found) > MAX_DEFINITIONS else ""
    return shown("".join(rows) + more) or f"No definition of {name} is known; search for it."


def clean_path(path: str) -> str:
    """A path as models write it: `./a`, `/a` and `a/` all mean `a` of the workspace."""
    return "/".join(part for part in path.split("/") if part not in ("", "."))
