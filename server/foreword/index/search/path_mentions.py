"""Which files of a tree a question names: a path or its end, from this machine or another, with line numbers."""

from __future__ import annotations

from collections.abc import Sequence

from foreword.index.index import Index
from foreword.index.search.stack_traces import TraceLine

MAX_PLACES = 40
MAX_FILES_A_NAME = 4
"""A name that more files share, such as `index.ts`, names none of them."""


def files_at(index: Index, places: Sequence[TraceLine]) -> dict[str, dict[int, int]]:
    """The files that are named, with the lines that are named in each and how many places stand behind each line.

    Places that lead out of the tree, as frames of libraries do, do not count.
    """
    inside = [(path, place.line) for place in places[:MAX_PLACES] for path in _paths(index, place.path)]
    found: dict[str, dict[int, int]] = {path: {} for path, _ in inside}
    for behind, (path, line) in enumerate(reversed(inside)):
        if line is not None:
            found[path][line] = behind
    return found


def _paths(index: Index, named: str) -> list[str]:
    """The files whose path ends as the name does; of a longer name, such as an absolute path, those that it ends with."""
    same_name = index.paths_by_name.get(named.rpartition("/")[2], ())
    inside = [path for path in same_name if path == named or path.endswith(f"/{named}")]
    around = [path for path in same_name if named.endswith(f"/{path}")]
    longest = max((len(path) for path in around), default=0)
    found = inside or [path for path in around if len(path) == longest]
    return found if len(found) <= MAX_FILES_A_NAME else []
