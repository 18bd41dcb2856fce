"""A boost for definitions whose names the best passages mention.

A question says what is to be done; the code that does it says what it needs for that. A definition in one of the
files that were read becomes worth more if one of the best passages mentions its name: the more, the better that
passage is, the fewer files define the name, and the fewer have it at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from heapq import nlargest

import numpy as np

from foreword.core.outline import DefinitionKind
from foreword.index.index import Index
from foreword.index.search.reranking import SCORE_DIGITS, ScoredPassage, naming_term
from foreword.index.text.term_hash import term_hash
from foreword.index.text.terms import WORD, words

N_BEST = 16
"""So many of the best passages are looked at for what they mention."""
WEIGHT = 0.1
"""Of a definition that a passage mentions by a name nobody else has, in units of that passage."""
SHORTEST_NAME = 3
DEFINITIONS = 0
"""The field of a file's vector that holds the names of its definitions."""

_NEVER_MENTIONED: frozenset[DefinitionKind] = frozenset(("heading", "key", "selector", "test"))


def with_neighbours(index: Index, scored: Sequence[ScoredPassage], most: float) -> list[ScoredPassage]:
    """The same passages in the same order; definitions that others of the best mention are scored higher.

    Of the score of a passage that mentions something, `most` counts.
    """
    best = nlargest(N_BEST, scored, key=lambda one: one.score)
    defined = [_defined(one) for one in scored]
    known = {name for name in defined if name is not None}
    mentions = [(one, known.intersection(_words(one.text))) for one in best]
    tells = _tells(index, set().union(*(names for _, names in mentions)))
    return [
        # A line that the query names lifts its passage far above all others: what that one mentions gets no
        # share of it.
        _raised(one, tells.get(name or "", 0.0) * min(_best_mention(one, name, mentions), most))
        for one, name in zip(scored, defined, strict=True)
    ]


def _words(text: str) -> Sequence[str]:
    """What may be a name in a text; beyond ASCII a name may have letters of several scripts, or stand among such."""
    return words(text) if text.isascii() else [*WORD.findall(text), *words(text)]


def _defined(one: ScoredPassage) -> str | None:
    """The name whose definition begins in a passage, if code can mention it."""
    symbol, passage = one.passage.symbol, one.passage
    if symbol is None or symbol.kind in _NEVER_MENTIONED or not passage.start <= symbol.line <= passage.end:
        return None
    return symbol.name if len(symbol.name) >= SHORTEST_NAME and WORD.fullmatch(symbol.name) else None


def _tells(index: Index, names: Collection[str]) -> Mapping[str, float]:
    """How surely a mention of each name means its definition, from 0 to 1.

    A name of one word is as common as that word is in longer names too, and so hardly ever sure.
    """
    hashes = {name: term_hash(naming_term(name)) for name in names}
    place_of = {one: place for place, one in enumerate(sorted(set(hashes.values())))}
    _, which, counts = index.terms.find(list(place_of))
    n_with = np.bincount(which, minlength=len(place_of))
    n_defining = np.bincount(which[counts[:, DEFINITIONS] > 0], minlength=len(place_of))
    n_files = max(len(index.paths), 1)
    rarity = np.log1p(n_files / np.maximum(n_with, 1)) / np.log1p(n_files)
    tells = (rarity / np.maximum(n_defining, 1)).tolist()
    return {name: tells[place_of[one]] for name, one in hashes.items()}


def _best_mention(
    one: ScoredPassage, name: str | None, mentions: Sequence[tuple[ScoredPassage, Collection[str]]]
) -> float:
    """The score of the best other passage that mentions `name`; 0 if none does."""
    return next((other.score for other, names in mentions if name in names and other is not one), 0.0)


def _raised(one: ScoredPassage, mentioned: float) -> ScoredPassage:
    return replace(one, score=round(one.score + WEIGHT * mentioned, SCORE_DIGITS)) if mentioned else one
