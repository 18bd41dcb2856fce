"""The saved state of a workspace: its tree, the index of it, and a name for exactly this state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, TypeVar

from foreword.assist.session.budget import budget_of
from foreword.assist.session.snapshot.commit_history import CommitHistory
from foreword.assist.session.snapshot.snapshot_cache import keep, kept, recall_last_look, remember
from foreword.assist.session.snapshot.untracked_cache import known_untracked, note_at_end
from foreword.assist.session.trust_store import allowed_values
from foreword.core.documents.text import Text, decode
from foreword.core.errors import Problem
from foreword.core.secrets.allowed_values import ALLOWED
from foreword.core.secrets.redaction import RedactionCache
from foreword.core.secrets.rules import RULES_VERSION
from foreword.core.tree import FileTree, Reader, Source, blob_id, listed_reason, make_tree
from foreword.index.build.indexed_tree import FEW_FILES, BuildReport, IndexedTree, changed_paths
from foreword.index.store.resilient_file import DamagedStore
from foreword.prefix.instructions import PREFIX_FORMAT
from foreword.workspace.attributes import NO_ATTRIBUTES, AttributeRules, editor_encoding
from foreword.workspace.files.disk import hash_of, read_file, read_sources
from foreword.workspace.files.working_tree import SavedFiles, can_see_again, see_again, see_files
from foreword.workspace.git.history import head_of, recently_changed
from foreword.workspace.ignore import FOREWORDIGNORE, IgnoreRules, read_rules

if TYPE_CHECKING:
    from foreword.assist.session.session import Session
    from foreword.assist.session.snapshot.indexing import Build, BuildOutcome, Work
    from foreword.index.build.parse_jobs import Progress
    from foreword.index.index import Index
    from foreword.index.search.commit_messages import CommitMessageIndex
    from foreword.index.store.outline_store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkspaceSnapshot:
    """`variant` names what else a prefix depends on.

    `unread` are files that the index does not know yet, because it is still being built.
    `past` is what the history says of the files.
    `local_versions` are the files whose committed text git was told to overlook: the base does not show it.
    `heads` is where HEAD and the default branches were; None if that look did not ask.
    """

    root: Path
    tree: FileTree
    index: Index
    report: BuildReport
    variant: str
    rules: IgnoreRules
    reader: Reader
    unread: frozenset[str] = frozenset()
    past: CommitHistory = field(default_factory=CommitHistory)
    heads: str | None = None
    attributes: AttributeRules = NO_ATTRIBUTES
    local_versions: frozenset[str] = frozenset()
    redactions: RedactionCache = field(default_factory=RedactionCache)

    @property
    def revision(self) -> str:
        """The name of the saved bytes of all files."""
        from foreword.workspace.files.walk import snapshot_digest  # noqa: PLC0415 - not every look is named

        return snapshot_digest(self.tree)[:16]

    @property
    def commit_messages(self) -> CommitMessageIndex:
        """What the history up to the commit that is checked out says to words."""
        return self.past.commit_messages(head_of(self.heads) if self.heads else None)

    @property
    def is_complete(self) -> bool:
        """Whether every file was read."""
        return not self.unread

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that can be read: those of the index, and those that it does not know yet."""
        return (*self.index.paths, *sorted(self.unread))

    def reason_left_out(self, path: str) -> str | None:
        """Why a file that is there is left out, or None; a folder that is left out stands for all files in it."""
        folders = path.split("/")[:-1]
        above = ["/".join(folders[:n]) for n in range(len(folders), 0, -1)]
        # A folder of vendored files is listed with a slash at its end, a repository of its own without.
        places = (path, *above, *(f"{folder}/" for folder in above))
        return next(
            (reason for place in places if (reason := listed_reason(self.report.left_out, place))), None
        )

    def read(self, path: str) -> Text | None:
        """The saved text of a file, or None."""
        return self.read_all([path]).get(path)

    def read_all(self, paths: Sequence[str]) -> dict[str, Text]:
        """The saved texts of those of the paths that can be read and are not left out."""
        known = [path for path in paths if path in self.index.blobs or path in self.unread]
        texts = {path: data for path in known if (data := self._on_disk(path)) is not None}
        rest = [Source(p, self.tree.blobs[p], p in self.tree.dirty) for p in known if p not in texts]
        texts |= {source.path: data for source, data in self.reader(rest) if data is not None}
        return {
            path: decode(texts[path], self.tree.encodings.get(path))
            for path in known
            if path in texts and self._is_shown(path, texts[path])
        }

    def _is_shown(self, path: str, data: bytes) -> bool:
        """A file of the index passed the rules about contents when it was indexed."""
        from foreword.core.exclusion import reason_for_content  # noqa: PLC0415 - few look at contents here

        return (
            path in self.index.blobs
            or reason_for_content(path, data, included=path in self.tree.included) is None
        )

    def read_content(self, path: str) -> str | None:
        """The characters of a file, or None."""
        text = self.read(path)
        return text.content if text else None

    def read_shown(self, path: str) -> str | None:
        """The characters of a file as they may be shown to a model, or None."""
        text = self.read(path)
        return self.redactions.shown(text.content) if text else None

    def _on_disk(self, path: str) -> bytes | None:
        """The bytes on disk if they are still those of the tree: quicker than asking git for each file."""
        data = read_file(self.root, path)
        return (
            data
            if data is not None and hash_of(data, self.tree.blobs[path]) == self.tree.blobs[path]
            else None
        )


def take_snapshot(session: Session) -> WorkspaceSnapshot:
    """The saved state as it is now; unseen files are indexed.

    Where the session builds its index beside the questions, it is what came of that in a moment (see `WorkspaceSnapshot.unread`).

    Raises:
        WorkspaceError: the files can't be listed.
        StoreError: the index can't be used.
    """
    # A look is the border: what other processes learned counts from here on.
    session.forget_ratio()
    ALLOWED.digests = allowed_values(session.places)
    rules, wrong = read_rules(session.root)
    rules = rules.with_included((*session.settings.context_include, *session.settings.context_pins))
    session.report(*wrong)

    def recalled() -> SavedFiles | None:
        if session.recall.files is None:
            recall_last_look(session, rules, _variant(session))
        return session.recall.files

    # The time before the look: what changes while git is reading must not count as seen.
    began_ns, recall_untracked = time_ns(), partial(known_untracked, session)
    files = see_files(
        session.root,
        session.repository,
        rules,
        recalled,
        recall_untracked,
        setting=_encoding_setting(session),
    )
    note_at_end(session, files, began_ns)
    return _saved(session, files)


def over_saved(session: Session, use: Callable[[WorkspaceSnapshot], T]) -> T:
    """The result of `use` for a snapshot of now; tried once more, with a new index, if the old one is damaged.

    Raises:
        ForewordError: whatever `take_snapshot` and `use` raise.
    """
    try:
        return use(take_snapshot(session))
    except DamagedStore:
        return use(take_snapshot(session))


def refresh_snapshot(session: Session, paths: Collection[str]) -> WorkspaceSnapshot:
    """The saved state, where nothing but some files can have changed since the last look: quicker by far.

    It is what keeps the index up to date between questions; a question itself looks at everything.

    Raises:
        WorkspaceError: the files can't be listed.
        StoreError: the index can't be used.
    """
    before, repository = session.recall.files, session.repository
    if before is None or repository is None or not can_see_again(before, session.root, paths):
        return take_snapshot(session)
    return _saved(session, see_again(before, repository, paths))


def changes_that_count(session: Session, paths: Collection[str]) -> frozenset[str]:
    """Those of some changed paths that may change what a look sees: known files do, ignored ones never."""
    from foreword.workspace.files.watch import relevant_paths  # noqa: PLC0415 - a single look watches nothing

    before = session.recall.files
    new = frozenset(paths) if before is None else frozenset(paths) - before.tree.blobs.keys()
    return frozenset(paths) - new | relevant_paths(session.repository, new)


def _saved(session: Session, files: SavedFiles) -> WorkspaceSnapshot:
    tree, recall = files.tree, session.recall
    reader = partial(read_sources, session.root, session.repository)
    index, report, unread = _indexed(session, tree, reader)
    recall.files, recall.past = files, recall.past or _past(session)
    found = IndexedTree(tree, index, report)
    recall.keep(found, is_whole=not unread)
    if not unread:
        remember(session, files, found, _variant(session))
    session.report(*report.problems)
    if not index.blobs and not unread:
        session.report(
            Problem("there are no files to read here: check --workspace, or what is ignored and left out")
        )
    return WorkspaceSnapshot(
        session.root,
        tree,
        index,
        report,
        _variant(session, files.attributes, files.local_versions),
        files.rules,
        reader,
        unread,
        recall.past,
        files.heads,
        files.attributes,
        files.local_versions,
        recall.redactions,
    )


def _encoding_setting(session: Session) -> AttributeRules:
    """What the user says of the encoding of all files."""
    label = session.settings.context_encoding
    try:
        return editor_encoding(label)
    except ValueError:
        session.report(
            Problem(f"context.encoding: no encoding is called {label!r}: write a name such as gbk")
        )
        return NO_ATTRIBUTES


def _past(session: Session) -> CommitHistory:
    return CommitHistory(session.repository, partial(kept, session), partial(keep, session))


def _indexed(session: Session, tree: FileTree, reader: Reader) -> tuple[Index, BuildReport, frozenset[str]]:
    """The index with what is not in it yet."""
    store, indexing, recall = session.index_store, session.indexing, session.recall
    whole = recall.whole
    if whole is not None:
        paths = changed_paths(whole.tree, tree)
        if not paths:
            return whole.index, whole.report_on(tree), frozenset()
        from foreword.index.build.build import update  # noqa: PLC0415 - where nothing changed, nothing is parsed

        if len(paths) <= FEW_FILES:
            return *update(store, whole, tree, reader, paths), frozenset()
    from foreword.index.build.build import find_known, refresh  # noqa: PLC0415 - as above

    if indexing is None:
        built = refresh(store, tree, reader, previous=recall.index, on_progress=session.on_progress)
        return *built, frozenset()
    while True:
        found = find_known(store, tree, previous=recall.index, is_unreadable=indexing.is_unreadable)
        unread = found[2]
        if not unread:
            return found
        if indexing.running is None and len(unread) <= FEW_FILES:
            return *refresh(store, tree, reader, previous=found[0]), frozenset()
        build = indexing.begin(tree, len(unread), _building(session, indexing.opened, tree, reader, unread))
        build.wait()
        if build.result is None:
            # What the user has just saved is what the question is likely about.
            _index_later_ones(store, build.tree, tree, reader, unread)
            return find_known(store, tree, previous=found[0], is_unreadable=indexing.is_unreadable)


def _building(
    session: Session, opened: frozenset[str], tree: FileTree, reader: Reader, unread: frozenset[str]
) -> Work:
    """The work of a build, for a thread of its own: it uses nothing of the session that others change."""
    store, root, repository = session.index_store, session.root, session.repository

    from foreword.assist.session.snapshot.file_weight import by_importance  # noqa: PLC0415 - as above
    from foreword.assist.session.snapshot.indexing import BuildOutcome  # noqa: PLC0415 - as above
    from foreword.index.build.build import prepare, refresh  # noqa: PLC0415 - as above

    def work(build: Build, on_progress: Progress) -> BuildOutcome:
        prepare(reader)
        build.recent = recently_changed(root, repository, unread)
        first = by_importance(unread, opened=opened, changed=tree.dirty, recent=build.recent)
        index, report = refresh(store, tree, reader, first=first, on_progress=on_progress)
        return BuildOutcome(report, frozenset((p, b) for p, b in tree.blobs.items() if p not in index.rows))

    return work


def _index_later_ones(
    store: Store, building: FileTree, tree: FileTree, reader: Reader, unread: frozenset[str]
) -> None:
    """Index what was saved after a build began, if it is little: the build does not know of it."""
    from foreword.index.build.build import refresh  # noqa: PLC0415 - as above

    later = {path: tree.blobs[path] for path in unread if building.blobs.get(path) != tree.blobs[path]}
    if len(later) <= FEW_FILES:
        refresh(
            store,
            make_tree(later, dirty=tree.dirty & later.keys(), included=tree.included & later.keys()),
            reader,
        )


def prefix_inputs(session: Session) -> dict[str, str]:
    """What a prefix depends on besides the files, by the names that a user knows: the values as text, empty for none."""
    from foreword.workspace.git.published_base import is_shallow, published_base  # noqa: PLC0415 - of a prefix alone

    settings, repository = session.settings, session.repository
    is_cut = repository is not None and is_shallow(repository) and published_base(repository) is None
    return {
        "context.budget": f"{budget_of(session).tokens:,}",
        "context.instructions": f"{settings.context_instructions:,}",
        "context.pins": ", ".join(sorted(set(settings.context_pins))),
        "context.include": ", ".join(settings.context_include),
        FOREWORDIGNORE: _patterns(read_file(session.root, FOREWORDIGNORE) or b""),
        "the format of a release of Foreword": f"{PREFIX_FORMAT} with rules {RULES_VERSION}",
        "the history": "that of a shallow clone" if is_cut else "a whole one",
        "tools.rounds": str(settings.tools_rounds),
        "tools.style": settings.tools_style,
    }


def _patterns(ignored: bytes) -> str:
    """The patterns of an ignore file as a short text: their number, and a digest that tells two of one number apart."""
    lines = [line for line in ignored.splitlines() if line.strip() and not line.startswith(b"#")]
    count = f"{len(lines)} pattern{'' if len(lines) == 1 else 's'}"
    return f"{count} ({hashlib.sha256(ignored).hexdigest()[:6]})" if lines else ""


def variant_of(session: Session, saved: WorkspaceSnapshot) -> str:
    """The variant of a saved state for a session with other settings than those that it was looked at with."""
    return _variant(session, saved.attributes, saved.local_versions)


def _variant(
    session: Session, attributes: AttributeRules = NO_ATTRIBUTES, local: frozenset[str] = frozenset()
) -> str:
    """What the bytes of a base depend on besides the anchor."""
    ignored, settings = read_file(session.root, FOREWORDIGNORE) or b"", session.settings
    parts = [
        PREFIX_FORMAT, RULES_VERSION, budget_of(session).tokens, settings.context_instructions, blob_id(ignored)
    ]  # fmt: skip
    # Sorted, for the order of pins must not matter. Empty parts are left out: who uses none of them keeps the
    # name from before they existed.
    parts += [sorted(set(settings.context_pins))] if settings.context_pins else []
    parts += [attributes.told] if attributes.lines else []
    parts += [sorted(local)] if local else []
    parts += [["include", *settings.context_include]] if settings.context_include else []
    parts += [["allowed", *sorted(ALLOWED.digests)]] if ALLOWED.digests else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
