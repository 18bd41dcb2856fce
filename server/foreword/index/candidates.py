"""The first stage of a search: every file of a tree scored from its stored words and its path.

BM25F (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, CIKM 2004): counts of a term
in several fields are weighed and added before they saturate, so that one word in three fields is not three words.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from foreword.index.index import Index
from foreword.index.query import Query
from foreword.index.roles import relevance
from foreword.index.terms import term_hash

FIELD_WEIGHTS = (3.0, 1.0)
"""Of a file's definitions and of its body; what is defined stands in the body too."""
PATH_WEIGHTS = (5.0, 2.0)
"""Of a file's name and of the folders above it."""
SATURATION = 1.2
LENGTH_PENALTY = 0.75
SCORE_DIGITS = 9
NAMED_WEIGHT = 1.0
"""Of a path in the query, in units of a file that has every word of the query."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that a query may be about; `score` is comparable within one search only."""

    path: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """Files best first, and for every term of the query how much a mention tells (weight times inverse frequency)."""

    files: tuple[Candidate, ...]
    worth: Mapping[str, float]


def candidates(
    index: Index,
    query: Query,
    n: int,
    boosts: Mapping[str, float] = MappingProxyType({}),
    *,
    named: Collection[str] = (),
    skipped: Container[str] = (),
) -> Found:
    """The `n` best files for `query`, without those `skipped`.

    Files without any word of it are never among them, unless they are `named` in it.
    """
    if not index.paths:
        return Found((), {})
    terms = list(query.terms)
    frequency, n_with = _frequencies(index, terms)
    n_files = len(index.terms)
    worth = np.log1p((n_files - n_with + 0.5) / (n_with + 0.5)) * np.array(
        [query.terms[term] for term in terms]
    )
    scores = worth @ (frequency / (frequency + SATURATION))
    scores *= np.array([relevance(path, index.language(path), query.wants_tests) for path in index.paths])
    for path in named:
        scores[index.place_of[path]] += NAMED_WEIGHT * (worth.sum() + 1.0)
    for path in boosts.keys() & index.place_of.keys():
        scores[index.place_of[path]] *= boosts[path]
    scores = np.round(scores, SCORE_DIGITS)
    order = np.lexsort((np.arange(len(scores)), -scores)).tolist()
    best = ((index.paths[place], float(scores[place])) for place in order if scores[place] > 0)
    files = (Candidate(path, score) for path, score in best if path not in skipped)
    return Found(tuple(islice(files, n)), dict(zip(terms, worth.tolist(), strict=True)))


def _frequencies(index: Index, terms: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weighed frequency of each term in each file (terms x paths), and in how many files it occurs."""
    table = index.terms
    if not terms:
        return np.zeros((0, len(index.paths))), np.zeros(0)
    hashes = [term_hash(term) for term in terms]
    rows, which, counts = table.find(hashes)
    length = table.lengths / max(float(table.lengths.mean()), 1.0)
    penalty = 1 - LENGTH_PENALTY + LENGTH_PENALTY * length
    by_row = np.zeros((len(terms), len(table)))
    by_row[which, rows] = (counts @ np.array(FIELD_WEIGHTS)) / penalty[rows]
    by_path = by_row[:, index.row_places]
    places, which_path, counts = index.path_terms.find(hashes)
    by_path[which_path, places] += counts @ np.array(PATH_WEIGHTS)
    return by_path, np.maximum((by_row > 0).sum(axis=1), (by_path > 0).sum(axis=1)).astype(np.float64)
