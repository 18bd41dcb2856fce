"""What can be meant by the beginning of a name in a question: files and definitions of the index, best first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from foreword.assist.question.symbol_lookup import find_by_beginning
from foreword.core.outline import Definition
from foreword.index.index import Index

SCHEMA = "foreword.complete/1"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A file, or lines of one (1-based, inclusive) that define a name."""

    kind: Literal["file", "symbol"]
    name: str
    path: str
    line: int = 0
    end_line: int = 0

    def to_json(self) -> dict[str, Any]:
        """As JSON; a file has no lines."""
        lines: Mapping[str, int] = {"line": self.line, "endLine": self.end_line} if self.line else {}
        return {"kind": self.kind, "name": self.name, "path": self.path, **lines}


def complete(index: Index, written: str, limit: int, here: str = "") -> list[Suggestion]:
    """At most `limit` files, and as many definitions.

    Without anything written these are the files at the top of the tree, and the definitions of the file that is open
    (`here`, a path), in the order of its lines.

    A file matches by its name, else by its path, else by the letters of its path in their order; a definition by the
    beginning of its name. Case does not matter.
    """
    query = written.strip().lower()
    ranked = sorted(
        (rank, len(path), path) for path in index.paths if (rank := _rank(path.lower(), query)) is not None
    )
    files = [Suggestion("file", path.rpartition("/")[2], path) for _, _, path in ranked[:limit]]
    found = find_by_beginning(index, written, limit) if query else _definitions_of(index, here)[:limit]
    symbols = [Suggestion("symbol", one.name, path, one.line, one.end_line) for path, one in found]
    return [*files, *symbols]


def _definitions_of(index: Index, path: str) -> list[tuple[str, Definition]]:
    return [(path, one) for one in index.outline(path).definitions] if path in index.blobs else []


def _rank(path: str, query: str) -> int | None:
    """How well a path matches, less is better; None if it does not."""
    name = path.rpartition("/")[2]
    if not query:
        return path.count("/")
    if name.startswith(query):
        return 0
    if query in name:
        return 1
    if query in path:
        return 2
    # One iterator for all letters, so that each is looked for behind the one before.
    letters = iter(path)
    return 3 if all(letter in letters for letter in query) else None
