"""From scored passages to excerpts: the best ones under a budget, neighbours joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from foreword.core.excerpt import Excerpt
from foreword.core.tokens import estimate
from foreword.index.rescoring import Scored


def choose(scored: Sequence[Scored], *, limit: int, budget_tokens: int | None) -> list[Excerpt]:
    """At most `limit` excerpts of at most `budget_tokens` in all, best first; adjacent passages are joined."""
    chosen: list[Excerpt] = []
    n_tokens = 0
    for one in sorted(scored, key=lambda one: (-round(one.score, 6), one.path, one.passage.start)):
        cost = estimate(one.text) + 1
        if budget_tokens is not None and n_tokens + cost > budget_tokens:
            continue
        place = next((at for at, other in enumerate(chosen) if _touches(other, one)), None)
        if place is not None:
            chosen[place] = _joined(chosen[place], one)
        elif len(chosen) < limit:
            symbol = one.passage.symbol.name if one.passage.symbol else None
            chosen.append(Excerpt(one.path, one.passage.start, one.passage.end, one.score, one.text, symbol))
        else:
            break
        n_tokens += cost
    return chosen


def _touches(excerpt: Excerpt, one: Scored) -> bool:
    passage = one.passage
    return excerpt.path == one.path and (passage.end + 1 == excerpt.start_line or excerpt.end_line + 1 == passage.start)


def _joined(excerpt: Excerpt, one: Scored) -> Excerpt:
    if one.passage.start < excerpt.start_line:
        return replace(excerpt, start_line=one.passage.start, text=f"{one.text}\n{excerpt.text}")
    return replace(excerpt, end_line=one.passage.end, text=f"{excerpt.text}\n{one.text}")
