"""The second stage of a search: the best files cut into passages, each scored on its text.

A passage is scored as a small document by BM25 with the corpus's own frequencies, more for words in the name and the
signature of its definition, and shares in the score of its file: a passage of the right file beats a chance match elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition, Outline
from foreword.index.candidates import Candidate
from foreword.index.passages import Passage, cut
from foreword.index.terms import WORD, parts, whole, words

SATURATION = 1.2
LENGTH_PENALTY = 0.4
USUAL_WORDS = 120
"""Words of a passage that is neither long nor short."""
NAME_WEIGHT = 2.0
SIGNATURE_WEIGHT = 0.5


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

    def terms_of(self, word: str) -> tuple[str, ...]:
        """The terms that `word` mentions."""
        found = self._terms_of.get(word)
        if found is None:
            pieces = parts(word)
            all_terms = (*pieces, whole(word)) if len(pieces) > 1 else pieces
            found = self._terms_of[word] = tuple(term for term in all_terms if term in self._worth)
        return found

    def count(self, text: str) -> tuple[dict[str, float], int]:
        """How often `text` mentions each term, and how many words it has."""
        found: dict[str, float] = {}
        all_words = WORD.findall(text)
        for word in all_words:
            for term in self.terms_of(word):
                found[term] = found.get(term, 0.0) + 1.0
        return found, len(all_words)

    def score(self, counts: Mapping[str, float], n_words: int) -> float:
        """BM25 of a passage."""
        penalty = SATURATION * (1 - LENGTH_PENALTY + LENGTH_PENALTY * n_words / USUAL_WORDS)
        return sum(self._worth[term] * n / (n + penalty) for term, n in counts.items())


def rescore(file: Candidate, outline: Outline, text: str, matcher: Matcher, share: float) -> list[Scored]:
    """The passages of a file with their scores, in order."""
    lines = text.split("\n")
    scored = []
    for passage in cut(outline.definitions, lines):
        piece = "\n".join(lines[passage.start - 1 : passage.end])
        counts, n_words = matcher.count(piece)
        _add_symbol(counts, passage.symbol, matcher)
        scored.append(Scored(file.path, passage, matcher.score(counts, n_words) + share * file.score, piece))
    return scored


def _add_symbol(counts: dict[str, float], symbol: Definition | None, matcher: Matcher) -> None:
    if symbol is None:
        return
    for text, weight in ((f"{symbol.parent or ''} {symbol.name}", NAME_WEIGHT), (symbol.signature, SIGNATURE_WEIGHT)):
        for word in words(text):
            for term in matcher.terms_of(word):
                counts[term] = counts.get(term, 0.0) + weight
