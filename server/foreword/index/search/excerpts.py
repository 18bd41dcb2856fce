"""From scored passages to excerpts: the best ones under a budget, whole definitions where they are short, neighbours joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType

from foreword.core.outline import Definition, Excerpt
from foreword.core.tokens import estimate
from foreword.index.search.passages import TELLING, lead
from foreword.index.search.reranking import ReadFile, ScoredPassage

LIKE_SCORE = 0.5
"""A passage joins a better neighbour if its score is at least this share of the neighbour's."""
WHOLE_LINES = 60
"""A definition of at most so many lines is shown as a whole, if any part of it is."""
MAX_AROUND = 3
"""So many of the definitions around an excerpt are named above it, the innermost ones."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines `start` to `end` (1-based, inclusive) that are to be shown, with the score and the symbol of their best part."""

    path: str
    start: int
    end: int
    score: float
    symbol: Definition | None

    def joined(self, other: _Span) -> _Span:
        """Both together and what lies between them, with the score and the symbol of the better one."""
        better, worse = (self, other) if self.score >= other.score else (other, self)
        first, last = min(self.start, other.start), max(self.end, other.end)
        return _Span(self.path, first, last, better.score, better.symbol or worse.symbol)


def choose(
    scored: Iterable[ScoredPassage],
    files: Mapping[str, ReadFile],
    *,
    limit: int,
    budget_tokens: int | None,
    enough: float = 0.0,
    shown_lines: Mapping[str, Sequence[tuple[int, int]]] = MappingProxyType({}),
) -> list[Excerpt]:
    """At most `limit` excerpts of at most `budget_tokens` in all, best first, of the `files` that were read; none of `shown_lines`.

    What scores less than the share `enough` of the best is left out. A passage beside a chosen one of the same definition
    joins it, unless it is much weaker. Where two excerpts meet they stay two, so that the order holds when the list is read from the
    top; under a budget all of it is read, and they are joined.
    """
    chosen: list[_Span] = []
    # By path, since there are many passages and most are of files that nothing was chosen of.
    places: dict[str, list[int]] = {}
    left = float("inf") if budget_tokens is None else float(budget_tokens)
    for one in (ordered := sorted(scored, key=lambda one: (-one.score, one.path, one.passage.start))):
        if one.score < enough * ordered[0].score:
            break
        of_file = places.setdefault(one.path, [])
        others = _shown(one.path, shown_lines) + [chosen[place] for place in of_file]
        for span in _spans(one, files[one.path], others):
            # Where all of it is read, a line alone is what fills the rest of a budget; in a list it may be the answer.
            if budget_tokens is not None and chosen and not _is_some(span, files[span.path]):
                continue
            place = next((n for n in of_file if _is_next(chosen[n], span, files)), None)
            joined = span if place is None else chosen[place].joined(span)
            cost = 0
            if budget_tokens is not None:
                # Of the thousands of passages most are looked at when little is left: what is around them costs more yet.
                if place is None and estimate("\n".join(_lines(span, files))) >= left:
                    continue
                cost = _cost(joined, files) - (0 if place is None else _cost(chosen[place], files))
            # Goes on after one that does not fit: a shorter one behind it may.
            if cost > left or (place is None and len(chosen) == limit):
                continue
            if place is None:
                of_file.append(len(chosen))
                chosen.append(joined)
            else:
                chosen[place] = joined
            left -= cost
            break
        if len(chosen) == limit and budget_tokens is None:
            break
    apart = chosen if budget_tokens is None else _all_joined(chosen, files)
    return [_excerpt(span, files[span.path]) for span in apart]


def _shown(path: str, shown_lines: Mapping[str, Sequence[tuple[int, int]]]) -> list[_Span]:
    return [_Span(path, first, last, 0.0, None) for first, last in shown_lines.get(path, ())]


def _spans(one: ScoredPassage, file: ReadFile, chosen: Sequence[_Span]) -> Iterator[_Span]:
    """What could be shown for a passage, the best first: the whole definition that it is a part of, or itself."""
    passage, symbol = one.passage, one.passage.symbol
    start, end = passage.start, passage.end
    if symbol is not None and symbol.end_line - symbol.line < WHOLE_LINES:
        first = start if start <= symbol.line else lead(file.lines, symbol.line, 1)
        whole = _Span(one.path, first, max(end, symbol.end_line), one.score, symbol)
        if (whole.start, whole.end) != (start, end):
            yield from _new(whole, file, chosen)
    yield from _new(_Span(one.path, start, end, one.score, symbol), file, chosen)


def _new(span: _Span, file: ReadFile, chosen: Sequence[_Span]) -> Iterator[_Span]:
    """The part of a span that no chosen one shows, without blank lines around it; nothing if that says nothing."""
    start, end = span.start, min(span.end, len(file.lines))
    for other in chosen:
        if other.path == span.path and other.start <= end and start <= other.end:
            if other.start <= start:
                start = other.end + 1
            elif other.end >= end:
                end = other.start - 1
            else:
                # The chosen one lies inside: the larger side is worth more.
                above, below = other.start - start, end - other.end
                start, end = (start, other.start - 1) if above >= below else (other.end + 1, end)
    while start <= end and not file.lines[start - 1].strip():
        start += 1
    while start <= end and not file.lines[end - 1].strip():
        end -= 1
    if any(TELLING.match(line) for line in file.lines[start - 1 : end]):
        yield replace(span, start=start, end=end)


def _is_some(span: _Span, file: ReadFile) -> bool:
    """Whether a span is more than a line, or a definition."""
    symbol = span.symbol
    if symbol is not None and span.start <= symbol.line and symbol.end_line <= span.end:
        return True
    return sum(1 for line in file.lines[span.start - 1 : span.end] if TELLING.match(line)) > 1


def _lines(span: _Span, files: Mapping[str, ReadFile]) -> Sequence[str]:
    return files[span.path].lines[span.start - 1 : span.end]


def _cost(span: _Span, files: Mapping[str, ReadFile]) -> int:
    around = (line for _, line in _around(span, files[span.path]))
    return estimate("\n".join((*around, *_lines(span, files)))) + 1


def _is_next(chosen: _Span, span: _Span, files: Mapping[str, ReadFile]) -> bool:
    """Whether a span of the same definition ends where a chosen one begins, or begins where it ends."""
    is_like = chosen.symbol == span.symbol and span.score >= LIKE_SCORE * chosen.score
    return is_like and _meets(chosen, span, files)


def _all_joined(chosen: Sequence[_Span], files: Mapping[str, ReadFile]) -> list[_Span]:
    """The same lines without neighbours: each span has joined the best one that it touches, through others or not."""
    apart: list[_Span] = []
    for span in chosen:
        one = span
        while (
            place := next((n for n, each in enumerate(apart) if _meets(each, one, files)), None)
        ) is not None:
            one = apart.pop(place).joined(one)
        apart.append(one)
    return sorted(apart, key=lambda one: (-one.score, one.path, one.start))


def _meets(one: _Span, other: _Span, files: Mapping[str, ReadFile]) -> bool:
    """Whether nothing but blank lines lies between two spans."""
    if one.path != other.path:
        return False
    first, last = (one, other) if one.start < other.start else (other, one)
    return not any(line.strip() for line in files[one.path].lines[first.end : last.start - 1])


def _excerpt(span: _Span, file: ReadFile) -> Excerpt:
    inside = [
        one
        for one in (span.symbol, *file.definitions)
        if one is not None and span.start <= one.line and one.end_line <= span.end
    ]
    whole = (
        one for one in inside if one.end_line == span.end and lead(file.lines, one.line, 1) <= span.start
    )
    # What the excerpt is as a whole, whatever in it told most; else its best part.
    symbol = next(whole, span.symbol if span.symbol in inside else None)
    name = symbol.name if symbol else None
    text = "\n".join(file.lines[span.start - 1 : span.end])
    return Excerpt(span.path, span.start, span.end, span.score, text, name, _around(span, file))


def _around(span: _Span, file: ReadFile) -> tuple[tuple[int, str], ...]:
    """The first lines of the definitions that an excerpt begins in, the outermost first."""
    begins = {
        one.line
        for one in file.definitions
        if one.line < span.start <= one.end_line and one.line <= len(file.lines)
    }
    inner = islice(sorted(begins, reverse=True), MAX_AROUND)
    return tuple((line, file.lines[line - 1]) for line in sorted(inner))
