"""Following definitions through edits: where they stand in a text that has changed since it was outlined.

Everything above and below the changed lines stands as it did, only shifted. What began within them is dropped,
unless its line is still there in place and still has its name: no guess is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from foreword.core.outline import Definition


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
