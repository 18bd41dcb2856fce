"""Replacements in a document: how it reads with them, and where its definitions stand then.

Places are counted in characters of `Text.content`: Unicode code points, with the file's own newlines.

Everything above and below the changed lines stands as it did, only shifted. What began within them is dropped,
unless its line is still there in place and still has its name: no guess is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition


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


def follow(
    definitions: Sequence[Definition], before: Sequence[str], after: Sequence[str]
) -> tuple[Definition, ...]:
    """The definitions of the text with the lines `before`, as they stand in the one with the lines `after`."""
    if before is after or before == after:
        return tuple(definitions)
    n_head = _n_common_head(before, after)
    n_tail = _n_common_tail(before, after, min(len(before), len(after)) - n_head)
    changed = (n_head + 1, len(before) - n_tail)
    shift = len(after) - len(before)
    moved = (_moved(definition, changed, shift, after) for definition in definitions)
    return tuple(definition for definition in moved if definition is not None)


def smallest_around(definitions: Sequence[Definition], first: int, last: int) -> Definition | None:
    """The smallest definition that holds the lines from `first` to `last` (1-based, inclusive)."""
    around = [one for one in definitions if one.line <= first and last <= one.end_line]
    return min(around, key=lambda one: (one.end_line - one.line, -one.line), default=None)


def _moved(
    definition: Definition, changed: tuple[int, int], shift: int, after: Sequence[str]
) -> Definition | None:
    first, last = changed
    if definition.end_line < first:
        return definition
    if definition.line > last:
        return definition._replace(line=definition.line + shift, end_line=definition.end_line + shift)
    if definition.line >= first and (shift or not _has_word(after[definition.line - 1], definition.name)):
        return None
    end = min(len(after), definition.end_line + shift)
    return definition._replace(end_line=end) if end >= definition.line else None


def _has_word(line: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) is not None


def _n_common_head(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with; by halves, so that long runs are compared at once."""
    known, bound = 0, min(len(one), len(other))
    while known < bound:
        middle = (known + bound + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            bound = middle - 1
    return known


def _n_common_tail(one: Sequence[str], other: Sequence[str], bound: int) -> int:
    """How many lines both end with, at most `bound`."""
    known, n_one, n_other = 0, len(one), len(other)
    while known < bound:
        middle = (known + bound + 1) // 2
        if one[n_one - middle : n_one - known] == other[n_other - middle : n_other - known]:
            known = middle
        else:
            bound = middle - 1
    return known
