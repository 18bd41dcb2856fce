"""What an editor shows and has not saved: texts that win over the disk, in the turn and in the tools."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import printable
from foreword.core.exclusion import reason_for_content, reason_for_path
from foreword.core.tree import Reader, Source, blob_id, make_tree
from foreword.index.build.build import Whole, update
from foreword.prefix.turn import Unsaved
from foreword.workspace.git.git_listing import ignored_by_git
from foreword.workspace.git.repository import Repository

BYTE_ORDER_MARK = "\ufeff"

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


def unsaved_texts(
    saved: WorkspaceSnapshot, repository: Repository | None, documents: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Of open documents (path in the workspace, text) those that differ from the saved state.

    A file that is left out stays out, also a new one that would be.
    """
    # An editor may hand the mark on as a character; the saved text is held without it.
    texts = {path: text.removeprefix(BYTE_ORDER_MARK) for path, text in documents}
    known = saved.read_all(tuple(texts))
    changed = {p: t for p, t in texts.items() if p in known and not _is_same(t, known[p].content)}
    new = {p: t for p, t in texts.items() if p not in saved.index.blobs and _may_be_new(saved, p)}
    hidden = ignored_by_git(repository, new) if repository is not None and new else frozenset()
    shown = changed | {path: text for path, text in new.items() if path not in hidden}
    return {path: text for path, text in sorted(shown.items()) if not _is_left_out(path, text)}


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
    tree = make_tree(blobs, saved.tree.left_out, saved.tree.dirty | texts.keys(), saved.tree.included)
    reader = partial(_read, texts, saved.reader)
    before = Whole(saved.tree, saved.index, saved.report)
    index, report = update(saved.index.store, before, tree, reader, texts.keys())
    return replace(saved, tree=tree, index=index, report=report, reader=reader)


def as_shown(
    saved: WorkspaceSnapshot, repository: Repository | None, documents: Iterable[tuple[str, str]]
) -> WorkspaceSnapshot:
    """The snapshot as its user sees it: with the unsaved texts of open documents (path in the workspace, text).

    Raises:
        StoreError: the index can't be used.
    """
    return with_unsaved(saved, unsaved_texts(saved, repository, documents))


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
            self._texts |= unsaved_texts(self._saved, self._repository, [(path, text)])


def unsaved_files(saved: WorkspaceSnapshot, unsaved: Mapping[str, str]) -> tuple[Unsaved, ...]:
    """What the turn says of unsaved texts."""
    return tuple(Unsaved(path, text, saved.read_content(path)) for path, text in unsaved.items())


def _is_same(text: str, saved: str) -> bool:
    # Two texts that are shown alike are the same to the model.
    return text == saved or printable(text) == printable(saved)


def _may_be_new(saved: WorkspaceSnapshot, path: str) -> bool:
    """Whether nothing is on disk yet, and no rule about names leaves the file out."""
    on_disk = (saved.root / path).exists() or (saved.root / path).is_symlink()
    return not on_disk and reason_for_path(path) is None and not saved.rules.ignores(path)


def _is_left_out(path: str, text: str) -> bool:
    return reason_for_content(path, text.encode("utf-8", "surrogatepass")) is not None
