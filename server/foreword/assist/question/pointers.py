"""Places that a question points at, and what is attached for them.

A user writes `FILE`, `FILE:LINE` or `FILE:FIRST-LAST`; a client attaches a file, lines of it, or a definition by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foreword.assist.context.build_prefix import Prefix
from foreword.assist.question.names import why_unseen
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.media import Media
from foreword.core.documents.text import decode, lines_of
from foreword.core.errors import UsageError, WorkspaceError
from foreword.core.exclusion import (
    IGNORED,
    MAX_FILE_BYTES,
    NESTED,
    NOT_REGULAR,
    SECRET,
    SUBMODULE,
    SYMLINK,
    TOO_LARGE,
    UNREADABLE_NAME,
    reason_for_content,
    reason_for_path,
    reason_in_spite_of_user,
)
from foreword.core.outline import Definition
from foreword.core.tokens import estimate
from foreword.prefix.base.render import render_outline
from foreword.prefix.turn import Attachment
from foreword.workspace.files.disk import read_file
from foreword.workspace.ignore import IgnoreRules

CONTEXT_LINES = 20
"""Shown around a single line that is in no definition, above and below."""

MAX_POINTED_BYTES = 50_000_000
MAX_VIEWED_BYTES = 10_000_000
"""Of a file of which the model views lines: all of it is searched for secrets each time."""
MAX_FOLDER_TOKENS = 20_000
"""Of the files of a folder that is pointed at, or of their definitions where that is less."""
MAX_FOLDER_FILES = 200
# Without it a secret could lie across the border of two parts and be found in neither.
OVERLAP = 10_000
"""Of two parts of a large file that are searched for secrets one after the other, in bytes."""
NEVER_SHOWN = frozenset({SECRET, SYMLINK, SUBMODULE, NESTED, IGNORED, NOT_REGULAR, UNREADABLE_NAME})
"""Reasons that hold also where a user points at the file."""

_POINTER = re.compile(r"(?P<path>.+?)(?::(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?)?")
DIFF_START = re.compile(r"^(?=diff --(?:git|cc|combined) )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A file (relative to the workspace, forward slashes), with a range of 1-based lines if one was given.

    What an editor shows and is no file yet comes with its `text`, and a picture that is no file of the workspace as `media`;
    `path` is then only what it is called.
    """

    path: str
    first: int | None = None
    last: int | None = None
    text: str | None = None
    media: Media | None = None


def parse_pointer(written: str) -> Pointer:
    """A pointer as written on a command line.

    Raises:
        UsageError: it can't be one.
    """
    match = _POINTER.fullmatch(written)
    if match is None or "\0" in written:
        raise UsageError(
            f"{written!r} is no place in the workspace: write FILE, FILE:LINE or FILE:FIRST-LAST"
        )
    first = int(match["first"]) if match["first"] else None
    last = int(match["last"]) if match["last"] else first
    if first is not None and last is not None and not 1 <= first <= last:
        raise UsageError(f"{written!r} has no such lines: count from 1, the first before the last")
    return Pointer(match["path"].replace("\\", "/").removeprefix("./"), first, last)


def resolve_pointers(pointers: Sequence[Pointer], saved: WorkspaceSnapshot) -> tuple[Pointer, ...]:
    """The pointers with paths of the workspace, in place of absolute ones, and with the files of a folder in its place.

    Of a folder with more text than `MAX_FOLDER_TOKENS` the definitions stand there instead.

    Raises:
        UsageError: a path leads out of the workspace, or lines of a folder are meant.
    """
    return tuple(one for pointer in pointers for one in _resolved(pointer, saved))


def _resolved(pointer: Pointer, saved: WorkspaceSnapshot) -> Iterator[Pointer]:
    if pointer.text is not None or pointer.media is not None:
        yield pointer
        return
    path = _relative(pointer.path, saved.root)
    folder = "" if path in {"", "."} else f"{path.rstrip('/')}/"
    files = () if path in saved.tree.blobs else tuple(one for one in saved.paths if one.startswith(folder))
    if not files:
        yield replace(pointer, path=path)
    elif pointer.first is not None:
        raise UsageError(f"{path} is a folder and has no lines: point at it, or at lines of a file in it")
    else:
        yield from _of_folder(folder or "./", files, saved)


def _relative(path: str, root: Path) -> str:
    """The path from the workspace's folder.

    Raises:
        UsageError: it is an absolute path of something else.
    """
    if not Path(path).is_absolute():
        return path
    # The last name stays as it is: what is a symlink is told to be one.
    target = Path(os.path.realpath(Path(path).parent)) / Path(path).name
    if target != root and not target.is_relative_to(root):
        raise UsageError(f"{path} is not in the workspace {root}: open its folder with --workspace")
    return target.relative_to(root).as_posix()


def _of_folder(folder: str, files: Sequence[str], saved: WorkspaceSnapshot) -> Iterator[Pointer]:
    texts = saved.read_all(files[:MAX_FOLDER_FILES])
    if len(files) <= MAX_FOLDER_FILES:
        left = MAX_FOLDER_TOKENS - sum(estimate(text.content) for text in texts.values())
        if left >= 0:
            yield from (Pointer(path) for path in texts)
            return
    head = f"{len(files):,} files, too many to be shown whole; these are definitions of them, with their lines.\n"
    left, told = MAX_FOLDER_TOKENS, [head]
    for path in files:
        piece = render_outline(path, saved.index.outline(path).definitions)
        left -= estimate(piece)
        if left < 0:
            told.append("(more files: view the folder)\n")
            break
        told.append(piece)
    yield Pointer(folder, text="".join(told))


def large_text(path: str, saved: WorkspaceSnapshot) -> str | None:
    """The text of a file that is left out for its size alone, where somebody asks for lines of it; else None."""
    reason = next((left.reason for left in saved.report.left_out if left.path == path), None)
    if reason != TOO_LARGE:
        return None
    try:
        return _left_out_text(Pointer(path, 1, 1), saved, MAX_VIEWED_BYTES)
    except UsageError:  # it is more than large
        return None


def attachments_of(
    pointers: Sequence[Pointer], saved: WorkspaceSnapshot, prefix: Prefix, unsaved: Mapping[str, str]
) -> tuple[Attachment, ...]:
    """What the turn shows for the pointers; a whole file that the prefix has in full is only named.

    `unsaved` texts (by path) win over the saved ones.

    Raises:
        UsageError: there is no such file, or it is left out.
    """
    return tuple(_attachment(pointer, saved, prefix, unsaved.get(pointer.path)) for pointer in pointers)


def pointed_names(saved: WorkspaceSnapshot, pointers: Sequence[Pointer]) -> tuple[str, ...]:
    """What the definitions are called that the pointers with lines lie in, each once: the question is about them too."""
    found = (
        _smallest(saved, pointer.path, pointer.first)
        for pointer in pointers
        if pointer.first and pointer.text is None
    )
    return tuple(dict.fromkeys(one.name for one in found if one is not None))


def _attachment(
    pointer: Pointer, saved: WorkspaceSnapshot, prefix: Prefix, unsaved: str | None
) -> Attachment:
    text = text_at(pointer, saved, unsaved)
    n_lines = max(1, len(lines_of(text)))
    if pointer.first is None or pointer.last is None:
        # An unsaved text is in the turn as such already; the prefix has the whole of a saved one.
        content = None if prefix.shows_in_full(pointer.path) or unsaved is not None else text
        return Attachment(pointer.path, content, 1, n_lines)
    if pointer.first > n_lines:
        raise UsageError(f"{pointer.path} has {n_lines} lines, not {pointer.first}: point at one of them")
    first, last = (
        _surroundings(pointer, saved, is_saved=unsaved is None and pointer.text is None)
        if pointer.first == pointer.last
        else (pointer.first, pointer.last)
    )
    return Attachment(pointer.path, text, first, min(last, n_lines))


def text_at(pointer: Pointer, saved: WorkspaceSnapshot, unsaved: str | None) -> str:
    """The text of what a resolved pointer points at; `unsaved` is what an editor has of it, which goes first.

    Raises:
        UsageError: there is no such file, or it can't be shown.
    """
    if pointer.text is not None:
        # An untitled document can hold secrets as a file can, and half a surrogate pair.
        reason = reason_in_spite_of_user(pointer.path) or reason_for_content(
            pointer.path, pointer.text.encode("utf-8", "surrogatepass")
        )
        if reason is not None:
            raise UsageError(f"{pointer.path} is left out ({reason}): point at something else")
        return without_hidden_files(pointer.text, saved.rules)
    text = unsaved if unsaved is not None else saved.read_content(pointer.path)
    return _left_out_text(pointer, saved) if text is None else text


def without_hidden_files(text: str, rules: IgnoreRules) -> str:
    """A text in which git's diffs (if it has any) of files that are never shown are cut down to their first lines."""
    return "".join(_only_named(piece, rules) for piece in DIFF_START.split(text))


def _only_named(piece: str, rules: IgnoreRules) -> str:
    header = piece.partition("\n")[0]
    if not header.startswith("diff --") or not any(_is_hidden(path, rules) for path in _paths_in(header)):
        return piece
    return f"{header}\n(not shown: the file is left out)\n"


def _paths_in(header: str) -> Iterator[str]:
    """What the last path of a diff's first line may be: it ends the line, with spaces of its own or none."""
    words = header.removesuffix("\r").replace('"', "").split(" ")
    for n in range(2, len(words)):
        path = " ".join(words[n:])
        # `a/` and `b/` are what git writes by itself; a setting leaves them out.
        yield from (path, path[2:] if path[1:2] == "/" else path)


def _is_hidden(path: str, rules: IgnoreRules) -> bool:
    return reason_in_spite_of_user(path) is not None or rules.ignores(path)


def _left_out_text(pointer: Pointer, saved: WorkspaceSnapshot, most: int = MAX_POINTED_BYTES) -> str:
    """The text of a file that a rule leaves out: the user points at it, so it is shown, but for secrets.

    Raises:
        UsageError: there is no such file, or it can't be shown.
    """
    path = pointer.path
    reason = next((left.reason for left in saved.report.left_out if left.path == path), reason_for_path(path))
    data = _on_disk(path, saved, most)
    if data is None or reason in NEVER_SHOWN:
        raise UsageError(why_missing(path, saved))
    for start in range(0, max(1, len(data)), MAX_FILE_BYTES - OVERLAP):
        found = reason_for_content(path, data[start : start + MAX_FILE_BYTES], included=True)
        if found is not None:
            raise UsageError(f"{path} is left out ({found}): point at another file")
    if len(data) > MAX_FILE_BYTES and pointer.first is None:
        raise UsageError(f"{path} has {len(data) / 1e6:.1f} MB: point at lines of it, as {path}:1-100")
    return decode(data, saved.attributes.encoding_of(path)).content


def _on_disk(path: str, saved: WorkspaceSnapshot, most: int) -> bytes | None:
    try:
        # One byte more than is taken shows that the file is larger.
        data = read_file(saved.root, path, limit=most + 1)
    except WorkspaceError:  # it leads out of the workspace
        return None
    return data if data is not None and len(data) <= most else None


def _surroundings(pointer: Pointer, saved: WorkspaceSnapshot, *, is_saved: bool) -> tuple[int, int]:
    """The smallest definition around a single line, or some lines on both sides of it.

    What the index knows of a file holds for its saved text only.
    """
    line = pointer.first or 1
    smallest = _smallest(saved, pointer.path, line) if is_saved else None
    if smallest is not None:
        return min(smallest.line, line - 3) if line > 3 else 1, smallest.end_line  # noqa: PLR2004 - a few lines of lead
    return max(1, line - CONTEXT_LINES), line + CONTEXT_LINES


def _smallest(saved: WorkspaceSnapshot, path: str, line: int) -> Definition | None:
    """The smallest definition around a line of a saved file."""
    around = [one for one in saved.index.outline(path).definitions if one.line <= line <= one.end_line]
    return min(around, key=lambda one: (one.end_line - one.line, one.line), default=None)


def why_missing(path: str, saved: WorkspaceSnapshot) -> str:
    """Why there is nothing to show of a path, in a sentence for the user."""
    reason = why_unseen(path, saved)
    if reason is None:
        return f"there is no file {path} in the workspace: give its path relative to the workspace"
    return reason if ": " in reason.removeprefix(path) else f"{reason}: point at another file"


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file of the workspace; lines (1-based, inclusive) or a symbol narrow it down.

    `text` is that of a document that is no file yet, `media` a picture or a PDF; `path` is then only what it is called.
    """

    path: str
    first: int | None = None
    last: int | None = None
    symbol: str = ""
    text: str | None = None
    media: Media | None = None


def pointers_to(
    places: Iterable[AttachmentRef], saved: WorkspaceSnapshot, unsaved: Container[str]
) -> tuple[Pointer, ...]:
    """The pointers for places. A symbol's lines are known for saved text only: of `unsaved` files all is meant.

    Raises:
        UsageError: there is no such symbol in the file.
    """
    return tuple(_pointer(place, saved, is_saved=place.path not in unsaved) for place in places)


def _pointer(place: AttachmentRef, saved: WorkspaceSnapshot, *, is_saved: bool) -> Pointer:
    # The outline is that of the saved text; in another text its lines may be elsewhere.
    if place.first is not None or not place.symbol or not is_saved or place.path not in saved.index.blobs:
        return Pointer(place.path, place.first, place.last, place.text, place.media)
    parent, _, name = place.symbol.rpartition(".")
    found = [
        definition
        for definition in saved.index.outline(place.path).definitions
        if definition.name in (name, place.symbol)
        and (not parent or (definition.parent or "").endswith(parent))
    ]
    if not found:
        raise UsageError(f"{place.path} defines no {place.symbol}: attach its lines, or the whole file")
    return Pointer(place.path, found[0].line, max(found[0].line, found[0].end_line))
