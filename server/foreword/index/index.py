"""The index of one tree: which files there are, and what the store knows of each.

An `Index` is a frozen view: it names the blobs of one tree and asks the store for their facts when they are needed.
It holds no text. Files that are left out are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.index.store import Row, Store
from foreword.index.table import TermTable, make_table
from foreword.index.terms import parts, term_hash, whole, words
from foreword.index.vectors import path_vector

OUTLINES_KEPT = 512
_OF_PATHS = ("paths", "place_of", "paths_by_name", "path_terms")
"""Properties that depend on the paths alone."""


class Index:
    """Paths in order, each with its row in the store."""

    def __init__(
        self, store: Store, blobs: Mapping[str, str], rows: Mapping[str, Row], previous: Index | None = None
    ) -> None:
        """`rows` has every path of `blobs` that could be read; those with a reason are left out here.

        What a `previous` index of the same store has loaded is taken over.
        """
        self.store = store
        self.rows: Mapping[str, Row] = MappingProxyType(dict(rows))
        self.seen: Mapping[str, str] = blobs
        self.blobs: Mapping[str, str] = MappingProxyType(
            {path: blob for path, blob in blobs.items() if path in rows and rows[path].reason is None}
        )
        self._outline = lru_cache(maxsize=OUTLINES_KEPT)(store.outline)
        self._earlier: TermTable | None = None
        if previous is not None:
            loaded = vars(previous)
            self._earlier = loaded.get("terms")
            if self.blobs.keys() == previous.blobs.keys():
                vars(self).update({name: loaded[name] for name in _OF_PATHS if name in loaded})

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files, in the order of the tree."""
        return tuple(self.blobs)

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """For each path its position in `paths`."""
        return {path: place for place, path in enumerate(self.paths)}

    @cached_property
    def paths_by_name(self) -> Mapping[str, tuple[str, ...]]:
        """The paths that end in each file name."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    @cached_property
    def paths_of(self) -> Mapping[int, tuple[str, ...]]:
        """The paths of each row: files with the same contents share one."""
        found: dict[int, list[str]] = {}
        for path in self.blobs:
            found.setdefault(self.rows[path].id, []).append(path)
        return {row_id: tuple(paths) for row_id, paths in found.items()}

    @cached_property
    def terms(self) -> TermTable:
        """The words of all files."""
        lengths = {self.rows[path].id: self.rows[path].n_terms for path in self.blobs}
        earlier, self._earlier = self._earlier, None
        if earlier is None:
            return make_table(self.store.vectors(list(lengths)), lengths)
        kept = earlier.with_only(lengths)
        new = lengths.keys() - set(kept.row_ids.tolist())
        return kept.joined(make_table(self.store.vectors(sorted(new)), lengths))

    @cached_property
    def row_places(self) -> NDArray[np.int64]:
        """For each path the position of its row in `terms`."""
        place_of = {row_id: place for place, row_id in enumerate(self.terms.row_ids.tolist())}
        return np.array([place_of[self.rows[path].id] for path in self.paths], np.int64)

    @cached_property
    def path_terms(self) -> TermTable:
        """The words of the paths themselves, in the order of `paths`; the file's name and its folders are the fields."""
        vectors = [(place, *path_vector(path)) for place, path in enumerate(self.paths)]
        return make_table(vectors, dict.fromkeys(range(len(vectors)), 1))

    def outline(self, path: str) -> Outline:
        """The outline of a file; an empty one if there is no such file."""
        return self._outline(self.rows[path].id) if path in self.blobs else EMPTY_OUTLINE

    def outlines(self) -> Iterator[tuple[str, Outline]]:
        """All files with their outlines, decoded as you go, in no particular order."""
        for row_id, outline in self.store.outlines(list(self.paths_of)):
            for path in self.paths_of[row_id]:
                yield path, outline

    def n_lines(self, path: str) -> int:
        """How many lines a file has; 0 if there is no such file."""
        return self.rows[path].n_lines if path in self.blobs else 0

    def language(self, path: str) -> str:
        """The language of a file, or ""."""
        return self.rows[path].spoken if path in self.blobs else ""

    def definitions(self, name: str) -> list[tuple[str, Definition]]:
        """Where `name` is defined, by path and line; in any case if nowhere as written."""
        found = [
            (path, definition)
            for path in self._paths_of_rows(self.store.named(name))
            for definition in self.outline(path).definitions
            if definition.name.casefold() == name.casefold()
        ]
        return [pair for pair in found if pair[1].name == name] or found

    def mentions(self, name: str) -> list[tuple[str, int]]:
        """Which files mention the identifier `name` and how often; most often first, then by path."""
        hashes = [term_hash(term) for word in words(name) for term in _indexed(word)]
        rows = self.terms.containing(hashes) if hashes else set(self.paths_of)
        counts = [(path, self.outline(path).references.get(name, 0)) for path in self._paths_of_rows(rows)]
        return sorted((pair for pair in counts if pair[1]), key=lambda pair: (-pair[1], pair[0]))

    def _paths_of_rows(self, row_ids: set[int]) -> list[str]:
        return sorted(path for row_id in row_ids for path in self.paths_of.get(row_id, ()))


def _indexed(word: str) -> tuple[str, ...]:
    """The terms under which every file with `word` is found."""
    pieces = parts(word)
    return (whole(word),) if len(pieces) > 1 else pieces
