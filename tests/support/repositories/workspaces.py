"""Shortcuts to the workspace layer for tests of it."""

from __future__ import annotations

from pathlib import Path

from foreword.core.tree import FileTree
from foreword.workspace.files.disk import open_root
from foreword.workspace.files.working_tree import see_files
from foreword.workspace.git.repository import Repository, open_repository
from foreword.workspace.ignore import read_rules


def repository_of(path: Path) -> Repository:
    """The repository around a folder, which must have one."""
    repository, problem = open_repository(open_root(str(path)))
    assert repository is not None
    assert problem is None
    return repository


def saved(path: Path) -> FileTree:
    """The saved tree of a folder, in git or not, with its `.forewordignore`."""
    root = open_root(str(path))
    return see_files(root, open_repository(root)[0], read_rules(root)[0]).tree


def reasons(tree: FileTree) -> dict[str, str]:
    """What was left out."""
    return {left_out.path: left_out.reason for left_out in tree.left_out}
