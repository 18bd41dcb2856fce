"""The index of a whole tree as a value, and what a build says of it: for who goes on from there and builds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foreword.core.errors import Problem
    from foreword.core.tree import FileTree, LeftOut
    from foreword.index.index import Index

FEW_FILES = 32
"""So many are read in this process: no worker would have started in the meantime."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did and what the index holds.

    `files`, `symbols`, `references`, `bytes` and `languages` (files by language) count what is in the index;
    `parsed` blobs were read now, `reused` ones were known; `left_out` are the tree's and those left out by content.
    `unread` counts the files that were not read yet: 0 after a build.
    """

    files: int = 0
    symbols: int = 0
    references: int = 0
    bytes: int = 0
    seconds: float = 0.0
    parsed: int = 0
    reused: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: int = 0


@dataclass(frozen=True, slots=True)
class IndexedTree:
    """The whole index of a tree, and the report on it."""

    tree: FileTree
    index: Index
    report: BuildReport

    def report_on(self, tree: FileTree) -> BuildReport:
        """The report on a tree with the same files: others may be left out by now, or for another reason."""
        report = self.report
        left_out = report.left_out
        if tree.left_out != self.tree.left_out:
            before = frozenset(self.tree.left_out)
            by_content = (one for one in left_out if one not in before)
            left_out = tuple(sorted((*by_content, *tree.left_out)))
        return replace(report, seconds=0.0, parsed=0, reused=report.parsed + report.reused, left_out=left_out)


def changed_paths(before: FileTree, after: FileTree) -> tuple[str, ...]:
    """The paths that differ in two trees, in order."""
    wanted = before.included ^ after.included
    for old, new in ((before.encodings, after.encodings), (before.statements, after.statements)):
        if old != new:
            wanted |= {path for path, _ in old.items() ^ new.items() if path in after.blobs}
    # A look that finds nothing changed gives the very mapping of the look before it.
    if before.blobs is after.blobs:
        return tuple(sorted(wanted))
    return tuple(sorted({path for path, _ in before.blobs.items() ^ after.blobs.items()} | wanted))
