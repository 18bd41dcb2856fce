"""The files of a folder outside git, without following a symlink, and the identity of its contents.

No commit can be the anchor there, so a digest of paths and contents is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import (
    IGNORED,
    ODD_CHARACTER,
    SYMLINK,
    UNREADABLE,
    UNREADABLE_NAME,
    VENDORED,
    VENDORED_FOLDERS,
)
from foreword.core.tree import FileTree
from foreword.workspace.git.rule_files import excludes_of
from foreword.workspace.ignore import FOREWORDIGNORE, GITIGNORE, IgnoreRules, is_ignored, read_rules

GIT = ".git"
MAX_WALKED_FILES = 200_000
CACHE_MARKS = frozenset({"CACHEDIR.TAG", "pyvenv.cfg"})
"""A folder with one of these files is a cache (https://bford.info/cachedir/) or a virtual environment."""


def walk(
    root: Path, rules: IgnoreRules, max_files: int = MAX_WALKED_FILES
) -> Iterator[tuple[str, str | None]]:
    """Each file's path, and why it is left out if that is plain without reading it; a folder left out ends in "/".

    What `.gitignore` names is not mentioned at all, as git does not mention it; nor is what the repositories in the folder
    exclude without such a file.

    Raises:
        WorkspaceError: there are more than `max_files`.
    """
    stack: list[tuple[str, tuple[IgnoreRules, ...]]] = [("", ())]
    n_files = 0
    while stack:
        folder, gitignores = stack.pop()
        entries = _entries(root, folder)
        if entries is None:
            yield folder or ".", UNREADABLE
            continue
        # Not at the top: who opens such a folder wants to see what is in it.
        if folder and any(entry.name in CACHE_MARKS for entry in entries):
            continue
        if any(entry.name == GIT for entry in entries):
            # Before the folder's own .gitignore, which is the stronger of the two in git.
            gitignores = (*gitignores, *excludes_of(root, folder))
        gitignores = _with_gitignore(root, folder, gitignores, entries)
        for entry in entries:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                deeper = _enter(path + "/", entry.name, rules, gitignores)
                stack.extend([(path + "/", gitignores)] if deeper is None else [])
                yield from [(path + "/", deeper)] if deeper else []
            elif not is_ignored(gitignores, path):
                n_files += 1
                yield path, SYMLINK if entry.is_symlink() else None
        # After each folder and not at the end: the home directory or `/` would keep the walk busy for
        # minutes.
        if n_files > max_files:
            raise WorkspaceError(
                f"{root} has more than {max_files:,} files: choose a smaller folder, or name what does not matter"
                f" in {FOREWORDIGNORE}"
            )


def _enter(path: str, name: str, rules: IgnoreRules, gitignores: Sequence[IgnoreRules]) -> str | None:
    """None to walk a folder, an empty string to pass it over in silence, or why it is left out."""
    if name in VENDORED_FOLDERS:
        return "" if name.startswith(".") or name == "__pycache__" else VENDORED
    if ODD_CHARACTER.search(name):
        return UNREADABLE_NAME
    if is_ignored(gitignores, path):
        return ""
    return IGNORED if rules.ignores(path) else None


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]] | None:
    """The entries by name; None for a folder that can't be read, none for one that is gone."""
    try:
        with os.scandir(root / folder) as entries:
            # `scandir` gives the order of the file system, which differs from machine to machine.
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    except OSError:
        return None


def _with_gitignore(
    root: Path, folder: str, gitignores: tuple[IgnoreRules, ...], entries: Sequence[os.DirEntry[str]]
) -> tuple[IgnoreRules, ...]:
    if not any(entry.name == GITIGNORE for entry in entries):
        return gitignores
    rules, _ = read_rules(root, folder, GITIGNORE)
    return (*gitignores, rules)


def snapshot_digest(tree: FileTree) -> str:
    """SHA-256 over the paths and blob ids: equal contents under equal names have equal digests everywhere.

    Paths in a tree have no control characters, so that NUL and newline separate them unambiguously.
    """
    digest = hashlib.sha256()
    for path, blob in tree.blobs.items():
        digest.update(f"{path}\0{blob}\n".encode())
    return digest.hexdigest()
