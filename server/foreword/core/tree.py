r"""A tree of files as Foreword sees it: paths with the blob ids of their contents, and what was left out.

Paths are relative to the workspace root, with forward slashes, as in git.
A blob id is git's own: the SHA-1 (or SHA-256, as the repository has it) of `blob <size>\0<contents>`. A commit of a
history is kept as far as it tells about files.

Whoever reads files is handed a `Reader`, the port through which their bytes come: the index never opens one itself. It
crosses into worker processes and must therefore be picklable (a frozen dataclass with `__call__`, or a
`functools.partial` of a module's function).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple


class LeftOut(NamedTuple):
    """A file that the model does not see, and why."""

    path: str
    reason: str


def listed_reason(left_out: Sequence[LeftOut], path: str) -> str | None:
    """Why a path stands in a list of what is left out, which is sorted by path; None if it does not."""
    # The list may have tens of thousands of lines.
    at = bisect_left(left_out, LeftOut(path, ""))
    listed = left_out[at] if at < len(left_out) else None
    return listed.reason if listed is not None and listed.path == path else None


@dataclass(frozen=True, slots=True)
class FileTree:
    """Immutable: `blobs` maps each path to its blob id, in path order; `left_out` is sorted by path.

    `dirty` are the paths whose contents are on disk only: their blobs are not in git's object store. `included` are those
    that the user wants whatever they contain, but for secrets. `encodings` are those that the project or the user expects of
    files, by path, where it is not UTF-8. `statements` are what the project says of the part that files play, by path, where it does
    (see `workspace.attributes.AttributeRules.statement_of`).
    """

    blobs: Mapping[str, str]
    left_out: tuple[LeftOut, ...] = ()
    dirty: frozenset[str] = frozenset()
    included: frozenset[str] = frozenset()
    encodings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    statements: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


MAX_NAMED = 3


def repositories_message(paths: Sequence[str]) -> str:
    """That some folders of a workspace, which are repositories of their own, are not seen, and what to do; empty for none."""
    if not paths:
        return ""
    named = ", ".join(sorted(paths)[:MAX_NAMED])
    more = f" and {len(paths) - MAX_NAMED:,} more" if len(paths) > MAX_NAMED else ""
    if len(paths) == 1:
        return f"{named} is a repository of its own, and not seen here: open that folder as well"
    return f"{named}{more} are repositories of their own, and not seen here: open their folders as well"


class Scope(NamedTuple):
    """A folder of a repository that is seen without the rest: its path from the top, with a slash at the end, and the top."""

    folder: str
    top: str

    @property
    def message(self) -> str:
        """What is not seen, and what to do, in one line."""
        return f"only {self.folder} of the repository at {self.top} is seen: open that folder to see the rest"

    def to_json(self) -> dict[str, str]:
        """As in every result that tells how fresh it is."""
        return {"folder": self.folder, "repository": self.top, "message": self.message}


def make_tree(
    blobs: Mapping[str, str],
    left_out: Iterable[LeftOut] = (),
    dirty: Iterable[str] = (),
    included: Iterable[str] = (),
) -> FileTree:
    """A tree with its parts in the order that its description promises."""
    ordered = MappingProxyType({path: blobs[path] for path in sorted(blobs)})
    return FileTree(ordered, tuple(sorted(left_out)), frozenset(dirty), frozenset(included))


def blob_id(data: bytes, algorithm: Literal["sha1", "sha256"] = "sha1") -> str:
    """Git's blob id of `data` (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects)."""
    # SHA-1 is git's choice; where policy forbids it for security, Python allows it for names.
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class LineChange(NamedTuple):
    """Lines that a commit changed, where they stand now (1-based, inclusive).

    `commit` is its place in the history, 0 for the newest one, and `weight` what it counts: less, the older it is.
    """

    commit: int
    weight: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit's message says, and which files it changed (paths in the workspace)."""

    message: str
    paths: tuple[str, ...]


class Source(NamedTuple):
    """One file by path and blob id; a `dirty` one is on disk only, not in git's object store."""

    path: str
    blob: str
    dirty: bool = False


Reader = Callable[[Sequence[Source]], Iterable[tuple[Source, bytes | None]]]
"""Gives the bytes of each source, in any order, lazily; None for one that can't be read."""
