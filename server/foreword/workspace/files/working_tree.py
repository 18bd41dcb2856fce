"""The saved files of a workspace, seen again and again: each look goes on from the one before.

A look never believes anything but git and the disk; what it takes over is what git's index is made of, as long as git
lists the same one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from foreword.core.exclusion import SUBMODULE
from foreword.core.tree import FileTree, make_tree
from foreword.workspace.attributes import EDITORCONFIG, GITATTRIBUTES, NO_ATTRIBUTES, AttributeRules
from foreword.workspace.files.tree_builder import (
    TreeBuilder,
    add_from_disk,
    add_walked,
    listed,
    with_attributes,
)
from foreword.workspace.git.git_listing import (
    SUBMODULE_MODE,
    GitIndexEntry,
    changed_paths,
    ignored_by_git,
    index_digest,
    index_entries,
    list_index,
    untracked,
    unvouched_paths,
)
from foreword.workspace.git.history import heads
from foreword.workspace.git.repository import Repository
from foreword.workspace.git.rule_files import read_attributes, read_styles
from foreword.workspace.ignore import FOREWORDIGNORE, GITIGNORE, IgnoreRules

RULE_FILES = frozenset((GITIGNORE, FOREWORDIGNORE, GITATTRIBUTES, EDITORCONFIG, ".gitmodules"))
"""Files that say what counts; git's attributes decide what a file with other line ends is."""


@dataclass(frozen=True, slots=True)
class SavedFiles:
    """The saved files as they were seen: from there the next look goes on.

    `listing` is the digest of git's index as git lists it, `tracked` and `left_out` what that makes of the rules: blobs and reasons by
    path. `reasons` are those of the tree, with the files that git does not vouch for; those and no others may be in `touched`.
    `index` is the digest of the file that git keeps its index in: while that has the same bytes, git lists the same.
    `untracked` are the paths of `touched` that are not in git's index.
    `unvouched` are tracked files that git was told not to look at, `attribute_files` those of the index that give attributes, and
    `special` the tracked files that `attributes` leave out or convert.
    `heads` says where HEAD and the default branches are; None where the look did not ask.
    """

    tree: FileTree
    rules: IgnoreRules
    listing: str
    tracked: Mapping[str, str]
    left_out: dict[str, str]
    reasons: dict[str, str]
    index: str = ""
    touched: frozenset[str] = frozenset()
    untracked: frozenset[str] = frozenset()
    heads: str | None = None
    unvouched: frozenset[str] = frozenset()
    attribute_files: tuple[str, ...] = ()
    attributes: AttributeRules = NO_ATTRIBUTES
    special: frozenset[str] = frozenset()

    @property
    def local_versions(self) -> frozenset[str]:
        """The files that were changed or deleted behind git's back, as git was told not to look at them."""
        return frozenset(
            path for path in self.unvouched if self.tree.blobs.get(path) != self.tracked.get(path)
        )

    def entry(self, path: str, repository: Repository) -> GitIndexEntry:
        """What git last knew of a file, as far as it counts here."""
        mode = SUBMODULE_MODE if self.left_out.get(path) == SUBMODULE else "100644"
        return GitIndexEntry(mode, self.tracked.get(path, repository.null_blob))


def see_files(
    root: Path,
    repository: Repository | None,
    rules: IgnoreRules,
    recall: Callable[[], SavedFiles | None] = lambda: None,
    recall_untracked: Callable[[], frozenset[str] | None] = lambda: None,
    *,
    setting: AttributeRules = NO_ATTRIBUTES,
) -> SavedFiles:
    """The files as saved: tracked, and untracked but not ignored; outside git, what the walk finds.

    `root` is as `open_root` gives it. A file that git does not vouch for is read and hashed; it is dirty
    unless its contents are those of the index, line ends aside. `recall` gives what was seen before, which saves time
    and changes nothing, and `recall_untracked` the untracked files if they are what they were, since git takes longest to
    find those; both are called while git is at work. `setting` is what the user says of all files.

    Raises:
        WorkspaceError: git failed, or a folder outside git has too many files.
    """
    if repository is None:
        return _walked(root, rules, setting)
    # Each git process that waits for the one before it costs five to ten milliseconds of the time to an
    # answer.
    with ThreadPoolExecutor(4) as threads:
        pending_changes = threads.submit(changed_paths, repository)
        pending_index = threads.submit(index_digest, repository)
        pending_heads = threads.submit(heads, repository)
        pending_others = threads.submit(_untracked, repository, recall_untracked())
        # Unpacked here, while git works.
        before = recall()
        tracked, index = _tracked(root, rules, repository, before, pending_index.result())
    others = pending_others.result()
    new_files = (path for path in others if path.endswith((GITATTRIBUTES, EDITORCONFIG)))
    attributes = read_attributes(repository, (*tracked.attribute_files, *new_files), setting)
    special = _special(tracked, before, attributes)
    # Converted and special files are read each time, because git's view of them is not what is shown.
    touched = pending_changes.result() | others | tracked.unvouched | special | rules.named(root)
    seen = _with_changes(tracked, before, repository, touched, attributes)
    now = replace(
        seen,
        tree=_told(seen, before, attributes),
        index=index,
        touched=touched,
        untracked=others,
        heads=pending_heads.result(),
        attributes=attributes,
        special=special,
    )
    # The same object where nothing changed: what follows compares trees by identity.
    return seen if now == seen else now


def _walked(root: Path, rules: IgnoreRules, setting: AttributeRules) -> SavedFiles:
    """The files of a folder outside git."""
    draft = TreeBuilder(root, rules)
    add_walked(draft)
    tree = draft.done()
    attributes = read_styles(root, (path for path in tree.blobs if path.endswith(EDITORCONFIG)), setting)
    tree = with_attributes(tree, attributes, rules)
    return SavedFiles(tree, rules, "", {}, {}, draft.reasons, attributes=attributes)


def _told(seen: SavedFiles, before: SavedFiles | None, attributes: AttributeRules) -> FileTree:
    """The tree that was seen with what is said of its files."""
    is_known = seen is before and before.attributes == attributes
    return seen.tree if is_known else with_attributes(seen.tree, attributes, seen.rules)


def _special(tracked: SavedFiles, before: SavedFiles | None, attributes: AttributeRules) -> frozenset[str]:
    """The tracked files that attributes leave out or convert; as before, where nothing about them has changed."""
    if not attributes.lines:
        return frozenset()
    if tracked is before and before.attributes == attributes:
        return before.special
    return frozenset(path for path in tracked.tracked if attributes.is_special(path))


def _untracked(repository: Repository, known: frozenset[str] | None) -> frozenset[str]:
    return frozenset(untracked(repository)) if known is None else known


def can_see_again(before: SavedFiles, root: Path, paths: Collection[str]) -> bool:
    """Whether the state of these paths says all: they are files, and none of them decides about others."""
    return all(
        os.path.basename(path) not in RULE_FILES  # noqa: PTH119 - a path in the workspace, not on this machine
        and (path in before.tree.blobs or path in before.reasons or os.path.isfile(root / path))  # noqa: PTH113 - as above
        and not os.path.isdir(root / path)  # noqa: PTH112 - as above
        for path in paths
    )


def see_again(before: SavedFiles, repository: Repository, paths: Collection[str]) -> SavedFiles:
    """The files as saved, where nothing but `paths` can have changed since they were seen.

    Raises:
        WorkspaceError: git failed.
    """
    known = (before.tracked, before.left_out, before.tree.blobs)
    new = [path for path in paths if not any(path in paths_of for paths_of in known)]
    ignored = ignored_by_git(repository, new) if new else frozenset()
    # What git ignores never comes in by being touched; known paths need not be asked about.
    draft = _read(before, repository, (path for path in paths if path not in ignored), before.attributes)
    state = State(before.tree.blobs, before.reasons, before.tree.dirty)
    seen = _patched(before, state, draft, paths)
    tree = with_attributes(seen.tree, before.attributes, before.rules)
    return replace(seen, tree=tree, touched=before.touched.union(paths), heads=None)


def _tracked(
    root: Path, rules: IgnoreRules, repository: Repository, before: SavedFiles | None, index: str
) -> tuple[SavedFiles, str]:
    """The files of git's index, as they were if the index is the same; and the digest of its file.

    `index` is that digest as it was a moment ago.
    """
    known = before if before is not None and before.rules == rules else None
    if known is not None and index and known.index == index:
        return known, index
    listing = list_index(repository)
    # Only if the file is the same before and after does the listing in between belong to these bytes.
    is_settled = index == index_digest(repository)
    return _judged(root, rules, repository, listing, known), index if is_settled else ""


def _judged(
    root: Path, rules: IgnoreRules, repository: Repository, listing: bytes, known: SavedFiles | None
) -> SavedFiles:
    digest = hashlib.sha256(listing).hexdigest()
    if known is not None and known.listing == digest:
        return known
    draft = TreeBuilder(root, rules)
    for path, entry in index_entries(listing).items():
        draft.add_entry(path, entry)
    tree = draft.done()
    return SavedFiles(
        tree,
        rules,
        digest,
        tree.blobs,
        draft.reasons,
        draft.reasons,
        unvouched=unvouched_paths(repository, listing),
        attribute_files=tuple(path for path in tree.blobs if path.endswith((GITATTRIBUTES, EDITORCONFIG))),
    )


def _with_changes(
    tracked: SavedFiles,
    before: SavedFiles | None,
    repository: Repository,
    paths: Collection[str],
    attributes: AttributeRules,
) -> SavedFiles:
    """With the files that git does not vouch for, as they are on disk."""
    draft = _read(tracked, repository, paths, attributes)
    if tracked is before and _is_same(tracked, draft, paths):
        return tracked
    return _patched(tracked, State(tracked.tracked, tracked.left_out), draft, paths)


class State(NamedTuple):
    """A tree in its parts: blobs and reasons by path, and the dirty ones."""

    blobs: Mapping[str, str]
    reasons: Mapping[str, str]
    dirty: frozenset[str] = frozenset()


def _read(
    files: SavedFiles, repository: Repository, paths: Iterable[str], attributes: AttributeRules
) -> TreeBuilder:
    """What stands on disk at some paths."""
    draft = TreeBuilder(repository.root, files.rules, attributes)
    for path in sorted(paths):
        add_from_disk(draft, path, files.entry(path, repository))
    return draft


def _is_same(before: SavedFiles, draft: TreeBuilder, paths: Collection[str]) -> bool:
    """Whether the files are as seen before, where `paths` are now in the draft, and all others as git has them."""
    now = {path.removesuffix("/") for path in paths}
    # Files that differed last time and don't now stand as git has them again.
    back = {path.removesuffix("/") for path in before.touched} - now
    blobs, reasons = before.tree.blobs, before.reasons
    return (
        draft.dirty == before.tree.dirty
        and all(_are_equal(path, (blobs, draft.blobs), (reasons, draft.reasons)) for path in now)
        and all(_are_equal(path, (blobs, before.tracked), (reasons, before.left_out)) for path in back)
    )


def _are_equal(path: str, *pairs: tuple[Mapping[str, str], Mapping[str, str]]) -> bool:
    return all(one.get(path) == other.get(path) for one, other in pairs)


def _patched(files: SavedFiles, state: State, draft: TreeBuilder, paths: Collection[str]) -> SavedFiles:
    """The files in a `state`, where what stands at `paths` is as the draft has it."""
    blobs, reasons, dirty = _copied(state.blobs), _copied(state.reasons), state.dirty | draft.dirty
    for path in paths:
        if path not in draft.blobs:
            blobs.pop(path, None)
        if path not in draft.reasons:
            reasons.pop(path, None)
    dirty -= frozenset(paths) - draft.dirty
    # A dictionary keeps its order when values change; only a path that is new has to be sorted in.
    is_in_order = draft.blobs.keys() <= blobs.keys()
    blobs.update(draft.blobs)
    reasons.update(draft.reasons)
    # Tens of thousands of entries can be left out, and they rarely change.
    left_out = files.tree.left_out if reasons == files.reasons else listed(reasons)
    included = (files.tree.included - frozenset(paths)) | (draft.included & draft.blobs.keys())
    ordered = FileTree(MappingProxyType(blobs), tuple(sorted(left_out)), dirty, included)
    tree = ordered if is_in_order else make_tree(blobs, left_out, dirty, included)
    # What is said of files is compared with what was said before.
    tree = replace(tree, encodings=files.tree.encodings, statements=files.tree.statements)
    return replace(files, tree=tree, reasons=reasons)


def _copied(mapping: Mapping[str, str]) -> dict[str, str]:
    """A copy of the dict behind a proxy: made from the proxy itself it takes ten times as long, in one step."""
    return mapping.copy() if isinstance(mapping, dict | MappingProxyType) else dict(mapping)
