"""Where the inner breakpoint stands: files that change seldom come first, and the mark where it saves most.

When the anchor moves, everything after the first changed byte is written anew. With files in order of
rising volatility, a breakpoint after the first k files saves their tokens if none of them changed:
the best k maximises P(none of the first k changed) x tokens of the first k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log1p

COMMITS_BETWEEN_REBASES = 30
"""How many commits the anchor typically jumps over: about a day of an active team."""

HISTORY_SIZE = 1000
"""Churn is the (weighted) number of changes in so many commits."""


def by_volatility(paths: Sequence[str], churn: Mapping[str, float]) -> list[str]:
    """The paths with the seldom changed ones first; ties by path."""
    return sorted(paths, key=lambda path: (churn.get(path, 0.0), path))


def inner_breakpoint(sizes: Sequence[int], changes: Sequence[float]) -> int:
    """The number k of leading files before the inner breakpoint; 0 if no place is worth one.

    `sizes` are tokens and `changes` the churn of each file, both in order of rising churn.
    """
    best, best_saving, n_tokens, log_unchanged = 0, 0.0, 0, 0.0
    for k, (size, churn) in enumerate(zip(sizes, changes, strict=True), 1):
        n_tokens += size
        log_unchanged += COMMITS_BETWEEN_REBASES * log1p(-min(churn / HISTORY_SIZE, 0.999))
        saving = n_tokens * exp(log_unchanged)
        if saving > best_saving:
            best, best_saving = k, saving
    return best
