"""The last look at a workspace, kept in the index store with a checksum, so that a new process goes on from it.

It saves a start the work of listing, judging and looking up files that have not changed; it is never believed:
the next look compares it with what git lists and what is on disk.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from foreword import __version__
from foreword.core.language import language_of
from foreword.core.tree import FileTree, LeftOut
from foreword.index.build.indexed_tree import BuildReport, IndexedTree
from foreword.index.index import Index
from foreword.index.outline.installed_grammars import installed_grammars
from foreword.index.store.facts import MARSHAL_VERSION
from foreword.index.store.outline_store import Row, Store, pack_rows, unpack_rows
from foreword.index.store.resilient_file import DamagedStore
from foreword.workspace.files.tree_builder import listed
from foreword.workspace.files.working_tree import SavedFiles

if TYPE_CHECKING:
    from foreword.assist.session.session import Session
    from foreword.workspace.ignore import IgnoreRules

FORMAT = 9
"""Of the parts and their order."""

_NUL = "\0"


def remember(session: Session, files: SavedFiles, whole: IndexedTree, name: str) -> None:
    """Keep a look for the next process; `name` stands for the rules about which files count.

    Raises:
        StoreError: the store is locked for too long.
    """
    if session.repository is None:
        return
    # Packing a large workspace takes time; the same listing was stored already.
    if session.recall.remembered == files.listing:
        return
    keep(session, _key(session, name), (_packed_files(files), _packed_whole(whole)))
    session.recall.remembered = files.listing


def recall_last_look(session: Session, rules: IgnoreRules, name: str) -> None:
    """Let this process go on from the last look of another one, if there is one that fits.

    Raises:
        StoreError: the store is locked for too long.
    """
    packed = kept(session, _key(session, name)) if session.repository else None
    if packed is None:
        return
    of_files, of_whole = packed
    blobs, files = _files(of_files, rules)
    whole = _whole(of_whole, files.tree, blobs, session.index_store)
    if whole is not None:
        session.recall.files, session.recall.remembered = files, files.listing
        session.recall.keep(whole, is_whole=True)


def _packed_files(files: SavedFiles) -> tuple[Any, ...]:
    blobs, reasons = files.tree.blobs, files.reasons
    told = (
        list(files.unvouched),
        list(files.attribute_files),
        list(files.tree.included),
        dict(files.tree.encodings),
        dict(files.tree.statements),
    )
    seen = (files.listing, files.index, list(files.touched), list(files.tree.dirty), *told)
    changed = (_difference(blobs, files.tracked), _difference(reasons, files.left_out))
    return _joined(blobs), _joined(reasons), changed, seen


def _files(packed: tuple[Any, ...], rules: IgnoreRules) -> tuple[dict[str, str], SavedFiles]:
    """The files as they were seen, and the blobs of their tree."""
    joined_blobs, joined_reasons, changed, seen = packed
    listing, index, touched, dirty, unvouched, attribute_files, included, encodings, statements = seen
    blobs, reasons = _parted(joined_blobs), _parted(joined_reasons)
    tree = FileTree(
        MappingProxyType(blobs),
        tuple(sorted(listed(reasons))),
        frozenset(dirty),
        frozenset(included),
        MappingProxyType(encodings),
        MappingProxyType(statements),
    )
    tracked, left_out = (_changed(*pair) for pair in zip((blobs, reasons), changed, strict=True))
    known = MappingProxyType(tracked)
    found = SavedFiles(tree, rules, listing, known, left_out, reasons, index, frozenset(touched))
    return blobs, replace(found, unvouched=frozenset(unvouched), attribute_files=tuple(attribute_files))


def _packed_whole(whole: IndexedTree) -> tuple[Any, ...]:
    """The rows, which files have none or are left out by their contents, and what the report says beyond the tree."""
    rows, blobs, tree = whole.index.rows, whole.index.blobs, whole.tree
    without = [path for path in tree.blobs if path not in rows]
    hidden = [path for path in rows if path not in blobs]
    known = frozenset(tree.left_out)
    more = [tuple(one) for one in whole.report.left_out if one not in known]
    report = asdict(replace(whole.report, left_out=(), problems=()))
    # An outline is only good for the grammar that made it, and another release may bring another.
    versions = _versions({language_of(path) or "" for path in rows})
    return installed_grammars(), versions, pack_rows(list(rows.values())), without, hidden, report, more


def _whole(
    packed: tuple[Any, ...], tree: FileTree, blobs: dict[str, str], store: Store
) -> IndexedTree | None:
    """The index of `tree`, which has these blobs, as it was, if outlines would be made in the same way now."""
    installed, versions, packed_rows, without, hidden, told, more = packed
    if installed != installed_grammars() and versions != _versions(versions):
        return None
    read = _without(blobs, without)

    # A function, so that nothing is unpacked unless a question needs the rows.
    def rows() -> dict[str, Row]:
        return dict(zip(read, unpack_rows(packed_rows), strict=True))

    index = Index(
        store,
        tree.blobs,
        rows,
        shown=_without(read, hidden),
        encodings=tree.encodings,
        statements=tree.statements,
    )
    left_out = tuple(sorted((*tree.left_out, *map(LeftOut._make, more))))
    return IndexedTree(tree, index, BuildReport(**told | {"left_out": left_out, "problems": ()}))


def _joined(texts: Mapping[str, str]) -> tuple[str, str]:
    """A dictionary as two texts, which are read back ten times as fast: no path and no reason has a NUL."""
    return _NUL.join(texts), _NUL.join(texts.values())


def _parted(joined: tuple[str, str]) -> dict[str, str]:
    return dict(zip(*(text.split(_NUL) for text in joined), strict=True)) if joined[0] else {}


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """What to set in `before`, or to take away, so that it is `after`."""
    if before == after:
        return {}
    changed: dict[str, str | None] = dict.fromkeys(before.keys() - after.keys())
    return changed | dict(after.items() - before.items())


def _changed(before: dict[str, str], difference: Mapping[str, str | None]) -> dict[str, str]:
    """What `before` is made from by a difference, in the order of paths."""
    if not difference:
        return before
    after = {path: value for path, value in {**before, **difference}.items() if value is not None}
    return after if before.keys() >= difference.keys() else dict(sorted(after.items()))


def _without(texts: dict[str, str], paths: Collection[str]) -> dict[str, str]:
    """The texts without those of some paths; they themselves if all stay."""
    if not paths:
        return texts
    kept = texts.copy()
    for path in paths:
        del kept[path]
    return kept


def _versions(languages: Iterable[str]) -> dict[str, str]:
    """What the outlines in the store must have been made by."""
    from foreword.index.outline.grammar import grammar_version  # noqa: PLC0415 - loads every language

    return {language: grammar_version(language) for language in sorted(languages)}


def _key(session: Session, name: str) -> str:
    # By release: what a look holds is made by its code.
    return f"look:{__version__}:{FORMAT}:{session.worktree}:{name}"


CHECKSUM_BYTES = 20


def keep(session: Session, key: str, value: Any) -> None:  # noqa: ANN401 - whatever `marshal` knows
    """Store a value made of what `marshal` knows.

    Raises:
        StoreError: the store is locked for too long.
    """
    packed = marshal.dumps(value, MARSHAL_VERSION)
    session.index_store.put_artifact(key, _checksum(packed) + packed)


def kept(session: Session, key: str) -> Any:  # noqa: ANN401 - whatever was kept
    """What was kept, if it is as it was written, or None; a damaged store is begun anew.

    Raises:
        StoreError: the store is locked for too long.
    """
    try:
        stored = memoryview(session.index_store.get_artifact(key) or b"")
    except DamagedStore:
        return None
    checksum, packed = stored[:CHECKSUM_BYTES], stored[CHECKSUM_BYTES:]
    # `marshal` is not safe against damaged input (see its documentation): unchecked bytes never reach it.
    if checksum != _checksum(packed):
        return None
    return marshal.loads(packed)  # noqa: S302 - our own store, and its checksum holds


def _checksum(packed: bytes | memoryview) -> bytes:
    """`marshal` must not be given anything that it did not write."""
    # Against damage, not against people: whoever can write the store can write the checksum.
    return hashlib.sha1(packed, usedforsecurity=False).digest()
