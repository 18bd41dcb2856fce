"""Which lines of some files the last commits changed, by git's history alone, told by where these lines stand at a commit.

Of each commit the lines are counted forward through the changes of all later ones, so no text is read but by git.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from foreword.core.tree import LineChange
from foreword.workspace.git.history import HEAT_COMMITS, recent_ids
from foreword.workspace.git.plumbing import execute
from foreword.workspace.git.repository import Repository

LINE_COMMITS = 200
"""So many commits are looked at: what is older counts for little, and each one costs a diff."""

MOST_COMMITS = 40
"""Of each file; with `MOST_HUNKS`, so that a file that everybody changes, or that was formatted, costs no more than others."""
MOST_HUNKS = 60

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NEW_NAME = b"+++ b/"


class _Hunk(NamedTuple):
    """What a commit changed at one place: the first line and the number of lines before and after."""

    before: int
    n_before: int
    after: int
    n_after: int


_History = list[tuple[int, list[_Hunk]]]
"""The commits that changed a file, the newest first, each by its place and what it changed."""


def changed_lines(
    repository: Repository, commit: str, paths: Sequence[str], limit: int = LINE_COMMITS
) -> Mapping[str, tuple[LineChange, ...]]:
    """For each of some files of a commit what the last `limit` commits up to it changed, merges aside.

    Nothing for a file with a name that git quotes, and nothing at all in a partial clone, whatever of the old contents is
    there: none are fetched.
    """
    if repository.is_partial or not paths:
        return {}
    ids = recent_ids(repository, commit, limit)
    with tempfile.TemporaryFile() as commits:
        commits.write(ids)
        commits.seek(0)
        # All that a user's configuration or attributes could change of a diff is said here: everybody must get the same lines.
        status, told, _ = execute(
            repository.root,
            "-c",
            "core.quotePath=false",
            "--literal-pathspecs",
            "diff-tree",
            "--stdin",
            "-r",
            "-p",
            "--unified=0",
            "--inter-hunk-context=0",
            "--diff-algorithm=myers",
            "--indent-heuristic",
            "--text",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--no-color",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=all",
            "--",
            *sorted(paths),
            stdin=commits,
        )
    if status:
        return {}
    places = {line: n for n, line in enumerate(ids.split())}
    histories = _histories(told.split(b"\n"), places)
    return {path: tuple(_at_the_end(histories[path])) for path in sorted(paths) if path in histories}


def _histories(rows: Iterable[bytes], places: Mapping[bytes, int]) -> dict[str, _History]:
    """The history of each file, out of the patches of commits from the newest to the oldest."""
    found: dict[str, _History] = {}
    hunks, place, left = list[_Hunk](), 0, 0
    for row in rows:
        # Lines of a file may look like anything: they are counted, not read.
        if left and not row.startswith(b"\\"):
            left -= 1
        elif row in places:
            place = places[row]
        elif row.startswith(_NEW_NAME):
            path = row.removeprefix(_NEW_NAME).removesuffix(b"\t").decode("utf-8", "surrogateescape")
            hunks = []
            found.setdefault(path, []).append((place, hunks))
        elif match := _HUNK.match(row):
            hunk = _Hunk(*(1 if number is None else int(number) for number in match.groups()))
            hunks.append(hunk)
            left = hunk.n_before + hunk.n_after
        elif row.startswith(b"diff "):
            # A deleted file has no new name, and its hunks are nobody's.
            hunks = []
    return found


def weight_at(place: int) -> float:
    """What a change of the commit at a place in the history counts, 0 being the newest."""
    return 1 / (1 + place / HEAT_COMMITS)


def _at_the_end(history: _History) -> Iterator[LineChange]:
    """What each commit of a history changed, in lines of the newest text."""
    for n, (place, hunks) in enumerate(history[:MOST_COMMITS]):
        weight = weight_at(place)
        for hunk in hunks[:MOST_HUNKS]:
            # Where lines were taken out, the line before stands for them.
            first = max(1, hunk.after)
            last = first + max(0, hunk.n_after - 1)
            for _, later in reversed(history[:n]):
                first, last = _moved(first, later), _moved(last, later)
            yield LineChange(place, weight, first, max(first, last))


def _moved(line: int, hunks: Iterable[_Hunk]) -> int:
    """Where a line stands after a commit; one that it replaced, where the new lines begin."""
    by = 0
    for hunk in hunks:
        if hunk.n_before and hunk.before <= line < hunk.before + hunk.n_before:
            return max(1, hunk.after)
        if line >= hunk.before + max(hunk.n_before, 1):
            by += hunk.n_after - hunk.n_before
    return max(1, line + by)
