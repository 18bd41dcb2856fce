"""What search knows of every path: its row, its words, and the part that its file plays in the repository.

One array each, made once for a tree; a tree that differs in a few paths takes over the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foreword.index.file_roles import relevance, role_of
from foreword.index.store.outline_store import Row
from foreword.index.text.term_table import Floats, Ints, TermTable, make_table
from foreword.index.text.term_vectors import path_vectors


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
        places: tuple[Mapping[str, int], Mapping[str, int]],
        changed: Collection[str],
    ) -> PathTable:
        """The table of a tree that differs from this one in the paths `changed` alone.

        `places` give the position of each path in this one and in the other; what is in both has the same order.
        """
        before, now = places
        gone = [before[path] for path in changed if path in before and path not in now]
        come = sorted(now[path] for path in changed if path in now and path not in before)
        table = self._arranged(paths, gone, come, rows) if gone or come else self._copied()
        for path in changed:
            place = now.get(path)
            if place is not None:
                table.row_ids[place] = rows[path].id
                table.relevance[place] = relevance(path, rows[path].spoken)
        return table

    def _copied(self) -> PathTable:
        return PathTable(self.paths, self.row_ids.copy(), self.relevance.copy(), self.is_test, self.terms)

    def _arranged(
        self, paths: tuple[str, ...], gone: Sequence[int], come: Sequence[int], rows: Mapping[str, Row]
    ) -> PathTable:
        """The table of `paths`: without the positions `gone` of this one, and with new paths at the positions `come`."""
        more = path_table(tuple(paths[place] for place in come), rows)
        is_new = np.zeros(len(paths), bool)
        is_new[come] = True
        order = np.empty(len(paths), np.int64)
        order[is_new] = np.arange(len(self.paths), len(self.paths) + len(come))
        order[~is_new] = np.delete(np.arange(len(self.paths)), gone)
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
