"""Commit messages as a source for search: a question in the words of an earlier commit is about its files.

A commit's message speaks of the code in the words of people, where names and comments speak in those of the code.
Each recent commit is a small document; how much of a question it has, weighed by how rare its words are among the
messages, is its likeness, and a file's score is that of the best commit that changed it. The fewer files a commit
changed, the more it says about each. Source of the idea: Zhou, Zhang, Lo: Where should the bugs be fixed?, ICSE 2012.

The same commits show which files change together: a file that changed in at least half of the commits that changed
another is the other's companion, if there were three of these at least. Weaker pairs made results worse: most commits
join files that have nothing else in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import log1p, sqrt

import numpy as np

from foreword.core.tree import Commit
from foreword.index.search.query import Query, parse_query
from foreword.index.text.term_table import Floats, Ints

MAX_FILES = 12
"""A commit that changed more files says little about each."""
MESSAGE_TERMS_FORMAT = 3
"""Rises whenever a message has other terms or weights than before: they are stored."""

Terms = tuple[tuple[str, float], ...]
"""Terms with their weights."""
HALF_LIFE = 300.0
"""Commits after which a change counts half."""


@dataclass(frozen=True, eq=False)
class CommitMessageIndex:
    """The files of each commit, the newest first; for each term which commits have it in their messages, with its weight there."""

    files: tuple[tuple[str, ...], ...]
    postings: Mapping[str, tuple[Ints, Floats]]

    @cached_property
    def churn(self) -> Mapping[str, float]:
        """How often each file changed, a commit counting the less the older it is: 1 for the file that did so most."""
        counts: dict[str, float] = {}
        for age, paths in enumerate(self.files):
            for path in paths:
                counts[path] = counts.get(path, 0.0) + 0.5 ** (age / HALF_LIFE)
        most = log1p(max(counts.values(), default=0.0)) or 1.0
        return {path: log1p(count) / most for path, count in counts.items()}

    def of(self, query: Query) -> dict[str, float]:
        """The score of files, from 0 to 1; files that no such commit changed are not there."""
        likeness = self._likeness(query)
        found: dict[str, float] = {}
        for number in np.flatnonzero(likeness).tolist():
            score = float(likeness[number]) / sqrt(len(self.files[number]))
            for path in self.files[number]:
                found[path] = max(found.get(path, 0.0), score)
        return found

    def _likeness(self, query: Query) -> Floats:
        """Which share of the query each commit's message has."""
        n_commits = len(self.files)
        likeness, total = np.zeros(n_commits), 0.0
        for term, weight in query.terms.items():
            says = np.zeros(n_commits)
            for other, share in {term: 1.0, **query.others.get(term, {})}.items():
                if other in self.postings:
                    commits, weights = self.postings[other]
                    says[commits] = np.maximum(says[commits], share * weights)
            n_with = float(np.minimum(says, 1).sum())
            worth = weight * log1p((n_commits - n_with + 0.5) / (n_with + 0.5))
            likeness += worth * says
            total += worth
        return likeness / total if total else likeness


NO_COMMIT_MESSAGES = CommitMessageIndex((), {})


def message_terms(message: str) -> Terms:
    """The terms of a message with their weights, at most 1. What they are is part of `MESSAGE_TERMS_FORMAT`."""
    return tuple((term, min(weight, 1.0)) for term, weight in parse_query(message).terms.items())


def commit_message_index(
    commits: Sequence[Commit], terms_of: Callable[[str], Terms] = message_terms
) -> CommitMessageIndex:
    """The index of the messages of some commits, each with the files that it changed.

    `terms_of` may know the terms of a message: to find them is what takes time.
    """
    told = [commit for commit in commits if 0 < len(commit.paths) <= MAX_FILES]
    postings: dict[str, tuple[list[int], list[float]]] = {}
    for number, commit in enumerate(told):
        for term, weight in terms_of(commit.message):
            numbers, weights = postings.setdefault(term, ([], []))
            numbers.append(number)
            weights.append(weight)
    return CommitMessageIndex(
        tuple(commit.paths for commit in told),
        {
            term: (np.array(numbers, np.int64), np.array(weights))
            for term, (numbers, weights) in postings.items()
        },
    )


# Weaker pairs cost first places on some repositories: most commits join files that have nothing else in
# common.
MIN_COMMITS = 3
MIN_SHARE = 0.5


def co_changed(commits: Sequence[Sequence[str]], path: str) -> dict[str, float]:
    """The companions of `path`, each with the share of its commits that changed both; `commits` are the files of each."""
    together = Counter(chain.from_iterable(files for files in commits if path in files))
    # The file is in each of its own commits.
    n_commits = together.pop(path, 0)
    return {
        other: n / n_commits
        for other, n in together.items()
        if n >= MIN_COMMITS and n >= MIN_SHARE * n_commits
    }
