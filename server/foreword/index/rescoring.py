"""The second stage of a search: the best files cut into passages, each scored on its text.

A passage is scored as a small document by BM25 with the corpus's own frequencies, more for words in the name and the
signature of its definition, and shares in the score of its file: a passage of the right file beats a chance match elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from foreword.core.outline import Definition, Outline
from foreword.core.text import lines_of
from foreword.index.candidates import Candidate
from foreword.index.passages import Passage, cut
from foreword.index.terms import WORD, parts, whole

SATURATION = 1.2
LENGTH_PENALTY = 0.4
USUAL_WORDS = 120
"""Words of a passage that is neither long nor short."""
NAME_WEIGHT = 2.0
SMOOTHING = 0.0
EVERY = 10000


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage of a file with its score and its text."""

    path: str
    passage: Passage
    score: float
    text: str


class Matcher:
    """Which terms of a query a word stands for; words are looked up once."""

    def __init__(self, worth: Mapping[str, float]) -> None:
        self._worth = worth
        self._terms_of: dict[str, tuple[str, ...]] = {}

    def learn(self, found: Iterable[str]) -> None:
        """Look up words that are new."""
        for word in set(found).difference(self._terms_of):
            pieces = parts(word)
            all_terms = (*pieces, whole(word)) if len(pieces) > 1 else pieces
            self._terms_of[word] = tuple(term for term in all_terms if term in self._worth)

    def count(self, found: Sequence[str]) -> dict[str, float]:
        """How often words that were learnt mention each term."""
        terms_of = self._terms_of
        counts: dict[str, float] = {}
        for terms in [terms_of[word] for word in found if terms_of[word]]:
            for term in terms:
                counts[term] = counts.get(term, 0.0) + 1.0
        return counts

    def score(self, counts: Mapping[str, float], n_words: int) -> float:
        """BM25 of a passage."""
        penalty = SATURATION * (1 - LENGTH_PENALTY + LENGTH_PENALTY * n_words / USUAL_WORDS)
        return sum(self._worth[term] * n / (n + penalty) for term, n in counts.items())


def rescore(file: Candidate, outline: Outline, text: str, matcher: Matcher, share: float) -> list[Scored]:
    """The passages of a file that mention a term at all, with their scores, in order."""
    lines = lines_of(text)
    passages = cut(outline.definitions, lines)
    pieces = ["\n".join(lines[passage.start - 1 : passage.end]) for passage in passages]
    words_of = [WORD.findall(piece) for piece in pieces]
    symbols = {one for passage in passages if passage.symbol for one in (passage.symbol.name, passage.symbol.parent or "")}
    matcher.learn(chain(symbols, *words_of))
    scores = []
    for passage, found in zip(passages, words_of, strict=True):
        counts = matcher.count(found)
        if counts:
            _add_symbol(counts, passage.symbol, matcher)
        scores.append(matcher.score(counts, len(found)))
    smooth = _smoothed(scores)
    some = [value > 0 or len(scores) < EVERY for value in smooth]
    return [
        Scored(file.path, passage, score + share * file.score, piece)
        for passage, piece, score, useful in zip(passages, pieces, smooth, some, strict=True)
        if useful
    ]


def _smoothed(scores: Sequence[float]) -> list[float]:
    before, after = [0.0, *scores[:-1]], [*scores[1:], 0.0]
    return [own + SMOOTHING * (left + right) for own, left, right in zip(scores, before, after, strict=True)]


def _add_symbol(counts: dict[str, float], symbol: Definition | None, matcher: Matcher) -> None:
    if symbol is not None:
        for term, n in matcher.count([symbol.name, symbol.parent or ""]).items():
            counts[term] = counts.get(term, 0.0) + n * NAME_WEIGHT
