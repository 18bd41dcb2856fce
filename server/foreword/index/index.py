"""The index of one tree: which files there are, and what the store knows of each.

An `Index` is a frozen view: it names the blobs of one tree and asks the store for their facts when they are needed.
It holds no text. Files that are left out are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.index.store.resilient_file import DamagedStore
from foreword.index.text.term_hash import term_hash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from foreword.index.path_table import PathTable
    from foreword.index.store.outline_store import Row, Store
    from foreword.index.text.term_table import Ints, LiveTable, TermTable

T = TypeVar("T")

OUTLINES_KEPT = 512
README = re.compile(r"readme(?:\.\w+)?", re.IGNORECASE)
MAX_PROJECT_WORDS = 3
_OF_PATHS = ("paths", "place_of", "paths_by_name", "paths_by_stem", "documents", "is_copied")
"""Properties that depend on the paths alone."""


class Index:
    """Paths in order, each with its row in the store."""

    def __init__(
        self,
        store: Store,
        blobs: Mapping[str, str],
        rows: dict[str, Row] | Callable[[], dict[str, Row]],
        previous: Index | None = None,
        *,
        shown: dict[str, str] | None = None,
        encodings: Mapping[str, str] = MappingProxyType({}),
        statements: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`rows` has every path of `blobs` that could be read, or makes that when it is first asked for.

        What a `previous` index of the same store has loaded is taken over. `shown` are the blobs of files that have
        no reason to be left out, where they are known. `encodings` are those in which files were expected to be when they
        were read, and `statements` what the project says of files.
        """
        self.store = store
        self.generation = store.generation
        self._make_rows = rows if callable(rows) else lambda: rows
        self.seen: Mapping[str, str] = blobs
        self.encodings = encodings
        self.statements = statements
        self.blobs: MappingProxyType[str, str] = MappingProxyType(
            _shown(blobs, self.rows) if shown is None else shown
        )
        # Around a function and not a method: a cache that knew the index would keep it alive in a circle.
        self._outline = lru_cache(maxsize=OUTLINES_KEPT)(partial(_outline, store, store.generation))
        self._earlier: LiveTable | None = None
        if previous is not None:
            # A cached property stands there once it was asked for: what nobody asked for is not made for
            # this.
            loaded = vars(previous)
            self._earlier = loaded.get("terms", previous._earlier)  # noqa: SLF001 - another one of this class
            if self.blobs.keys() == previous.blobs.keys() and statements == previous.statements:
                vars(self).update({name: loaded[name] for name in _OF_PATHS if name in loaded})

    def with_changes(
        self,
        blobs: Mapping[str, str],
        rows: Mapping[str, Row | None],
        encodings: Mapping[str, str],
        statements: Mapping[str, str] = MappingProxyType({}),
    ) -> Index:
        """The index of a tree that differs in the paths of `rows` alone; None for what is gone or can't be read."""
        all_rows, shown, is_in_order = self.rows.copy(), self.blobs.copy(), True
        for path, row in rows.items():
            is_shown = row is not None and row.reason is None
            # A mapping keeps a key that changes in its place; only a new one goes to the end.
            is_in_order &= (row is None or path in all_rows) and (not is_shown or path in shown)
            if row is None:
                all_rows.pop(path, None)
            else:
                all_rows[path] = row
            if is_shown:
                shown[path] = blobs[path]
            else:
                shown.pop(path, None)
        if not is_in_order:
            all_rows, shown = _in_order(all_rows, blobs), _in_order(shown, blobs)
        index = Index(
            self.store, blobs, all_rows, self, shown=shown, encodings=encodings, statements=statements
        )
        if "path_table" in vars(self):
            places = (self.place_of, index.place_of)
            vars(index)["path_table"] = self.path_table.changed(
                index.paths, index.rows, places, rows.keys(), statements
            )
        return index

    @property
    def _store(self) -> Store:
        """The store, while it holds the rows of this index."""
        return _with_rows(self.store, self.generation)

    @cached_property
    def rows(self) -> MappingProxyType[str, Row]:
        """The row of each path that could be read, in the order of the tree."""
        return MappingProxyType(self._make_rows())

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files, in the order of the tree."""
        return tuple(self.blobs)

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """For each path its position in `paths`."""
        return dict(zip(self.paths, range(len(self.paths)), strict=True))

    @cached_property
    def paths_by_name(self) -> Mapping[str, tuple[str, ...]]:
        """The paths that end in each file name."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    @cached_property
    def paths_by_stem(self) -> Mapping[str, tuple[str, ...]]:
        """The paths whose file name is each text without the extension, in lower case."""
        found: dict[str, list[str]] = {}
        for name, paths in self.paths_by_name.items():
            found.setdefault(name.rpartition(".")[0].lower(), []).extend(paths)
        return {stem: tuple(sorted(paths)) for stem, paths in found.items()}

    @cached_property
    def documents(self) -> Ints:
        """The positions of the files that are documentation."""
        import numpy as np  # noqa: PLC0415 - names are looked up without it, and it takes longer to import

        from foreword.index.path_table import is_documentation  # noqa: PLC0415 - imports numpy

        said = self.statements
        return np.array(
            [n for n, path in enumerate(self.paths) if is_documentation(path, said.get(path, ""))], np.int64
        )

    @cached_property
    def is_copied(self) -> NDArray[np.bool_]:
        """For each path whether it stands in a copy of another repository."""
        import numpy as np  # noqa: PLC0415 - as above

        from foreword.index.path_table import copied_folders  # noqa: PLC0415 - as above

        folders = copied_folders(self.paths)
        return np.array([path.startswith(folders) for path in self.paths], bool)

    @cached_property
    def project_words(self) -> frozenset[str]:
        """The words, in lower case, that the readme is headed with: what the project is called."""
        from foreword.index.text.terms import words  # noqa: PLC0415 - imports numpy

        readme = next((path for path in self.paths if README.fullmatch(path)), None)
        headings = self.outline(readme).definitions[:1] if readme else ()
        return frozenset(word.lower() for one in headings for word in words(one.name)[:MAX_PROJECT_WORDS])

    @cached_property
    def paths_of(self) -> Mapping[int, tuple[str, ...]]:
        """The paths of each row: files with the same contents share one."""
        found: dict[int, list[str]] = {}
        for path in self.blobs:
            found.setdefault(self.rows[path].id, []).append(path)
        return {row_id: tuple(paths) for row_id, paths in found.items()}

    @cached_property
    def path_table(self) -> PathTable:
        """What search knows of every path."""
        from foreword.index.path_table import path_table  # noqa: PLC0415 - imports numpy

        return path_table(self.paths, self.rows, self.statements)

    @cached_property
    def terms(self) -> LiveTable:
        """The words of all files."""
        import numpy as np  # noqa: PLC0415 - as above

        from foreword.index.text.term_table import live_table  # noqa: PLC0415 - imports numpy

        row_ids = self.path_table.row_ids
        # Let go of at once, or each index would keep all that were before it.
        earlier, self._earlier = self._earlier, None
        if earlier is None:
            # Files of the same contents share a row.
            return live_table(self._table(np.unique(row_ids)))
        return earlier.changed(row_ids, self._table(earlier.without(row_ids)))

    def _table(self, row_ids: Ints) -> TermTable:
        """The words of some rows."""
        from foreword.index.text.term_table import make_table  # noqa: PLC0415 - imports numpy

        rows = (self.rows[path] for path in self._paths_of_rows(row_ids))
        return make_table(self._store.vectors(row_ids.tolist()), {row.id: row.n_terms for row in rows})

    @cached_property
    def row_places(self) -> Ints:
        """For each path the position of its row in `terms`."""
        return self.terms.positions_of(self.path_table.row_ids)

    def outline(self, path: str) -> Outline:
        """The outline of a file; an empty one if there is no such file."""
        return self._outline(self.rows[path].id) if path in self.blobs else EMPTY_OUTLINE

    def outlines(self, mention: str = "") -> Iterator[tuple[str, Outline]]:
        """All files with their outlines, decoded as you go, in no particular order.

        With a `mention` in lower case those without it in any case are left out, which is quicker.
        """
        for row_id, outline in self._store.outlines(list(self.paths_of), mention):
            for path in self.paths_of[row_id]:
                yield path, outline

    def packed_outlines(self) -> Iterator[tuple[str, bytes]]:
        """All files with their outlines as `facts.pack` made them, in no particular order."""
        for row_id, packed in self._store.packed(list(self.paths_of)):
            for path in self.paths_of[row_id]:
                yield path, packed

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
            for path in self._paths_that_define(name)
            for definition in self.outline(path).definitions
            if definition.name.casefold() == name.casefold()
        ]
        return [pair for pair in found if pair[1].name == name] or found

    def mentions(self, name: str) -> list[tuple[str, int]]:
        """Which files mention the identifier `name` and how often; most often first, then by path."""
        from foreword.index.text.terms import words  # noqa: PLC0415 - imports numpy

        pieces = [name] if name.isidentifier() else words(name)
        hashes = [term_hash(term) for piece in pieces for term in _indexed(piece)]
        # A name without any indexed part, such as a single letter, may be in every file.
        rows = self.terms.containing(hashes) if hashes else self.path_table.row_ids
        counts = [(path, self.outline(path).references.get(name, 0)) for path in self._paths_of_rows(rows)]
        return sorted((pair for pair in counts if pair[1]), key=lambda pair: (-pair[1], pair[0]))

    def _paths_that_define(self, name: str) -> list[str]:
        """The paths whose rows may define a name, in order."""
        row_ids = self._store.named(name)
        if "path_table" in vars(self):
            import numpy as np  # noqa: PLC0415 - as above

            return self._paths_of_rows(np.array(sorted(row_ids), np.int64))
        return sorted(path for path in self.blobs if self.rows[path].id in row_ids)

    def _paths_of_rows(self, row_ids: Ints) -> list[str]:
        import numpy as np  # noqa: PLC0415 - as above

        return sorted(
            self.paths[place] for place in np.flatnonzero(np.isin(self.path_table.row_ids, row_ids))
        )


def _outline(store: Store, generation: int, row_id: int) -> Outline:
    return _with_rows(store, generation).outline(row_id)


def _with_rows(store: Store, generation: int) -> Store:
    """The store, if it was not begun anew since.

    Raises:
        DamagedStore: row ids mean something else in it by now.
    """
    if store.generation != generation:
        raise DamagedStore(f"the index {store.path} was begun anew meanwhile: try again")
    return store


def _shown(blobs: Mapping[str, str], rows: Mapping[str, Row]) -> dict[str, str]:
    return {path: blob for path, blob in blobs.items() if path in rows and rows[path].reason is None}


def _in_order(values: Mapping[str, T], order: Mapping[str, object]) -> dict[str, T]:
    """`values`, whose keys are among those of `order`, as those stand there: no key is looked at by itself."""
    ordered: dict[str, Any] = dict.fromkeys(order)
    ordered.update(values)
    for missing in order.keys() - values.keys():
        del ordered[missing]
    return ordered


def _indexed(word: str) -> tuple[str, ...]:
    """The terms under which every file with `word` is found."""
    from foreword.index.text.terms import parts, whole  # noqa: PLC0415 - imports numpy

    pieces = parts(word)
    return (whole(word),) if len(pieces) > 1 else pieces
