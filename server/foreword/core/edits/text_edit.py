r"""One replacement in one document, and how a document with replacements reads.

Places are counted in characters of `Text.content`: Unicode code points, with the file's own newlines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` up to `end`, which are `before`, become `after`."""

    start: int
    end: int
    before: str
    after: str


def apply_edits(content: str, edits: Iterable[Edit]) -> str:
    """The content with all edits carried out; their places are those in `content`, and none overlaps another.

    Edits that begin and end at the same place go in the given order.
    """
    pieces, done = list[str](), 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += (content[done : edit.start], edit.after)
        done = edit.end
    return "".join((*pieces, content[done:]))


def trimmed(edit: Edit) -> Edit:
    r"""The same edit without what `before` and `after` have in common at both ends; "\r\n" is never cut in two."""
    before, after = edit.before, edit.after
    head = _n_common(before, after)
    if head and before[head - 1] == "\r" and "\n" in (before[head : head + 1], after[head : head + 1]):
        head -= 1
    before, after = before[head:], after[head:]
    tail = _n_common(before[::-1], after[::-1])
    if tail and before[-tail] == "\n" and "\r" in (before[-tail - 1 : -tail], after[-tail - 1 : -tail]):
        tail -= 1
    kept = slice(None, -tail if tail else None)
    return Edit(edit.start + head, edit.end - tail, before[kept], after[kept])


def _n_common(one: str, other: str) -> int:
    """How many characters are the same from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))
