"""A piece of a file worth showing for a question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines `start_line` to `end_line` (1-based, inclusive) of `path`.

    `text` holds exactly these lines, joined by newlines; `score` is comparable within one search only;
    `symbol` is the definition that the excerpt is, or that the best part of it is.
    """

    path: str
    start_line: int
    end_line: int
    score: float
    text: str
    symbol: str | None = None
