"""Files that a question names and that the model does not see: the answer says so, lest it pass for one that knows them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.exclusion import reason_for_path
from foreword.core.tree import LeftOut
from foreword.workspace.files.disk import is_file, why_elsewhere

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
