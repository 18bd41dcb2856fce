"""What a question asks for: its words with weights, the identifiers it spells out, and the places it names.

A pure function of the question's text. Words that say how people talk about code, not which code, weigh little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from foreword.index.search.stack_traces import TraceLine, places_in
from foreword.index.text.terms import parts, whole, words

_STOP_WORDS = (
    "a about after again all also an and any are as at back be because been before being between both but by can"
    " cannot could did do does doesn don done down during each either else etc even ever every few for from get gets"
    " given goes had has have having he her here how however i if in into is isn it its itself just know let like ll"
    " longer look looks made may me might more most much must my need needs no nor not now of off on once one only or"
    " other our out over own please quite rather re really same see seem seems several she should show since so some"
    " something still such t take than that the their them then there these they thing things this those though through to"
    " too under until up upon ve very via want wants was wasn way we well were what when where whether which while who"
    " why will with within without would yet you your"
)
_TALK_WORDS = (
    "add added adds allow allows avoid behaviour behavior better bug bugs build bump cause causes change changed changelog"
    " changes check chore ci clean cleanup code correct correctly currently deprecate doc docs documentation ensure error"
    " example explain extra feat feature file files find fix fixed fixes fixing fixup function happen happens implement"
    " implementation implemented improve improved improvement instead introduce issue issues make makes method minor"
    " misc missing move moved new old pass perf possible pr prevent previously problem properly provide refactor"
    " refactoring related release remove removed removes rename renamed replace return review revert set simplify small"
    " some support supported test tests tidy tweak typo unused update updated updates updating use used useful user uses"
    " using value version wip work working works wrong"
)

_STOP = frozenset(_STOP_WORDS.split())
_TALK = frozenset(part for word in _TALK_WORDS.split() for part in parts(word))
_TALK_WEIGHT = 0.35
_EXACT_WEIGHT = 1.5
_LATER_WEIGHT = 0.6
"""Of words after the first paragraph."""

MAX_TERMS = 48
SCOPE_LENGTH = 50
SCOPE_WEIGHT = 1.0

_QUOTED = re.compile(r"`([^`\n]{2,120})`")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|#)[A-Za-z_$][\w$]*)*(?:\(\))?")
_SHAPED = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]|\w_\w|\.|::|->|#|\(\)|^_")
_TEST = re.compile(r"\btests?\b|\btesting\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """`terms` are stems with weights, and wholes (see `terms.whole`) of identifiers that were spelled out: the `names`.

    `places` are the most telling first.
    """

    terms: dict[str, float]
    places: tuple[TraceLine, ...]
    wants_tests: bool
    names: frozenset[str] = frozenset()


def parse_query(text: str) -> Query:
    """The query that `text` is."""
    weights: dict[str, float] = {}
    for paragraph, weight in _paragraphs(text):
        for term, share in _weighed(paragraph):
            weights[term] = weights.get(term, 0.0) + share * weight
    damped = {term: weight if weight <= 1 else 1 + log(weight) for term, weight in weights.items()}
    strongest = sorted(damped, key=lambda term: -damped[term])[:MAX_TERMS]
    return Query(
        {term: damped[term] for term in strongest},
        places_in(text),
        bool(_TEST.search(text)),
        frozenset(_spelled_out(text)),
    )


def _paragraphs(text: str) -> Iterator[tuple[str, float]]:
    head, _, rest = text.strip().partition("\n")
    scope, colon, _ = head[:SCOPE_LENGTH].partition(": ")
    if colon:
        yield scope, SCOPE_WEIGHT
    yield head, 1.0
    yield rest, _LATER_WEIGHT


def _weighed(text: str) -> Iterator[tuple[str, float]]:
    exact = set(_spelled_out(text))
    for word in words(text):
        lowered = word.lower()
        if lowered in _STOP:
            continue
        pieces = parts(word)
        for piece in pieces:
            yield piece, _TALK_WEIGHT if piece in _TALK and word not in exact else 1.0
        if word in exact:
            yield whole(word) if len(pieces) > 1 else pieces[0] if pieces else lowered, _EXACT_WEIGHT


def _spelled_out(text: str) -> Iterator[str]:
    """Identifiers that are marked as such, by backticks or by their shape."""
    for quoted in _QUOTED.findall(text):
        yield from words(quoted)
    for found in _IDENTIFIER.findall(text):
        if _SHAPED.search(found):
            yield from words(found)
