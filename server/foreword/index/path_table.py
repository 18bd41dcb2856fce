"""What search knows of every path: its row, its words, and the part that its file plays in the repository.

One array each, made once for a tree; a tree that differs in a few paths takes over the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foreword.index.roles import relevance, role_of
from foreword.index.store import Row
from foreword.index.table import Floats, Ints, TermTable, make_table
from foreword.index.vectors import path_vectors


@dataclass(frozen=True, slots=True, eq=False)
class PathTable:
    """For each of `paths`: the id of its row, how relevant its file is (see `roles`), whether it is a test; and its words.

    The fields of `terms` are the file's name and its folders.
    """

    paths: tuple[str, ...]
    row_ids: Ints
    relevance: Floats
    is_test: NDArray[np.bool_]
    terms: TermTable

    def changed(
        self,
        paths: tuple[str, ...],
        rows: Mapping[str, Row],
        place_of: Mapping[str, int],
        changed: Collection[str],
    ) -> PathTable:
        """The table of a tree that differs from this one in the paths `changed` alone; `place_of` is of this one."""
        new = [path for path in paths if path not in place_of] if paths is not self.paths else []
        table = self._arranged(paths, new, rows, place_of) if paths is not self.paths else self._copied()
        place_now = place_of if table.paths is self.paths else {path: n for n, path in enumerate(paths)}
        for path in changed:
            place = place_now.get(path)
            if place is not None:
                table.row_ids[place] = rows[path].id
                table.relevance[place] = relevance(path, rows[path].spoken)
        return table

    def _copied(self) -> PathTable:
        return PathTable(self.paths, self.row_ids.copy(), self.relevance.copy(), self.is_test, self.terms)

    def _arranged(
        self, paths: tuple[str, ...], new: Sequence[str], rows: Mapping[str, Row], place_of: Mapping[str, int]
    ) -> PathTable:
        """The table of `paths`, of which `new` are not in this one."""
        more = path_table(tuple(new), rows)
        later = {path: len(self.paths) + n for n, path in enumerate(new)}
        order = np.array([place_of[path] if path in place_of else later[path] for path in paths], np.int64)
        return PathTable(
            paths,
            np.concatenate((self.row_ids, more.row_ids))[order],
            np.concatenate((self.relevance, more.relevance))[order],
            np.concatenate((self.is_test, more.is_test))[order],
            self.terms.joined(more.terms).taken(order),
        )


def path_table(paths: tuple[str, ...], rows: Mapping[str, Row]) -> PathTable:
    """The table of some paths, each with a row."""
    vectors = [(place, one.hashes, one.counts) for place, one in enumerate(path_vectors(paths))]
    return PathTable(
        paths,
        np.array([rows[path].id for path in paths], np.int64),
        np.array([relevance(path, rows[path].spoken) for path in paths], np.float64),
        np.array([role_of(path) == "test" for path in paths], bool),
        make_table(vectors, dict.fromkeys(range(len(vectors)), 1)),
    )
