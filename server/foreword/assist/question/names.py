"""Names that people write: how one may go on, the definitions that it means, and files of that name that the model does not see."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from foreword.core.exclusion import SUBMODULE, reason_for_path
from foreword.core.tree import LeftOut
from foreword.workspace.files.disk import is_file, why_elsewhere

if TYPE_CHECKING:
    from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
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


_SEPARATOR = re.compile(r"\.|::|#")


def find_by_beginning(index: Index, written: str, limit: int) -> list[tuple[str, Definition]]:
    """The definitions of a name, else those whose names begin so, whatever the case; at most `limit`."""
    exact = find_definitions(index, written) if written.strip() else []
    if exact:
        return exact[:limit]
    begin = written.strip().lower()
    every = ((path, one) for path, outline in index.outlines(begin) for one in outline.definitions)
    return list(islice((pair for pair in every if pair[1].name.lower().startswith(begin)), limit))


def find_definitions(index: Index, written: str) -> list[tuple[str, Definition]]:
    """The definitions of a name by path and line; those in the named parent alone, if there are any."""
    *parents, name = _SEPARATOR.split(written.strip("`() "))
    found = index.definitions(name) if name else []
    within = [pair for pair in found if parents and pair[1].parent == parents[-1]]
    # A parent that is not known may be an alias or a module; the name alone still helps.
    return within or found


MAX_NAMES = 3
"""Files that one note names; more would hide what else it says."""
MAX_LOOKED_AT = 40
"""Names in a question that are looked for on disk: a pasted log can hold thousands."""

# Not a space: where a name with spaces ends can't be told in a sentence.
_WORD = re.compile(r"[^\s\"'`<>|*,;]+")
_LINES = re.compile(r":\d[\d:-]*$")
_AROUND = ".:!?)]}"


def unseen_note(question: str, saved: WorkspaceSnapshot, shown: Collection[str]) -> str | None:
    """One line on the files of the question that are not seen, or None; `shown` are those that are attached to it."""
    found = [one for one in _unseen(question, saved) if one.path not in shown]
    if not found:
        return None
    named = "; ".join(filter(None, (_why(saved, one.path, one.reason) for one in found[:MAX_NAMES])))
    more = f"; and {len(found) - MAX_NAMES:,} more" if len(found) > MAX_NAMES else ""
    which = "the file that the question names" if len(found) == 1 else "files that the question names"
    return f"the answer does not know {which}: {named}{more}"


def why_unseen(path: str, saved: WorkspaceSnapshot) -> str | None:
    """Why a path that is there is not seen: it leads elsewhere, or a rule leaves it or a folder above it out; else None."""
    left_out = {one.path: one.reason for one in saved.report.left_out}
    found = _left_out(path, left_out, {}) or next(_ignored([path], saved), None)
    return _why(saved, path, found.reason if found else None)


def _why(saved: WorkspaceSnapshot, path: str, reason: str | None) -> str | None:
    try:
        elsewhere = why_elsewhere(saved.root, path)
    except (OSError, ValueError):  # a name that no file can have
        elsewhere = None
    if not elsewhere and reason == SUBMODULE:
        return f"{path} is in a submodule that is not checked out: run `git submodule update --init`, then open its folder"
    return elsewhere or (f"{path} is left out ({reason})" if reason else None)


def _unseen(question: str, saved: WorkspaceSnapshot) -> list[LeftOut]:
    """The files that are meant and not seen, each once, in the order of the question."""
    words = [word for word in dict.fromkeys(_names_in(question)) if not saved.tree.blobs.get(word)]
    if not words:
        return []
    left_out = {one.path: one.reason for one in saved.report.left_out}
    by_name = _by_name(left_out, {PurePosixPath(word).name for word in words})
    for path in saved.paths:
        # A file that is seen under the same name is the one that is meant, as far as anybody can tell.
        by_name.pop(PurePosixPath(path).name, None)
    found = {word: _left_out(word, left_out, by_name) for word in words}
    unknown = [word for word, one in found.items() if one is None]
    found |= {one.path: one for one in _ignored(unknown[:MAX_LOOKED_AT], saved)}
    return list({one.path: one for one in found.values() if one is not None}.values())


def _names_in(question: str) -> Iterator[str]:
    """What may be the path or the name of a file: no plain word can be."""
    for match in _WORD.finditer(question):
        word = _LINES.sub("", match[0].strip("([{").rstrip(_AROUND)).rstrip(_AROUND)
        word = word.replace("\\", "/").removeprefix("./")
        if any(mark in word for mark in "./_-") and not word.startswith(("-", "/")) and "://" not in word:
            yield word


def _by_name(paths: Iterable[str], wanted: Collection[str]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        name = path.rstrip("/").rpartition("/")[2]
        if name in wanted:
            named[name].append(path)
    return named


def _left_out(word: str, left_out: dict[str, str], by_name: dict[str, list[str]]) -> LeftOut | None:
    """The file of that path, one in a folder that is left out as a whole, or the only one of that name."""
    if word in left_out:
        return LeftOut(word, left_out[word])
    for folder in PurePosixPath(word).parents:
        # A folder of others' code ends with a slash there, a submodule does not.
        reason = left_out.get(f"{folder}/") or left_out.get(str(folder))
        if reason:
            return LeftOut(word, reason)
    same = by_name.get(word, [])
    return LeftOut(same[0], left_out[same[0]]) if len(same) == 1 else None


def _ignored(words: Iterable[str], saved: WorkspaceSnapshot) -> Iterator[LeftOut]:
    """Files that are there and in no list: git ignores them, and they are not looked for."""
    known = set(saved.paths)
    for word in words:
        if word not in known and _is_there(word, saved):
            yield LeftOut(word, reason_for_path(word) or "ignored by git")


def _is_there(word: str, saved: WorkspaceSnapshot) -> bool:
    try:
        return is_file(saved.root, word)
    except (OSError, ValueError):  # a name that no file can have
        return False
