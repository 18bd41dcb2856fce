"""Which files change together: pairs that recent commits show so often that it is hardly chance.

A file that changed in at least half of the commits that changed another is the other's companion, if there were
three of these at least. Weaker pairs made results worse: most commits join files that have nothing else in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

MIN_COMMITS = 3
MIN_SHARE = 0.5


def co_changed(commits: Sequence[Sequence[str]], path: str) -> dict[str, float]:
    """The companions of `path`, each with the share of its commits that changed both; `commits` are the files of each."""
    together = Counter(chain.from_iterable(files for files in commits if path in files))
    n_commits = together.pop(path, 0)
    return {
        other: n / n_commits
        for other, n in together.items()
        if n >= MIN_COMMITS and n >= MIN_SHARE * n_commits
    }
