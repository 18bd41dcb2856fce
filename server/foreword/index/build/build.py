"""Bringing the index up to date with a tree, or with a few changed files of it.

Only blobs that the store does not know in the language of their path are read and parsed, and each is stored as
soon as its chunk is done: a build that was killed goes on where it was. After a few changes, what did not change is
neither looked up nor counted again.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from time import perf_counter
from types import MappingProxyType

from foreword.core.exclusion import UNREADABLE
from foreword.core.language import language_of
from foreword.core.tree import FileTree, LeftOut, Reader, Source, make_tree
from foreword.index.build.indexed_tree import BuildReport, IndexedTree
from foreword.index.build.parse_jobs import Done, ParseRun, Progress
from foreword.index.build.parse_workers import (
    Extractor,
    ParseJob,
    prepare_workers,
)
from foreword.index.index import Index
from foreword.index.outline.definitions import extract as extract_outline
from foreword.index.outline.grammar import grammar_version
from foreword.index.store.facts import ENCODED, INCLUDED, Key
from foreword.index.store.outline_store import Row, Store
from foreword.index.store.resilient_file import DamagedStore

FEW_STORED = 8
"""Where a store has fewer rows than the unknown files divided by this, its blobs are listed, not each file looked up."""
MANY_FILES = 10_000
FIRST_FILES = 2_000
"""If more than many files come first, these are read before the others are looked up, which takes up to a second."""


def find_known(
    store: Store,
    tree: FileTree,
    *,
    previous: Index | None = None,
    is_unreadable: Callable[[str, str], bool] = lambda *_: False,
) -> tuple[Index, BuildReport, frozenset[str]]:
    """What is known of `tree` without reading anything of it: an index, and the paths that are not in it yet.

    `is_unreadable` says of a path and its blob id whether it is known that it can't be read.

    Raises:
        StoreError: The store is locked by another process for too long.
    """
    started = perf_counter()
    previous = _of_this_store(store, previous)
    try:
        rows = _known_rows(store, tree, previous)
    # An empty file has taken the place of the damaged one, so nothing is known; `refresh` fills it.
    except DamagedStore:
        previous = None
        rows = {}
    missing = tree.blobs.keys() - rows.keys()
    unread = frozenset(path for path in missing if not is_unreadable(path, tree.blobs[path]))
    index = Index(
        store,
        tree.blobs,
        _in_order(rows, tree),
        previous,
        encodings=tree.encodings,
        statements=tree.statements,
    )
    return index, _report(index, tree, 0, perf_counter() - started, unread=unread), unread


def refresh(
    store: Store,
    tree: FileTree,
    read: Reader,
    *,
    previous: Index | None = None,
    first: Sequence[str] = (),
    n_workers: int | None = None,
    on_progress: Progress | None = None,
    time_limit_s: float = 20.0,
    extract: Extractor = extract_outline,
) -> tuple[Index, BuildReport]:
    """The index of `tree`, after reading what is new in it.

    `previous` is an index of an earlier tree in the same store: what did not change since is not looked up again.
    The paths of `tree` in `first` are read before the others, in their order.

    Raises:
        StoreError: The store is locked by another process for too long.
    """
    started = perf_counter()
    previous = _of_this_store(store, previous)
    studies = ParseRun(store, read, extract, n_workers or _n_processors(), on_progress, time_limit_s)
    try:
        rows, done = _rows_by_rank(studies, tree, previous, first)
    # Once more, for the damaged file has an empty one in its place by now. Damage that is found again is the
    # caller's.
    except DamagedStore:
        previous = None
        rows, done = _rows_by_rank(studies, tree, None, first)
    index = Index(store, tree.blobs, rows, previous, encodings=tree.encodings, statements=tree.statements)
    seconds = perf_counter() - started
    return index, _report(index, tree, done.n_parsed, seconds, unreadable=done.unreadable)


def _n_processors() -> int:
    """How many processors this process may use; a container or a job often has fewer than the machine."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    # None where a platform does not tell it.
    return os.cpu_count() or 1


def prepare(read: Reader, extract: Extractor = extract_outline) -> None:
    """Let a process begin that workers come from, without waiting for it: `refresh` of many files is sooner on its way."""
    prepare_workers(read, extract)


def _rows_by_rank(
    studies: ParseRun, tree: FileTree, previous: Index | None, first: Sequence[str]
) -> tuple[dict[str, Row], Done]:
    """`_rows`; of many that come first those of the first before the others are so much as looked up."""
    if len(first) <= MANY_FILES:
        return _rows(studies, tree, previous, first)
    head = {path: tree.blobs[path] for path in first[:FIRST_FILES]}
    small = _part(tree, head)
    _, early = _rows(replace(studies, n_after=len(first) - len(head)), small, previous, first)
    rows, done = _rows(replace(studies, n_before=len(head)), tree, previous, first)
    return rows, replace(done, n_parsed=early.n_parsed + done.n_parsed)


def _rows(
    studies: ParseRun, tree: FileTree, previous: Index | None, first: Sequence[str]
) -> tuple[dict[str, Row], Done]:
    """The row of each path that could be read, and what was done for that."""
    known = _unchanged(tree, previous)
    keys = _keys([path for path in tree.blobs if path not in known], tree)
    found = studies.store.find(keys.values())
    # Backwards, so that the first path stands for all files of the same contents; turned round again below.
    unseen = {key: path for path, key in reversed(keys.items()) if key not in found}
    wanted = [
        ParseJob(Source(path, key.blob, path in tree.dirty), key)
        for key, path in _ordered(reversed(unseen.items()), first)
    ]
    done = studies.run(wanted)
    found |= done.rows
    # What others have stored meanwhile: `run` gives the new rows of this process alone.
    found |= studies.store.find(unseen.keys() - done.rows.keys())
    rows = known | {path: found[key] for path, key in keys.items() if key in found}
    return _in_order(rows, tree), done


def _known_rows(store: Store, tree: FileTree, previous: Index | None) -> dict[str, Row]:
    """The rows of the paths that the store knows; quick where that is next to nothing."""
    rows = _unchanged(tree, previous)
    paths = [path for path in tree.blobs if path not in rows]
    stored = store.blobs(at_most=len(paths) // FEW_STORED)
    if stored is not None:
        paths = [path for path in paths if tree.blobs[path] in stored]
    keys = _keys(paths, tree)
    found = store.find(keys.values())
    return rows | {path: found[key] for path, key in keys.items() if key in found}


def _ordered(unseen: Iterable[tuple[Key, str]], first: Sequence[str]) -> list[tuple[Key, str]]:
    place_of = {path: place for place, path in enumerate(first)}
    return sorted(unseen, key=lambda pair: place_of.get(pair[1], len(first)))


def _in_order(rows: Mapping[str, Row], tree: FileTree) -> dict[str, Row]:
    return {path: rows[path] for path in tree.blobs if path in rows}


def _of_this_store(store: Store, previous: Index | None) -> Index | None:
    """Row ids hold for one file of the store: one that was begun anew has others."""
    return previous if previous is not None and previous.generation == store.generation else None


def _unchanged(tree: FileTree, previous: Index | None) -> dict[str, Row]:
    if previous is None:
        return {}
    return {
        path: row
        for path, row in previous.rows.items()
        # What was left out for its contents has to be read again once the user wants it included.
        if tree.blobs.get(path) == previous.seen[path]
        and tree.encodings.get(path) == previous.encodings.get(path)
        and (row.reason is None or path not in tree.included)
    }


def _keys(paths: Sequence[str], tree: FileTree) -> dict[str, Key]:
    languages = {path: language_of(path) or "" for path in paths}
    versions = {language: grammar_version(language) for language in set(languages.values())}
    return {
        path: Key(
            tree.blobs[path],
            language,
            versions[language] + _encoding_mark(tree, path) + INCLUDED * (path in tree.included),
        )
        for path, language in languages.items()
    }


def _encoding_mark(tree: FileTree, path: str) -> str:
    """Part of a key: the same bytes are another text in another encoding."""
    return ENCODED + tree.encodings[path] if path in tree.encodings else ""


def _report(
    index: Index,
    tree: FileTree,
    n_parsed: int,
    seconds: float,
    *,
    unread: frozenset[str] = frozenset(),
    unreadable: Mapping[str, str] = MappingProxyType({}),
) -> BuildReport:
    rows = [index.rows[path] for path in index.blobs]
    spoken = Counter(row.spoken for row in rows if row.spoken)
    by_content = [LeftOut(path, row.reason) for path, row in index.rows.items() if row.reason is not None]
    missing = [
        LeftOut(path, unreadable.get(path, UNREADABLE))
        for path in tree.blobs
        if path not in index.rows and path not in unread
    ]
    return BuildReport(
        files=len(rows),
        symbols=sum(row.n_definitions for row in rows),
        references=sum(row.n_references for row in rows),
        bytes=sum(row.size for row in rows),
        seconds=seconds,
        parsed=n_parsed,
        reused=len({row.id for row in index.rows.values()}) - n_parsed,
        languages=dict(sorted(spoken.items(), key=lambda pair: (-pair[1], pair[0]))),
        left_out=tuple(sorted([*tree.left_out, *by_content, *missing])),
        problems=index.store.take_problems(),
        unread=len(unread),
    )


_ROW_ID = attrgetter("id")


def update(
    store: Store, before: IndexedTree, tree: FileTree, read: Reader, paths: Collection[str]
) -> tuple[Index, BuildReport]:
    """The index of `tree`, which differs from that of `before` in `paths` alone.

    Raises:
        StoreError: The store is locked by another process for too long.
    """
    started = perf_counter()
    there = {path: tree.blobs[path] for path in paths if path in tree.blobs}
    part, found = refresh(store, _part(tree, there), read)
    # The store was begun anew meanwhile: the row ids of the index before mean nothing in it.
    if part.generation != before.index.generation:
        return refresh(store, tree, read)
    index = before.index.with_changes(
        tree.blobs, {path: part.rows.get(path) for path in paths}, tree.encodings, tree.statements
    )
    gone = [row for path in paths if (row := _shown(before.index, path)) is not None]
    come = [row for path in paths if (row := _shown(index, path)) is not None]
    report = before.report
    return index, BuildReport(
        files=len(index.blobs),
        symbols=report.symbols + sum(r.n_definitions for r in come) - sum(r.n_definitions for r in gone),
        references=report.references + sum(r.n_references for r in come) - sum(r.n_references for r in gone),
        bytes=report.bytes + sum(r.size for r in come) - sum(r.size for r in gone),
        seconds=perf_counter() - started,
        parsed=found.parsed,
        reused=len(set(map(_ROW_ID, index.rows.values()))) - found.parsed,
        languages=_languages(report.languages, gone, come),
        left_out=_left_out(before, tree, paths, found.left_out),
        problems=found.problems,
    )


def _part(tree: FileTree, blobs: Mapping[str, str]) -> FileTree:
    """The tree with these of its files alone."""
    part = make_tree(blobs, dirty=tree.dirty & blobs.keys(), included=tree.included & blobs.keys())
    return replace(part, encodings=tree.encodings, statements=tree.statements)


def _shown(index: Index, path: str) -> Row | None:
    return index.rows[path] if path in index.blobs else None


def _languages(before: Mapping[str, int], gone: Iterable[Row], come: Iterable[Row]) -> Mapping[str, int]:
    spoken = Counter(before)
    spoken.update(row.spoken for row in come)
    spoken.subtract(row.spoken for row in gone)
    known = [(name, count) for name, count in spoken.items() if name and count]
    return dict(sorted(known, key=lambda pair: (-pair[1], pair[0])))


def _left_out(
    before: IndexedTree, tree: FileTree, paths: Collection[str], found: tuple[LeftOut, ...]
) -> tuple[LeftOut, ...]:
    """What is left out: by the tree, by contents, and because it can't be read."""
    told = any(path in before.tree.blobs and path not in before.index.blobs for path in paths)
    if not told and not found and tree.left_out == before.tree.left_out:
        return before.report.left_out
    outdated = {*before.tree.left_out, *(one for one in before.report.left_out if one.path in paths)}
    kept = [one for one in before.report.left_out if one not in outdated]
    return tuple(sorted([*kept, *tree.left_out, *found]))
