"""The second stage of a search: the best files cut into passages, each scored on its text.

A passage is scored as a small document by BM25 with the corpus's own frequencies, more for words in the name and the
signature of its definition, and shares in the score of its file: a passage of the right file beats a chance match elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

from foreword.core.documents.text import lines_of
from foreword.core.outline import Outline
from foreword.index.search.passages import Passage, cut
from foreword.index.search.retrieval import Candidate
from foreword.index.text.terms import WORD, parts, whole

SATURATION = 1.2
LENGTH_PENALTY = 0.6
USUAL_WORDS = 100
"""Words of a passage that is neither long nor short."""
NAME_WEIGHT = 2.0
"""How many mentions it is worth that a definition is called so."""
DEFINED_WEIGHT = 0.25
"""Of the definition of an identifier that the query spells out, in units of endless mentions."""
SCORE_DIGITS = 6
"""Sums are exact to so many digits on every machine, in whatever order they were made."""
NAMED_LINE_WEIGHT = 2.0
"""Of a line that the query names, in units of a passage that has every word of the query."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage of a file with its score and its text."""

    path: str
    passage: Passage
    score: float
    text: str


class _TermsOf(dict[str, tuple[str, ...]]):
    """Which of some terms each word stands for; a word is looked up when it is first met.

    `roots` finds something in every word, in lower case, that stands for any term.
    """

    def __init__(self, terms: Container[str], roots: re.Pattern[str]) -> None:
        super().__init__()
        self._terms = terms
        self._roots = roots

    def __missing__(self, word: str) -> tuple[str, ...]:
        if not self._roots.search(word.lower()):
            self[word] = ()
            return ()
        pieces = parts(word)
        all_terms = (*pieces, whole(word)) if len(pieces) > 1 else pieces
        self[word] = found = tuple(term for term in all_terms if term in self._terms)
        return found


class Matcher:
    """Which terms of a query a word stands for; words are looked up once.

    `worth` says how much a mention of each term tells; `names` are the identifiers that the query spells out.
    `named_line` is what it is worth that the query names a line of a passage.
    """

    def __init__(self, worth: Mapping[str, float], names: Container[str] = ()) -> None:
        self._names = names
        # Each term of BM25 stays below its worth, and so a passage below the sum of all: a named line beats
        # every one.
        self.named_line = NAMED_LINE_WEIGHT * (sum(worth.values()) + 1.0)
        self._worth = worth
        self._roots = re.compile("|".join(re.escape(root) for root in dict.fromkeys(map(_root, worth))))
        self._terms_of = _TermsOf(worth, self._roots)

    def score(self, text: str, names: Sequence[str]) -> float:
        """BM25 of a passage; `names` are what its definition and the one around it are called."""
        # Most passages have no word of the query: one search is quicker than splitting them into words.
        if not self._roots.search(text.lower()):
            return 0.0
        found = WORD.findall(text)
        counts = self._count(found)
        for term, n in self._count(names).items() if counts else ():
            counts[term] = counts.get(term, 0.0) + n * NAME_WEIGHT
        penalty = SATURATION * (1 - LENGTH_PENALTY + LENGTH_PENALTY * len(found) / USUAL_WORDS)
        return sum(self._worth[term] * n / (n + penalty) for term, n in counts.items())

    def _count(self, found: Sequence[str]) -> dict[str, float]:
        """How often some words mention each term."""
        counts: dict[str, float] = {}
        terms_of = self._terms_of
        for word in found:
            for term in terms_of[word]:
                counts[term] = counts.get(term, 0.0) + 1.0
        return counts

    def defined(self, passage: Passage) -> float:
        """What it is worth that a passage begins the definition of a name that the query spells out."""
        symbol = passage.symbol
        if (
            symbol is None
            or symbol.name not in self._names
            or not passage.start <= symbol.line <= passage.end
        ):
            return 0.0
        return DEFINED_WEIGHT * self._worth.get(naming_term(symbol.name), 0.0)


def naming_term(name: str) -> str:
    """The term under which every file with the identifier `name` is found."""
    pieces = parts(name)
    return whole(name) if len(pieces) > 1 else "".join(pieces)


def _root(term: str) -> str:
    """What stands, in lower case, in every word that mentions `term`: a stem may have got a final y for an -ies."""
    return term.removeprefix("=").removesuffix("y") or term


def rescore(
    file: Candidate,
    outline: Outline,
    text: str,
    matcher: Matcher,
    named_lines: Mapping[int, int] = MappingProxyType({}),
) -> list[Scored]:
    """The passages of a file with their scores, in order; a passage with a line that the query names beats all others.

    Relevance counts once more, by its root: else the passages of tests, which say all that there is to say in a few
    lines, come before those of the code. What a file has of its company goes to its best passage.
    `named_lines` says how many places that the query names stand behind each line.
    """
    lines = lines_of(text)
    passages = cut(outline.definitions, lines)
    pieces = ["\n".join(lines[passage.start - 1 : passage.end]) for passage in passages]
    fitting = [
        matcher.score(piece, _names(passage)) + matcher.defined(passage)
        for passage, piece in zip(passages, pieces, strict=True)
    ]
    best = max(range(len(fitting)), key=fitting.__getitem__, default=None)
    weight = sqrt(file.relevance)
    scored = []
    for place, (passage, piece) in enumerate(zip(passages, pieces, strict=True)):
        named = [behind for line, behind in named_lines.items() if passage.start <= line <= passage.end]
        score = (
            fitting[place] * weight
            + file.score
            + (file.company if place == best else 0.0)
            + (max(named, default=-1) + 1) * matcher.named_line
        )
        scored.append(Scored(file.path, passage, round(score, SCORE_DIGITS), piece))
    return scored


def _names(passage: Passage) -> tuple[str, ...]:
    """What the passage's definition and the one around it are called."""
    symbol = passage.symbol
    return () if symbol is None else (symbol.name, symbol.parent or "")
