"""Bringing a whole index up to date with a few files: what did not change is neither looked up nor counted again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from time import perf_counter

from foreword.core.source import Reader
from foreword.core.tree import FileTree, LeftOut, make_tree
from foreword.index.build.build import BuildReport, refresh
from foreword.index.index import Index
from foreword.index.store.outline_store import Row, Store

_ROW_ID = attrgetter("id")


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole index of a tree, and the report on it."""

    tree: FileTree
    index: Index
    report: BuildReport


def changed_paths(before: FileTree, after: FileTree) -> tuple[str, ...]:
    """The paths that differ in two trees, in order."""
    if before.blobs is after.blobs:
        return ()
    return tuple(sorted({path for path, _ in before.blobs.items() ^ after.blobs.items()}))


def update(
    store: Store, before: Whole, tree: FileTree, read: Reader, paths: Collection[str]
) -> tuple[Index, BuildReport]:
    """The index of `tree`, which differs from that of `before` in `paths` alone.

    Raises:
        StoreError: The store is locked by another process for too long.
    """
    started = perf_counter()
    there = {path: tree.blobs[path] for path in paths if path in tree.blobs}
    part, found = refresh(store, make_tree(there, dirty=tree.dirty & there.keys()), read)
    if part.generation != before.index.generation:
        return refresh(store, tree, read)
    index = before.index.with_changes(tree.blobs, {path: part.rows.get(path) for path in paths})
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


def _shown(index: Index, path: str) -> Row | None:
    return index.rows[path] if path in index.blobs else None


def _languages(before: Mapping[str, int], gone: Iterable[Row], come: Iterable[Row]) -> Mapping[str, int]:
    spoken = Counter(before)
    spoken.update(row.spoken for row in come)
    spoken.subtract(row.spoken for row in gone)
    known = [(name, count) for name, count in spoken.items() if name and count]
    return dict(sorted(known, key=lambda pair: (-pair[1], pair[0])))


def _left_out(
    before: Whole, tree: FileTree, paths: Collection[str], found: tuple[LeftOut, ...]
) -> tuple[LeftOut, ...]:
    """What is left out: by the tree, by contents, and because it can't be read."""
    told = any(path in before.tree.blobs and path not in before.index.blobs for path in paths)
    if not told and not found and tree.left_out == before.tree.left_out:
        return before.report.left_out
    outdated = {*before.tree.left_out, *(one for one in before.report.left_out if one.path in paths)}
    kept = [one for one in before.report.left_out if one not in outdated]
    return tuple(sorted([*kept, *tree.left_out, *found]))
