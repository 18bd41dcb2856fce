"""The base at an anchor: which trees it may show, and its bytes, computed once for each tree and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from heapq import nsmallest
from typing import Any

from foreword.assist.context.instruction_layer import instruction_layer
from foreword.assist.session.budget import budget_of
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.file_weight import weight_of
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import Text, decode
from foreword.core.errors import Problem, WorkspaceError
from foreword.core.tree import FileTree, LineChange, Source
from foreword.index.build.build import refresh
from foreword.index.index import Index
from foreword.index.outline.grammar import grammar_version
from foreword.index.page_rank import Ranking, rank
from foreword.prefix.base.base import BaseSource, build_base
from foreword.prefix.base.hot_parts import ChangedLines, no_changes
from foreword.prefix.instruction_files import is_instruction_path
from foreword.prefix.layers import Anchor, Base, Block, decode_part
from foreword.storage.lease import named_lock
from foreword.workspace.files.tree_builder import anchor_tree
from foreword.workspace.files.walk import snapshot_digest
from foreword.workspace.git import history
from foreword.workspace.git.history import (
    Activity,
    activity,
    head_commit,
    heads,
    is_cut_off,
    resolve_anchor,
    tree_of,
)
from foreword.workspace.git.line_changes import changed_lines
from foreword.workspace.git.published_base import FETCH, REF, history_of, published_base
from foreword.workspace.git.repository import Repository
from foreword.workspace.ignore import all_matching

# Outside git nobody else keeps old versions, so Foreword stores them, up to here.
MAX_SNAPSHOT_BYTES = 100_000_000
NO_ACTIVITY = Activity({}, {})
# Paid in full and read by no later request, so it is kept short.
PROVISIONAL_TOKENS = 15_000
PROVISIONAL_FILES = 4_000
"""Of so many files a provisional base is made: those that were read first, which are the most important ones."""


CUT_OFF = (
    "this is a shallow clone, so its base is another one than the team's, which no cache has: fetch the history (git fetch "
    f"--unshallow --filter=blob:none), or what `foreword warm --publish` pushed ({FETCH})"
)


@dataclass(frozen=True, slots=True)
class AnchoredBase:
    """A base with the blobs of its tree."""

    base: Base
    blobs: Mapping[str, str]


def candidate_anchors(session: Session, saved: WorkspaceSnapshot) -> tuple[Anchor, ...]:
    """The anchors that a new base could have, most shared first: merge base, HEAD; a snapshot where there is no commit."""
    repository = session.repository
    now = saved.heads or heads(repository) if repository else None
    if repository is None or now is None:
        return (Anchor("snapshot", snapshot_digest(saved.tree)),)
    # The heads are one call of git that is made anyway; finding the anchors takes several more.
    known = session.recall.anchors
    if known is None or known[0] != now:
        session.recall.anchors = known = now, _anchors_of(repository)
    return known[1] or (Anchor("snapshot", snapshot_digest(saved.tree)),)


def _anchors_of(repository: Repository) -> tuple[Anchor, ...]:
    """The commits that may be the anchor of a base; none before the first one."""
    shared = resolve_anchor(repository)
    if shared is None:
        return ()
    # Without history no merge base is found, or one that nobody else has: the team's own is what was published.
    published = published_base(repository)
    if published is not None:
        shared = history.CommitAnchor(published.commit, tree_of(repository, published.commit), REF)
    head = head_commit(repository) or shared.commit
    own = shared if head == shared.commit else history.CommitAnchor(head, tree_of(repository, head))
    return tuple(dict.fromkeys(Anchor("git", found.tree, found.commit) for found in (shared, own)))


def anchored_base(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> AnchoredBase:
    """The base at an anchor, from the store or built now; while another process builds it, wait for that.

    Raises:
        WorkspaceError: git can't read the anchor any more.
    """
    found = stored_base(session, saved, anchor)
    # A store in memory is this process's own, so there is nobody to wait for.
    if found is not None or session.index_store.path is None:
        return found or _built_base(session, saved, anchor)
    with named_lock(session.leases, f"{session.index_store.path}:{_key('base', session, saved, anchor)}"):
        # Asked again under the lock: whoever held it has mostly just stored the base.
        return stored_base(session, saved, anchor) or _built_base(session, saved, anchor)


def _built_base(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> AnchoredBase:
    if anchor.kind == "snapshot":
        return _snapshot_base(session, saved, anchor)
    tree = _git_tree(session, saved, anchor)
    base = _base_of(session, saved, tree, _activity(session, anchor), _lines_changed(session, anchor))
    _store(session, _key("base", session, saved, anchor), base)
    session.index_store.collect([row.id for row in saved.index.rows.values()], grammar_version)
    return AnchoredBase(base, tree.blobs)


def _base_of(
    session: Session,
    saved: WorkspaceSnapshot,
    tree: FileTree,
    seen: Activity,
    changed: ChangedLines = no_changes,
) -> Base:
    source, index = _indexed_source(session, saved, tree, seen, changed)
    rest, instructions = instruction_layer(source, index, session.settings.context_instructions)
    return replace(build_base(rest, budget_of(session).tokens), instructions=instructions)


def stored_base(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> AnchoredBase | None:
    """The base at an anchor if it is stored: it was built by another process, or before.

    Raises:
        WorkspaceError: git can't read the anchor any more.
    """
    base = _stored(session, _key("base", session, saved, anchor))
    if base is None:
        return None
    if anchor.kind == "git":
        return AnchoredBase(base, _git_tree(session, saved, anchor).blobs)
    blobs = session.index_store.get_artifact(_key("tree", session, saved, anchor))
    return None if blobs is None else AnchoredBase(base, json.loads(blobs))


def known_blobs(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> Mapping[str, str]:
    """The blobs of an anchor; none where its base is neither stored nor to be built now.

    Raises:
        WorkspaceError: git can't read the anchor any more.
    """
    if anchor.kind == "snapshot":
        return json.loads(session.index_store.get_artifact(_key("tree", session, saved, anchor)) or b"{}")  # type: ignore[no-any-return]
    # Reading a tree takes its time, which a first question during a build has no use for.
    if (
        not saved.is_complete
        and session.index_store.get_artifact(_key("base", session, saved, anchor)) is None
    ):
        return {}
    return _git_tree(session, saved, anchor).blobs


def _weight(index: Index, path: str) -> float:
    said, is_built = index.statements.get(path, ""), index.rows[path].is_built == 1
    return weight_of(path, index.language(path), said, built=is_built)


def provisional_base(session: Session, saved: WorkspaceSnapshot) -> Base:
    """What is known so far of the saved state: short, because no later request reads it, and never stored."""
    index, unranked = saved.index, Ranking((), {}, {})
    build = session.indexing.latest if session.indexing else None
    pinned = all_matching(session.settings.context_pins, index.paths)
    first = nsmallest(PROVISIONAL_FILES, index.paths, key=lambda path: index.rows[path].id)
    followed = [path for path in index.paths if is_instruction_path(path)]
    paths = tuple(dict.fromkeys((*first, *sorted(pinned), *followed)))
    source, instructions = instruction_layer(
        BaseSource(
            sizes={path: index.rows[path].size for path in paths},
            weights={path: _weight(index, path) for path in paths},
            languages=saved.report.languages,
            ranks={path: 1 / (1 + path.count("/")) for path in paths},
            churn=build.recent if build else {},
            heat=build.recent if build else {},
            outline=index.outline,
            definitions=lambda path: unranked.definitions(path, index.outline(path)),
            read=lambda paths: saved.read_all(list(paths)),
            pinned=pinned,
        ),
        index,
        session.settings.context_instructions,
    )
    base = build_base(source, PROVISIONAL_TOKENS)
    # Not whole even if all that was read is in it: there are more files.
    return replace(base, whole=False, instructions=instructions)


def _git_tree(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> FileTree:
    repository = session.repository
    assert repository is not None, "a git anchor belongs to a repository"  # noqa: S101 - an invariant
    found = history.CommitAnchor(anchor.commit, anchor.tree)
    key = (anchor.commit, anchor.tree, saved.variant)
    return session.recall.tree(
        key,
        lambda: anchor_tree(
            repository,
            found,
            saved.rules,
            saved.tree.blobs,
            attributes=saved.attributes,
            without=saved.local_versions,
        ),
    )


def _snapshot_base(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> AnchoredBase:
    """The base of a folder without commits; its contents are kept by whoever puts it in force."""
    # Old contents of a folder outside git are nowhere, so such a base can't be made again.
    if anchor.tree != snapshot_digest(saved.tree):
        raise WorkspaceError("the index that held it was deleted")
    base = _base_of(session, saved, saved.tree, NO_ACTIVITY)
    _store(session, _key("base", session, saved, anchor), base)
    session.index_store.put_artifact(
        _key("tree", session, saved, anchor), json.dumps(dict(saved.tree.blobs)).encode()
    )
    return AnchoredBase(base, saved.tree.blobs)


def snapshot_contents(saved: WorkspaceSnapshot) -> dict[str, bytes]:
    """What later files are compared with, by blob id: contents that only Foreword can keep."""
    contents: dict[str, bytes] = {}
    room = MAX_SNAPSHOT_BYTES
    sources = [Source(p, saved.tree.blobs[p], p in saved.tree.dirty) for p in saved.index.blobs]
    for source, data in saved.reader(sources):
        if data is not None and len(data) <= room:
            contents[source.blob] = data
            room -= len(data)
    return contents


def _indexed_source(
    session: Session, saved: WorkspaceSnapshot, tree: FileTree, seen: Activity, changed: ChangedLines
) -> tuple[BaseSource, Index]:
    index, report = refresh(
        session.index_store, tree, saved.reader, previous=saved.index, on_progress=session.on_progress
    )
    session.report(*report.problems)
    ranking = rank(index)

    def read(paths: Iterable[str]) -> dict[str, Text]:
        sources = [Source(path, tree.blobs[path], path in tree.dirty) for path in paths]
        return {
            source.path: decode(data, tree.encodings.get(source.path))
            for source, data in saved.reader(sources)
            if data is not None
        }

    source = BaseSource(
        sizes={path: index.rows[path].size for path in index.paths},
        weights={path: _weight(index, path) for path in index.paths},
        languages=report.languages,
        ranks=dict(ranking.files),
        churn={path: seen.churn[path] for path in index.paths if path in seen.churn},
        heat={path: seen.heat[path] for path in index.paths if path in seen.heat},
        outline=index.outline,
        definitions=lambda path: ranking.definitions(path, index.outline(path)),
        read=read,
        pinned=all_matching(session.settings.context_pins, index.paths),
        changed_lines=changed,
    )
    return source, index


def source_at(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> BaseSource:
    """What the base at an anchor is made of; a snapshot must be of the saved state."""
    if anchor.kind == "snapshot":
        return _indexed_source(session, saved, saved.tree, NO_ACTIVITY, no_changes)[0]
    tree, seen = _git_tree(session, saved, anchor), _activity(session, anchor)
    return _indexed_source(session, saved, tree, seen, _lines_changed(session, anchor))[0]


def _lines_changed(session: Session, anchor: Anchor) -> ChangedLines:
    assert session.repository is not None, "a git anchor belongs to a repository"  # noqa: S101 - an invariant
    published = published_base(session.repository)
    if published is not None and published.commit == anchor.commit:
        return published.changed_lines
    return partial(changed_lines, session.repository, anchor.commit)


def lines_of_base(
    session: Session, saved: WorkspaceSnapshot, anchor: Anchor
) -> Mapping[str, tuple[LineChange, ...]]:
    """What the base at a git anchor asks of the history of lines; the base is built once more for it."""
    asked, known = dict[str, tuple[LineChange, ...]](), _lines_changed(session, anchor)

    def told(paths: Sequence[str]) -> Mapping[str, Sequence[LineChange]]:
        found = known(paths)
        asked.update((path, tuple(changes)) for path, changes in found.items())
        return found

    _base_of(session, saved, _git_tree(session, saved, anchor), _activity(session, anchor), told)
    return asked


def _activity(session: Session, anchor: Anchor) -> Activity:
    assert session.repository is not None, "a git anchor belongs to a repository"  # noqa: S101 - an invariant
    published = published_base(session.repository)
    if published is not None and published.commit == anchor.commit:
        return published.activity
    if is_cut_off(session.repository, anchor.commit):
        session.report(Problem(CUT_OFF))
    return activity(session.repository, anchor.commit)


def _key(kind: str, session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> str:
    """The base depends on the history too, by its churn: hence the commit beside the tree, and what is there of its history."""
    # Two commits with the same tree may follow different histories, and then rank files differently.
    key = f"{kind}:{saved.variant}:{anchor.kind}:{anchor.tree}:{anchor.commit}"
    history = history_of(session.repository, anchor.commit) if session.repository and anchor.commit else ""
    return f"{key}:{history}" if history else key


def _stored(session: Session, key: str) -> Base | None:
    stored = session.index_store.get_artifact(key)
    return None if stored is None else _decode(json.loads(stored))


def _store(session: Session, key: str, base: Base) -> None:
    session.index_store.put_artifact(key, json.dumps(asdict(base), ensure_ascii=False).encode())


def _decode(raw: Mapping[str, Any]) -> Base:
    return Base(
        _blocks(raw["stable"]), _blocks(raw["rest"]), raw["whole"], _blocks(raw.get("instructions", ()))
    )


def _blocks(raw: Iterable[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(Block(block["text"], tuple(map(decode_part, block["parts"]))) for block in raw)
