"""The workspace as trees of files: the saved working tree, and the anchor's.

Both leave out the same files for the same reasons. Contents are read only where git does not vouch for
them; rules about contents are applied later, by whoever reads the files, once for each blob.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from foreword.core.exclusion import (
    IGNORED,
    MAX_FILE_BYTES,
    NESTED,
    NOT_REGULAR,
    ODD_CHARACTER,
    SUBMODULE,
    SYMLINK,
    TOO_LARGE,
    UNREADABLE,
    VENDORED,
    reason_for_path,
    reason_in_spite_of_user,
    vendored_folder,
)
from foreword.core.tree import FileTree, LeftOut, make_tree
from foreword.workspace.attributes import NO_ATTRIBUTES, AttributeRules
from foreword.workspace.files.disk import hash_of, read_file
from foreword.workspace.files.walk import walk
from foreword.workspace.git.git_listing import (
    SUBMODULE_MODE,
    SYMLINK_MODE,
    GitIndexEntry,
    tree_entries,
)
from foreword.workspace.git.history import CommitAnchor
from foreword.workspace.git.repository import Repository
from foreword.workspace.ignore import NO_RULES, IgnoreRules

REASONS_BY_MODE: Mapping[str, str] = {SYMLINK_MODE: SYMLINK, SUBMODULE_MODE: SUBMODULE}


@dataclass(slots=True)
class TreeBuilder:
    """A file tree in the making, of the files below `root`; of `judged` paths it is known that they are not left out."""

    root: Path
    rules: IgnoreRules
    attributes: AttributeRules = NO_ATTRIBUTES
    judged: Container[str] = ()
    blobs: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    dirty: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    real_folders: dict[str, bool] = field(default_factory=dict)

    def reason_for(self, path: str) -> str | None:
        """Why a path is left out whatever stands there."""
        if self.rules.includes(path):
            self.included.add(path)
            return reason_in_spite_of_user(path)
        return (
            reason_for_path(path)
            or (IGNORED if self.rules.ignores(path) else None)
            or self.attributes.reason_for(path)
        )

    def add_entry(self, path: str, entry: GitIndexEntry) -> None:
        """Add a file by the blob id that git has of it, or why it is left out; nothing is read."""
        reason = REASONS_BY_MODE.get(entry.mode)
        # A file that is included is asked again, for asking is what puts it into `included`.
        if not reason and (path not in self.judged or self.rules.includes(path)):
            reason = self.reason_for(path)
        if reason:
            self.reasons[path] = reason
        else:
            self.blobs[path] = entry.blob

    def is_reached_directly(self, path: str) -> bool:
        """Whether no folder above the file is a symlink, as git has it."""
        folder = os.path.dirname(path)  # noqa: PTH120 - called for every changed file
        if folder not in self.real_folders:
            expected = self.root / folder
            # Kept, because many changed files share a folder and each answer costs system calls.
            self.real_folders[folder] = os.path.realpath(expected) == str(expected)
        return self.real_folders[folder]

    def done(self) -> FileTree:
        """The tree of what was added so far."""
        tree = make_tree(self.blobs, listed(self.reasons), self.dirty, self.included & self.blobs.keys())
        return with_attributes(tree, self.attributes, self.rules)


NOT_GENERATED = "-linguist-generated"


def with_attributes(tree: FileTree, attributes: AttributeRules, rules: IgnoreRules) -> FileTree:
    """The tree with what is said of its files; the same object where that is as before."""
    if not attributes.tell_of_files and not tree.encodings and not tree.statements:
        return tree
    encodings = {path: name for path in tree.blobs if (name := attributes.encoding_of(path))}
    statements = {path: said for path in tree.blobs if (said := attributes.statement_of(path))}
    if (encodings, statements) == (tree.encodings, tree.statements):
        return tree
    # What the project says is not generated is shown although it looks as if it were.
    before, own = (_own(said) for said in (tree.statements, statements))
    outdated = {path for path in before - own if not rules.includes(path)}
    return replace(
        tree,
        included=(tree.included - outdated) | own,
        encodings=MappingProxyType(encodings),
        statements=MappingProxyType(statements),
    )


def _own(statements: Mapping[str, str]) -> frozenset[str]:
    return frozenset(path for path, said in statements.items() if NOT_GENERATED in said)


def anchor_tree(
    repository: Repository,
    anchor: CommitAnchor,
    rules: IgnoreRules = NO_RULES,
    judged: Container[str] = (),
    *,
    attributes: AttributeRules = NO_ATTRIBUTES,
    without: Container[str] = (),
) -> FileTree:
    """The files of the anchor but for those `without`, read from git alone.

    Of `judged` paths it is known that the rules do not leave them out.

    Raises:
        WorkspaceError: git failed.
    """
    draft = TreeBuilder(repository.root, rules, attributes, judged)
    for path, entry in tree_entries(repository, anchor.tree).items():
        if path not in without:
            draft.add_entry(path, entry)
    return draft.done()


def add_walked(draft: TreeBuilder) -> None:
    """Take all files of a folder outside git."""
    # The id that no blob has: every file counts as changed, so its contents are read and hashed.
    new = GitIndexEntry("100644", "0" * 40)
    for path, reason in walk(draft.root, draft.rules):
        if reason:
            draft.reasons[path] = reason
        else:
            add_from_disk(draft, path, new)


def add_from_disk(draft: TreeBuilder, path: str, entry: GitIndexEntry) -> None:
    """Take a file as it is on disk, where `entry` is what git last knew; nothing if it is gone."""
    if path.endswith("/") or entry.mode == SUBMODULE_MODE:
        draft.reasons[path.removesuffix("/")] = SUBMODULE if entry.mode == SUBMODULE_MODE else NESTED
        return
    try:
        status = os.lstat(draft.root / path)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        draft.reasons[path] = UNREADABLE
        return
    # A folder stands where git had a file, or a link above leads elsewhere: to git the file is deleted.
    if stat.S_ISDIR(status.st_mode) or not draft.is_reached_directly(path):
        return
    reason = _reason_on_disk(draft, path, status)
    if reason:
        draft.reasons[path] = reason
    else:
        _add_contents(draft, path, entry.blob)


def _reason_on_disk(draft: TreeBuilder, path: str, status: os.stat_result) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return SYMLINK
    if not stat.S_ISREG(status.st_mode):
        return NOT_REGULAR
    return draft.reason_for(path) or (TOO_LARGE if status.st_size > MAX_FILE_BYTES else None)


def _add_contents(draft: TreeBuilder, path: str, known: str) -> None:
    content = read_file(draft.root, path)
    if content is None:
        draft.reasons[path] = UNREADABLE
        return
    blob = hash_of(content, known)
    # With core.autocrlf the file on disk has other line ends than what git keeps, and is not changed by that.
    if blob != known and b"\r\n" in content and hash_of(content.replace(b"\r\n", b"\n"), known) == known:
        blob = known
    draft.blobs[path] = blob
    if blob != known:
        draft.dirty.add(path)


def listed(reasons: Mapping[str, str]) -> set[LeftOut]:
    """What is left out, from the reasons by path."""
    return {LeftOut(_shown(path, reason), reason) for path, reason in reasons.items()}


def _shown(path: str, reason: str) -> str:
    """The name under which a file is listed as left out: of a vendored one just the folder."""
    path = (reason == VENDORED and vendored_folder(path)) or path
    if path.isprintable():
        return path
    return ODD_CHARACTER.sub(lambda match: f"\\x{ord(match[0]) & 0xFF:02x}", path)
