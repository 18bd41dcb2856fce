"""The last look at a large workspace, kept in the index store, so that a new process goes on from it.

It saves a start the work of listing, judging and looking up files that have not changed; it is never believed:
the next look compares it with what git lists and what is on disk.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable
from dataclasses import asdict, replace
from types import MappingProxyType

from foreword import __version__
from foreword.assist.session.session import Session
from foreword.core.language import language_of
from foreword.core.tree import FileTree, LeftOut
from foreword.index.build import BuildReport
from foreword.index.grammar import grammar_version
from foreword.index.index import Index
from foreword.index.store import DamagedStore, Row
from foreword.index.update import Whole
from foreword.workspace.files import listed
from foreword.workspace.ignore import IgnoreRules
from foreword.workspace.saved_files import SavedFiles

MIN_FILES = 2_000
"""Smaller workspaces are looked at in a moment anyway."""

FORMAT = 3
"""Of the parts and their order."""

MARSHAL_VERSION = 4
CHECKSUM_BYTES = 20


def remember(session: Session, files: SavedFiles, whole: Whole, name: str) -> None:
    """Keep a look for the next process; `name` stands for the rules about which files count.

    Raises:
        StoreError: the store is locked for too long.
    """
    if session.repository is None or len(files.tree.blobs) < MIN_FILES:
        return
    if session.recall.remembered == files.listing:
        return
    report = asdict(replace(whole.report, left_out=(), problems=()))
    left_out = [(one.path, one.reason) for one in whole.report.left_out]
    parts = (
        _versions({language_of(path) or "" for path in whole.index.rows}),
        (files.listing, dict(files.tracked), files.left_out, files.reasons, files.index, list(files.touched)),
        (dict(files.tree.blobs), list(files.tree.dirty)),
        (list(whole.index.rows), [list(column) for column in zip(*whole.index.rows.values(), strict=True)]),
        (report, left_out),
    )
    packed = marshal.dumps(parts, MARSHAL_VERSION)
    session.index_store.put_artifact(_key(session, name), _checksum(packed) + packed)
    session.recall.remembered = files.listing


def recall_last_look(session: Session, rules: IgnoreRules, name: str) -> None:
    """Let this process go on from the last look of another one, if there is one that fits.

    Raises:
        StoreError: the store is locked for too long.
    """
    packed = _stored(session, name) if session.repository else None
    if packed is None:
        return
    versions, seen, tree_parts, (paths, columns), told = marshal.loads(packed)  # noqa: S302 - our own store, and its checksum holds
    if versions != _versions(versions):
        return
    listing, tracked, left_out, reasons, index_file, touched = seen
    blobs, dirty = tree_parts
    tree = FileTree(MappingProxyType(blobs), tuple(sorted(listed(reasons))), frozenset(dirty))
    rows = map(Row._make, zip(*columns, strict=True))
    index = Index(session.index_store, tree.blobs, dict(zip(paths, rows, strict=True)))
    report = BuildReport(**told[0] | {"left_out": tuple(LeftOut(*one) for one in told[1]), "problems": ()})
    recall = session.recall
    known = MappingProxyType(tracked)
    recall.files = SavedFiles(tree, rules, listing, known, left_out, reasons, index_file, frozenset(touched))
    recall.keep(Whole(tree, index, report), is_whole=True)
    recall.remembered = listing


def _stored(session: Session, name: str) -> bytes | None:
    """What was kept, if it is as it was written; a damaged store is begun anew."""
    try:
        stored = session.index_store.get_artifact(_key(session, name)) or b""
    except DamagedStore:
        session.index_store.rebuild()
        return None
    checksum, packed = stored[:CHECKSUM_BYTES], stored[CHECKSUM_BYTES:]
    return packed if checksum == _checksum(packed) else None


def _checksum(packed: bytes) -> bytes:
    """`marshal` must not be given anything that it did not write."""
    return hashlib.sha1(packed, usedforsecurity=False).digest()


def _versions(languages: Iterable[str]) -> dict[str, str]:
    """What the outlines in the store must have been made by."""
    return {language: grammar_version(language) for language in sorted(languages)}


def _key(session: Session, name: str) -> str:
    return f"look:{__version__}:{FORMAT}:{session.worktree}:{name}"
