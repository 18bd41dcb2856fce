"""The delta: what was saved since the anchor, as blocks that are appended and never rewritten.

Each block tells the difference between what the model was last shown of each changed file and what is
saved now. A file is told by a unified diff; where the model saw only an outline or parts of it, or nothing, the
definitions of the new version follow. What is too large is named only, and the model can view it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foreword.core.documents.text import Text
from foreword.core.outline import Definition, Outline
from foreword.core.secrets.redaction import collapsed, shown
from foreword.core.tokens import estimate, weigh
from foreword.prefix.base.render import in_a_row, quoted, render_file, render_hidden, render_outline
from foreword.prefix.instruction_files import (
    INSTRUCTION_FORMS,
    InstructionFile,
    render_changed_instructions,
    render_instructions,
)
from foreword.prefix.layers import Block, Form, Part, text_digest

MAX_FILE_TOKENS = 4_000
MAX_BLOCK_TOKENS = 12_000
MAX_NAMED = 400
MAX_OUTLINE_DEFINITIONS = 40
# What difflib shows when it is not told otherwise: `unified_diff` must leave as many lines around a change.
CONTEXT_LINES = 3
_HUNK = re.compile(r"@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)?) @@")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One changed file. `before` is what the model was last shown, `after` what is saved; None: does not exist.

    `form` is how the model knows the file so far, None if it was never shown. `hidden` is why its text is left out now,
    though the file is there; `after` is None then. `instructions` are the tokens that an instruction file may take (0: it is
    none), which `imported_by` names another one for.
    """

    path: str
    before: Text | None
    after: Text | None
    outline: Outline
    form: Form | None
    hidden: str = ""
    instructions: int = 0
    imported_by: str = ""


def render_delta(changes: Iterable[FileChange], further: Iterable[str] = ()) -> Block | None:
    """One block for all changes in path order, or None where there are none; `further` paths are only named."""
    pieces, parts, named, left = list[str](), list[Part](), list[str](), float(MAX_BLOCK_TOKENS)
    # In the order of paths: the same changes give the same bytes, in whatever order they were found.
    for change in sorted(changes, key=lambda change: change.path):
        limit = min(left, change.instructions or MAX_FILE_TOKENS)
        text, form = _instruction_change(change, int(limit)) if change.instructions else _told(change)
        n_tokens = estimate(text)
        if n_tokens > limit:
            text, form = _outlined(change), "outline"
            n_tokens = estimate(text)
        # The block goes on after a file that does not fit: a smaller one behind it may.
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
    """A unified diff of two texts with three lines of context; a missing final newline is marked as git does.

    What both begin and end with is set aside first: difflib takes lines that occur often for noise, and would
    give everything behind a change in a file of such lines.
    """
    old, new = _terminated(before), _terminated(after)
    n_head = _n_common(old, new)
    # Behind the head only: a line that both ends could claim must not be set aside twice.
    n_tail = _n_common(old[n_head:][::-1], new[n_head:][::-1])
    skipped, left = max(0, n_head - CONTEXT_LINES), max(0, n_tail - CONTEXT_LINES)
    # The rows of the texts have no line end, so the headers must get none either.
    rows = difflib.unified_diff(
        old[skipped : len(old) - left], new[skipped : len(new) - left], f"a/{path}", f"b/{path}", lineterm=""
    )
    return "".join(f"{_shifted(row, skipped)}\n" for row in rows)


def _told(change: FileChange) -> tuple[str, Form]:
    name = quoted(change.path)
    if change.hidden:
        return render_hidden(change.path, change.hidden), "hidden"
    if change.after is None:
        return f"<deleted path={name}/>\n", "diff"
    if change.before is None:
        return f"<new>\n{render_file(change.path, change.after, change.outline)}</new>\n", "full"
    # Both sides are redacted before they are compared: a diff of the raw texts would show a secret that
    # changed.
    diff = collapsed(unified_diff(shown(change.before.content), shown(change.after.content), change.path))
    if not diff:
        old, new = (text.content.splitlines() for text in (change.before, change.after))
        what = "a redacted value" if old != new else "line endings or the encoding"
        return f"<changed path={name}>only {what} changed</changed>\n", "diff"
    # Who saw an outline needs the new one too: the next question is mostly about the change, which only the
    # diff shows, and the line numbers of the old outline no longer hold.
    outline = _definitions(change) if change.form != "full" else ""
    return f"<changed path={name}>\n{diff}{outline}</changed>\n", "diff"


def _instruction_change(change: FileChange, room: int) -> tuple[str, Form]:
    """The change of an instruction file: what was not shown as one yet stands there whole, or cut."""
    if change.after is None:
        return _told(change)
    whole = render_instructions(InstructionFile(change.path, change.after, change.imported_by), room)
    if change.before is None or change.form not in INSTRUCTION_FORMS:
        return whole
    diff = collapsed(unified_diff(shown(change.before.content), shown(change.after.content), change.path))
    told = render_changed_instructions(change.path, diff) if diff else _told(change)[0]
    # A text that was written anew has a diff of twice its length.
    return (told, "diff") if estimate(told) <= min(room, estimate(whole[0])) else whole


def _outlined(change: FileChange) -> str:
    if change.hidden:
        return render_hidden(change.path, change.hidden)
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
    rows = "".join(f"{in_a_row(path)}\n" for path in paths[:MAX_NAMED])
    more = f"(and {len(paths) - MAX_NAMED} more)\n" if len(paths) > MAX_NAMED else ""
    return f"<changed-files>changed, too many to show here; view them for their text:\n{rows}{more}</changed-files>\n"


def _n_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items two sequences begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _shifted(row: str, n_lines: int) -> str:
    """A row of a diff whose lines are counted from `n_lines` further back; only headers begin with an at sign."""
    header = _HUNK.fullmatch(row)
    if header is None:
        return row
    old, old_length, new, new_length = header.groups()
    return f"@@ -{int(old) + n_lines}{old_length} +{int(new) + n_lines}{new_length} @@"


def _terminated(text: str) -> list[str]:
    # Not `splitlines`: that also cuts at form feeds and other signs that end no line for git.
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1]
    # Part of the line itself, so that a file which only gains or loses its last newline has a diff.
    return [*lines[:-1], lines[-1] + "\n\\ No newline at end of file"]
