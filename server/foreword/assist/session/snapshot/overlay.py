"""What an editor shows and has not saved: texts that win over the disk, in the turn and in the tools."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from foreword.core.documents.text import decode, printable
from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import IGNORED, IGNORED_BY_GIT, UNREADABLE, reason_for_content, reason_for_path
from foreword.core.tree import LeftOut, Reader, Source, blob_id, make_tree
from foreword.index.build.indexed_tree import IndexedTree
from foreword.prefix.turn import UnsavedFile
from foreword.workspace.files.disk import read_file
from foreword.workspace.git.git_listing import ignored_by_git

if TYPE_CHECKING:
    from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
    from foreword.workspace.git.repository import Repository

BYTE_ORDER_MARK = "\ufeff"
MAX_COMPARED_BYTES = 50_000_000
"""Of a file on disk that an open document is compared with."""

ReadOpen = Callable[[str], str | None]
"""The text that an editor has of a file by its path in the workspace; None where it has none, or does not say."""


def workspace_path(root: Path, path: Path) -> str | None:
    """The path of a file relative to the workspace, with forward slashes; None if it is somewhere else."""
    plain = Path(os.path.normpath(path))
    # An editor may name a file by a link to its folder. The name itself is not resolved: a link is no file of
    # ours.
    for candidate in (plain, plain.parent.resolve() / plain.name):
        if candidate.is_relative_to(root) and candidate != root:
            return candidate.relative_to(root).as_posix()
    return None


@dataclass(frozen=True, slots=True)
class Overlay:
    """What an editor shows and has not saved: texts by path, and the files whose unsaved text is left out."""

    texts: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


NOTHING_UNSAVED = Overlay()


def overlay_of(
    saved: WorkspaceSnapshot, repository: Repository | None, documents: Iterable[tuple[str, str]]
) -> Overlay:
    """Of open documents (path in the workspace, text) those that differ from the saved state.

    A file that is left out stays out, also a new one that would be.
    """
    # An editor may hand the mark on as a character; the saved text is held without it.
    texts = {path: text.removeprefix(BYTE_ORDER_MARK) for path, text in sorted(documents)}
    known = saved.read_all(tuple(texts))
    unknown = {path: text for path, text in texts.items() if path not in known}
    candidates = {p: t for p, t in texts.items() if p in known and not _is_same(t, known[p].content)}
    candidates |= {p: t for p, t in unknown.items() if not _is_on_disk(saved, p, t)}
    new = unknown.keys() & candidates.keys()
    ignored = ignored_by_git(repository, new) if repository is not None and new else frozenset()
    by_path = {path: _reason_for_path(saved, path, is_ignored=path in ignored) for path in new}
    reasons = {path: by_path.get(path) or _reason_for_text(path, text) for path, text in candidates.items()}
    return Overlay(
        {path: text for path, text in sorted(candidates.items()) if reasons[path] is None},
        tuple(LeftOut(path, reason) for path, reason in sorted(reasons.items()) if reason is not None),
    )


def with_unsaved(saved: WorkspaceSnapshot, unsaved: Mapping[str, str]) -> WorkspaceSnapshot:
    """The snapshot as if `unsaved` (texts by path) had been saved: search, definitions and texts are those of the editor.

    It is for looking things up alone: no prefix is made of it.

    Raises:
        StoreError: the index can't be used.
    """
    if not unsaved:
        return saved
    # Half a surrogate pair, as an editor may send, is no text that a file could have.
    texts = {path: text.encode("utf-8", "replace") for path, text in unsaved.items()}
    blobs = {**saved.tree.blobs, **{path: blob_id(data) for path, data in texts.items()}}
    tree = replace(
        make_tree(blobs, saved.tree.left_out, saved.tree.dirty | texts.keys(), saved.tree.included),
        statements=saved.tree.statements,
    )
    reader = partial(_read, texts, saved.reader)
    before = IndexedTree(saved.tree, saved.index, saved.report)
    from foreword.index.build.build import update  # noqa: PLC0415 - most looks parse nothing

    index, report = update(saved.index.store, before, tree, reader, texts.keys())
    return replace(saved, tree=tree, index=index, report=report, reader=reader)


def as_shown(
    saved: WorkspaceSnapshot, repository: Repository | None, documents: Iterable[tuple[str, str]]
) -> WorkspaceSnapshot:
    """The snapshot as its user sees it: with the unsaved texts of open documents (path in the workspace, text).

    Raises:
        StoreError: the index can't be used.
    """
    return with_unsaved(saved, overlay_of(saved, repository, documents).texts)


def _read(
    texts: Mapping[str, bytes], read_saved: Reader, sources: Sequence[Source]
) -> Iterator[tuple[Source, bytes | None]]:
    """The bytes of some files, those of the editor first."""
    yield from ((source, texts[source.path]) for source in sources if source.path in texts)
    yield from read_saved([source for source in sources if source.path not in texts])


class OpenTexts(Mapping[str, str]):
    """Unsaved texts by path, as an editor tells of them when a file is first looked at: it does not name its documents.

    It is asked about files that the model may see, once each. Used from one thread at a time.
    """

    def __init__(
        self,
        saved: WorkspaceSnapshot,
        repository: Repository | None,
        known: Mapping[str, str],
        read: ReadOpen,
    ) -> None:
        """`known` are unsaved texts that were told already."""
        self._saved = saved
        self._repository = repository
        self._texts = dict(known)
        self._read = read
        self._asked = set(known)

    def __getitem__(self, path: str) -> str:
        self._look(path)
        return self._texts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._texts))

    def __len__(self) -> int:
        return len(self._texts)

    def _look(self, path: str) -> None:
        # An editor would read any file of the disk: it is never asked about one that is left out.
        if path in self._asked or path not in self._saved.index.blobs:
            return
        self._asked.add(path)
        text = self._read(path)
        if text is not None:
            self._texts |= overlay_of(self._saved, self._repository, [(path, text)]).texts


def unsaved_files(saved: WorkspaceSnapshot, unsaved: Mapping[str, str]) -> tuple[UnsavedFile, ...]:
    """What the turn says of unsaved texts."""
    return tuple(UnsavedFile(path, text, saved.read_content(path)) for path, text in unsaved.items())


def _is_same(text: str, saved: str) -> bool:
    # Two texts that are shown alike are the same to the model.
    return text == saved or printable(text) == printable(saved)


def _is_on_disk(saved: WorkspaceSnapshot, path: str, text: str) -> bool:
    """Whether a file that is not shown has this text on disk: then nothing of it is unsaved."""
    try:
        data = read_file(saved.root, path, limit=MAX_COMPARED_BYTES)
    except WorkspaceError:  # it leads out of the workspace
        return True
    return data is not None and _is_same(
        text, decode(data, saved.attributes.encoding_of(path)).content.removeprefix(BYTE_ORDER_MARK)
    )


def _reason_for_text(path: str, text: str) -> str | None:
    return reason_for_content(path, text.encode("utf-8", "surrogatepass"))


def _reason_for_path(saved: WorkspaceSnapshot, path: str, *, is_ignored: bool) -> str | None:
    """Why a file that is not shown, or not there yet, is left out whatever its text; `is_ignored` by git."""
    known = saved.reason_left_out(path) or reason_for_path(path)
    known = (
        known or (IGNORED if saved.rules.ignores(path) else None) or (IGNORED_BY_GIT if is_ignored else None)
    )
    there = (saved.root / path).exists() or (saved.root / path).is_symlink()
    # There, and in no list: it was made after the look, and the next one knows what it is.
    return known or (UNREADABLE if there else None)
