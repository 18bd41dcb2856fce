"""Places in the snapshot that an answer points at: `path:line` or `path:first-last` in its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from foreword.assist.question.answer import Citation

_PLACE = re.compile(
    r"(?<![^\s:`\"'<>|*])(?P<path>[^\s:`\"'<>|*]+):L?(?P<first>\d{1,7})(?:[-–]L?(?P<last>\d{1,7}))?(?!\w)"  # noqa: RUF001 - models write an en dash
)
"""Begins at the beginning of a word only: looked for at every character of it, a long one would take minutes."""
_OPENING = "([{"


def find_citations(text: str, n_lines: Callable[[str], int | None]) -> tuple[Citation, ...]:
    """The places that exist, each once, in the order of the text; `n_lines` is None for a path that does not."""
    found = dict.fromkeys(_checked(text, n_lines))
    return tuple(found)


def _checked(text: str, n_lines: Callable[[str], int | None]) -> Iterator[Citation]:
    for match in _PLACE.finditer(text):
        first = int(match["first"])
        last = int(match["last"] or first)
        path = _known_path(match["path"], n_lines)
        limit = n_lines(path) if path else None
        if path and limit is not None and 1 <= first <= last <= limit:
            yield Citation(path, first, last)


def _known_path(written: str, n_lines: Callable[[str], int | None]) -> str | None:
    """The path as written, or what follows an opening bracket of the prose around it (`[that](a.py:3)`)."""
    starts = (0, *(i for i, character in enumerate(written, 1) if character in _OPENING))
    candidates = (written[start:].removeprefix("./") for start in starts)
    return next((path for path in candidates if n_lines(path) is not None), None)
