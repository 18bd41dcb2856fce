"""From scored passages to excerpts: the best ones under a budget, neighbours joined."""

from __future__ import annotations

from collections.abc import Sequence

from foreword.core.outline import Excerpt
from foreword.core.tokens import estimate
from foreword.index.search.reranking import Scored

LIKE_SCORE = 0.5
"""A passage joins a better neighbour if its score is at least this share of the neighbour's."""


def choose(scored: Sequence[Scored], *, limit: int, budget_tokens: int | None) -> list[Excerpt]:
    """At most `limit` excerpts of at most `budget_tokens` in all, best first.

    A passage beside a chosen one joins it, unless it is much weaker. Where two excerpts meet they stay two, so that
    the order holds when the list is read from the top; under a budget all of it is read, and they are joined.
    """
    chosen: list[Excerpt] = []
    n_tokens = 0
    for one in sorted(scored, key=lambda one: (-one.score, one.path, one.passage.start)):
        cost = estimate(one.text) + 1
        # Goes on after one that does not fit: a shorter one behind it may.
        if budget_tokens is not None and n_tokens + cost > budget_tokens:
            continue
        excerpt = _excerpt(one)
        place = _neighbour(chosen, excerpt)
        if place is not None:
            chosen[place] = _joined(chosen[place], excerpt)
        elif len(chosen) < limit:
            chosen.append(excerpt)
        else:
            break
        n_tokens += cost
    return chosen if budget_tokens is None else _all_joined(chosen)


def _excerpt(one: Scored) -> Excerpt:
    passage, symbol = one.passage, one.passage.symbol
    is_symbol = symbol is not None and passage.start <= symbol.line and symbol.end_line <= passage.end
    name = symbol.name if symbol is not None and is_symbol else None
    return Excerpt(one.path, passage.start, passage.end, one.score, one.text, name)


def _neighbour(chosen: Sequence[Excerpt], excerpt: Excerpt, like: float = LIKE_SCORE) -> int | None:
    """The place of an excerpt that ends where the other begins, or begins where it ends."""
    for place, one in enumerate(chosen):
        next_to = one.end_line + 1 == excerpt.start_line or excerpt.end_line + 1 == one.start_line
        if next_to and one.path == excerpt.path and excerpt.score >= like * one.score:
            return place
    return None


def _all_joined(chosen: Sequence[Excerpt]) -> list[Excerpt]:
    """The same lines without neighbours: each excerpt has joined the best one that it touches, through others or not."""
    apart: list[Excerpt] = []
    for excerpt in chosen:
        one = excerpt
        while (place := _neighbour(apart, one, like=0.0)) is not None:
            one = _joined(apart.pop(place), one)
        apart.append(one)
    return sorted(apart, key=lambda one: (-one.score, one.path, one.start_line))


def _joined(one: Excerpt, other: Excerpt) -> Excerpt:
    """Both together, with the score of the better one, and its symbol if it has one."""
    first, last = (one, other) if one.start_line < other.start_line else (other, one)
    text = f"{first.text}\n{last.text}"
    better, worse = (one, other) if one.score >= other.score else (other, one)
    symbol = better.symbol or worse.symbol
    return Excerpt(one.path, first.start_line, last.end_line, better.score, text, symbol)
