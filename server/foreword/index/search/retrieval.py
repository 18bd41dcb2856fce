"""The first stage of a search: every file of a tree scored from its stored words and its path.

BM25F (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, CIKM 2004): counts of a term
in several fields are weighed and added before they saturate, so that one word in three fields is not three words.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from foreword.index.index import Index
from foreword.index.path_table import TEST_RELEVANCE
from foreword.index.search.commit_messages import NO_COMMIT_MESSAGES, CommitMessageIndex, co_changed
from foreword.index.search.phrases import terms_of
from foreword.index.search.query import Query, files_of_scopes, folders_of_scopes
from foreword.index.text.term_hash import term_hash
from foreword.index.text.term_table import Floats, Ints

FIELD_WEIGHTS = (3.0, 1.0)
"""Of a file's definitions and of its body; what is defined stands in the body too."""
PATH_WEIGHTS = (5.0, 2.0)
"""Of a file's name and of the folders above it."""
SATURATION = 2.0
LENGTH_PENALTY = 0.75
SCORE_DIGITS = 9
COMMIT_MESSAGE_WEIGHT = 0.5
"""Of a commit with every word of the query that changed one file, in units of a file that has every word of it."""
NAMED_WEIGHT = 1.0
"""Of a path in the query, in units of a file that has every word of the query."""
CHURN_WEIGHT = 0.2
"""What a file gains that changed more often than any other of late, of its score."""
PHRASE_WEIGHT = 0.3
"""Of a file with all words of a phrase that the query quotes, in units of a file that has every word of the query."""
SCOPE_WEIGHT = 0.4
"""Of a file that is called as the scope of a message, in units of a file that has every word of the query."""
COMPANY_WEIGHT = 0.2
"""Of a file that changes whenever the best one does, in units of the best one."""
FOLDER_WEIGHT = 0.15
"""The same for one in a folder that is called so."""
COPIED_RELEVANCE = 0.4
"""Of a file in a copy of another repository."""
N_DOCUMENTS = 4
N_LEADERS = 5
"""So many of the best files are asked for their companions."""
N_AHEAD = 3
"""So many of the best files no companion overtakes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that a query may be about; scores are comparable within one search only.

    `score` counts for all of it, `company` (what it is worth that it changes often, and together with better files) for
    its best passage alone; `relevance` is that of its part in the repository (see `path_table.relevance`).
    """

    path: str
    score: float
    company: float = 0.0
    relevance: float = 1.0


@dataclass(frozen=True, slots=True)
class RankedFiles:
    """Files best first, and for every term of the query how much a mention tells (weight times inverse frequency).

    `documents` are the files of documentation that fit best, as if they counted as much as code.
    """

    files: tuple[Candidate, ...]
    worth: Mapping[str, float]
    documents: tuple[str, ...] = ()


def candidates(
    index: Index,
    query: Query,
    n: int,
    boosts: Mapping[str, float] = MappingProxyType({}),
    *,
    named: Collection[str] = (),
    skipped: Container[str] = (),
    commit_messages: CommitMessageIndex = NO_COMMIT_MESSAGES,
) -> RankedFiles:
    """The `n` best files for `query`, without those `skipped`.

    Files without any word of it, that no commit with such a message changed and that change with none of the best, are never among them, unless they are `named` in it.
    """
    if not index.paths:
        return RankedFiles((), {})
    terms = list(query.terms)
    scores, worth = _scores(index, query, terms)
    whole_query = float(worth.sum()) or 1.0  # it may have words of the history alone
    documents = index.documents[_best(scores[index.documents])[:N_DOCUMENTS]].tolist()
    scores += whole_query * _told(index, query, commit_messages)
    relevance = index.path_table.relevance
    if query.wants_tests:
        # A question for tests takes back what being a test costs.
        relevance = np.where(index.path_table.is_test, relevance / TEST_RELEVANCE, relevance)
    relevance = np.where(index.is_copied, COPIED_RELEVANCE * relevance, relevance)
    scores *= relevance
    for path in named:
        scores[index.place_of[path]] += NAMED_WEIGHT * (worth.sum() + 1.0)
    for path in boosts.keys() & index.place_of.keys():
        scores[index.place_of[path]] *= boosts[path]
    # The last bits of a sum depend on the machine, and must decide no order.
    scores = np.round(scores, SCORE_DIGITS)
    company = _co_change(index, scores, relevance, commit_messages)
    for path, share in commit_messages.churn.items():
        place = index.place_of.get(path)
        if place is not None:
            company[place] += CHURN_WEIGHT * share * scores[place]
    company = np.round(company, SCORE_DIGITS)
    order = _best(np.round(scores + company, SCORE_DIGITS)).tolist()
    files = (
        Candidate(index.paths[place], float(scores[place]), float(company[place]), float(relevance[place]))
        for place in order
        if index.paths[place] not in skipped
    )
    return RankedFiles(
        tuple(islice(files, n)),
        dict(zip(terms, worth.tolist(), strict=True)),
        tuple(index.paths[one] for one in documents),
    )


def _told(index: Index, query: Query, commit_messages: CommitMessageIndex) -> Floats:
    """What speaks for each file besides its words: commits, quoted phrases, scopes; in units of a file with the whole query."""
    told = np.zeros(len(index.paths))
    for path, score in commit_messages.of(query).items():
        if path in index.place_of:
            told[index.place_of[path]] += COMMIT_MESSAGE_WEIGHT * score
    for phrase in query.phrases:
        # Every file with all words of the phrase; whether they stand in a row shows when it is read.
        hashes = [term_hash(term) for term in terms_of(phrase)]
        if hashes:
            told[np.isin(index.path_table.row_ids, index.terms.containing(hashes))] += PHRASE_WEIGHT
    for path in folders_of_scopes(index, query.scopes):
        told[index.place_of[path]] += FOLDER_WEIGHT
    for path in files_of_scopes(index, query.scopes):
        told[index.place_of[path]] += SCOPE_WEIGHT
    return told


def _best(scores: Floats) -> Ints:
    """The places of all scores above 0, best first."""
    hits = np.flatnonzero(scores > 0)
    # Stable: what scores alike stays in the order of paths.
    best: Ints = hits[np.argsort(-scores[hits], kind="stable")]
    return best


def _co_change(
    index: Index, scores: Floats, relevance: Floats, commit_messages: CommitMessageIndex
) -> Floats:
    """What it is worth to each file that it changes together with one of the best."""
    company = np.zeros(len(scores))
    leaders = _best(scores)[:N_LEADERS].tolist()
    for leader in leaders:
        for path, share in co_changed(commit_messages.files, index.paths[leader]).items():
            place = index.place_of.get(path)
            if place is not None:
                company[place] = max(company[place], COMPANY_WEIGHT * share * scores[leader])
    # Counted freely, company cost first places on some repositories: it lifts no file past the third-best.
    room = np.maximum(scores[leaders[:N_AHEAD][-1]] - scores, 0.0) if leaders else company
    return np.round(np.minimum(company * relevance, room), SCORE_DIGITS)


def _scores(index: Index, query: Query, terms: Sequence[str]) -> tuple[Floats, Floats]:
    """The score of each path by its words, and what a mention of each term is worth: nothing if there is none.

    One term after the other: an array of paths fits into the processor's cache, one of terms and paths does not.
    """
    scores, worth = np.zeros(len(index.paths)), np.zeros(len(terms))
    spellings = _spellings(query, terms)
    hashes = [term_hash(one.text) for one in spellings]
    base = np.array([one.number for one in spellings], np.int64)
    shares = np.array([one.share for one in spellings], np.float64)
    table, n_files = index.terms, len(index.paths)
    positions, which, counts = table.find(hashes)
    length = table.lengths[positions] / max(table.mean_length, 1.0)
    penalty = 1 - LENGTH_PENALTY + LENGTH_PENALTY * length
    in_file = (counts @ np.array(FIELD_WEIGHTS)) / penalty * shares[which]
    places, which_path, counts = index.path_table.terms.find(hashes)
    in_path = counts @ np.array(PATH_WEIGHTS) * shares[which_path]
    for number, term in enumerate(terms):
        here, there = base[which] == number, base[which_path] == number
        frequency = _summed(positions[here], in_file[here], len(table.row_ids))[index.row_places]
        frequency += _summed(places[there], in_path[there], n_files)
        # A file that only has another spelling counts as a part of one that has the term.
        has = _most(positions[here], shares[which[here]], len(table.row_ids))[index.row_places]
        n_with = float(np.maximum(has, _most(places[there], shares[which_path[there]], n_files)).sum())
        if not n_with:
            continue
        rarity = np.log1p(max(n_files - n_with + 0.5, 0.5) / (n_with + 0.5))
        worth[number] = rarity * query.terms[term]
        scores += worth[number] * (frequency / (frequency + SATURATION))
    return scores, worth


class _Spelling(NamedTuple):
    """A way to write the term of some number, and what a mention of it is worth."""

    number: int
    text: str
    share: float


def _spellings(query: Query, terms: Sequence[str]) -> list[_Spelling]:
    return [
        _Spelling(number, text, share)
        for number, term in enumerate(terms)
        for text, share in {term: 1.0, **query.others.get(term, {})}.items()
    ]


def _summed(places: Ints, values: Floats, n: int) -> Floats:
    """The sum of the values at each of `n` places."""
    return np.bincount(places, values, n).astype(np.float64, copy=False)


def _most(places: Ints, values: Floats, n: int) -> Floats:
    """The largest of the values at each of `n` places; 0 where there is none."""
    found = np.zeros(n)
    # In ascending order, so that of several the largest is written last.
    order = np.argsort(values, kind="stable")
    found[places[order]] = values[order]
    return found
