"""The delta: what was saved since the anchor, as blocks that are appended and never rewritten.

Each block tells the difference between what the model was last shown of each changed file and what is
saved now. A file is told by a unified diff; where the model saw only an outline of it, or nothing, the
definitions of the new version follow. What is too large is named only, and the model can view it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition, Outline
from foreword.core.text import Text, printable
from foreword.core.tokens import estimate, weigh
from foreword.prefix.layers import Block, Form, Part, text_digest
from foreword.prefix.render import quoted, render_file, render_outline

MAX_FILE_TOKENS = 4_000
MAX_BLOCK_TOKENS = 12_000
MAX_NAMED = 400
MAX_OUTLINE_DEFINITIONS = 40


@dataclass(frozen=True, slots=True)
class FileChange:
    """One changed file. `before` is what the model was last shown, `after` what is saved; None: does not exist.

    `form` is how the model knows the file so far, None if it was never shown.
    """

    path: str
    before: Text | None
    after: Text | None
    outline: Outline
    form: Form | None


def render_delta(changes: Iterable[FileChange], further: Iterable[str] = ()) -> Block | None:
    """One block for all changes in path order, or None where there are none; `further` paths are only named."""
    pieces, parts, named, left = list[str](), list[Part](), list[str](), float(MAX_BLOCK_TOKENS)
    for change in sorted(changes, key=lambda change: change.path):
        text, form = _told(change)
        n_tokens = estimate(text)
        if n_tokens > min(left, MAX_FILE_TOKENS):
            text, form = _outlined(change), "outline"
            n_tokens = estimate(text)
        if n_tokens > left:
            named.append(change.path)
            text = ""
        left -= n_tokens if text else 0
        pieces.append(text)
        parts.append(Part(change.path, form, text_digest(text), weigh(text)))
    for path in further:
        named.append(path)
        parts.append(Part(path, "outline", text_digest(""), 0.0))
    body = "".join(pieces) + _names(named)
    return Block(f"<changes>\n{body}</changes>\n", tuple(parts)) if body else None


def unified_diff(before: str, after: str, path: str) -> str:
    """A unified diff of two texts with three lines of context; a missing final newline is marked as git does."""
    rows = difflib.unified_diff(
        _terminated(before), _terminated(after), f"a/{path}", f"b/{path}", lineterm=""
    )
    return "".join(f"{row}\n" for row in rows)


def _told(change: FileChange) -> tuple[str, Form]:
    name = quoted(change.path)
    if change.after is None:
        return f"<deleted path={name}/>\n", "diff"
    if change.before is None:
        return f"<new>\n{render_file(change.path, change.after, change.outline)}</new>\n", "full"
    diff = unified_diff(printable(change.before.content), printable(change.after.content), change.path)
    if not diff:
        return f"<changed path={name}>only line endings or the encoding changed</changed>\n", "diff"
    outline = _definitions(change) if change.form != "full" else ""
    return f"<changed path={name}>\n{diff}{outline}</changed>\n", "diff"


def _outlined(change: FileChange) -> str:
    if change.after is None:
        return f"<deleted path={quoted(change.path)}/>\n"
    kind = "new" if change.before is None else "changed"
    return (
        f"<{kind} path={quoted(change.path)}>too large to show here; view it for its text. Its definitions now:\n"
        f"{_definitions(change)}</{kind}>\n"
    )


def _definitions(change: FileChange) -> str:
    definitions: Sequence[Definition] = change.outline.definitions[:MAX_OUTLINE_DEFINITIONS]
    if change.after is None or not definitions:
        return ""
    return render_outline(change.path, definitions)


def _names(paths: Sequence[str]) -> str:
    if not paths:
        return ""
    rows = "".join(f"{path}\n" for path in paths[:MAX_NAMED])
    more = f"(and {len(paths) - MAX_NAMED} more)\n" if len(paths) > MAX_NAMED else ""
    return f"<changed-files>changed, too many to show here; view them for their text:\n{rows}{more}</changed-files>\n"


def _terminated(text: str) -> list[str]:
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], lines[-1] + "\n\\ No newline at end of file"]
