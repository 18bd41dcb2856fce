"""No git configuration changes what is read, and none of the programs that it names is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foreword.core.exclusion import FILTERED
from foreword.core.tree import FileTree
from foreword.workspace.files.tree_builder import anchor_tree
from foreword.workspace.git.blobs import read_blobs
from foreword.workspace.git.history import churn, clean_revision, resolve_anchor
from gitrepo import GitRepo, make_repo
from workspaces import reasons, repository_of, saved

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the programs are shell scripts")

SETTINGS = {
    "log.showSignature": "true",
    "log.date": "relative",
    "log.diffMerges": "separate",
    "format.pretty": "fuller",
    "diff.external": "{program}",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.noprefix": "true",
    "diff.ignoreSubmodules": "none",
    "diff.submodule": "diff",
    "diff.evil.textconv": "{program}",
    "diff.evil.command": "{program}",
    "filter.evil=odd.clean": "{program}",
    "filter.evil=odd.process": "{program}",
    "filter.evil=odd.required": "true",
    "color.ui": "always",
    "column.ui": "always",
    "core.abbrev": "4",
    "core.quotePath": "true",
    "core.fsmonitor": "{program}",
    "core.pager": "{program}",
    "core.editor": "{program}",
    "pager.diff-files": "true",
    "alias.ls-files": "!{program}",
    "status.showUntrackedFiles": "no",
    "core.untrackedCache": "true",
    "rev-list.firstParent": "true",
}

Seen = tuple[FileTree, FileTree, dict[str, float], str, list[tuple[str, bytes | None]]]


def everything(path: Path) -> Seen:
    """All that the workspace layer reads of a repository."""
    repository = repository_of(path)
    anchor = resolve_anchor(repository)
    assert anchor is not None
    tree = anchor_tree(repository, anchor)
    return (
        saved(path),
        tree,
        churn(repository, anchor.commit),
        clean_revision(repository),
        list(read_blobs(repository, tree.blobs.values())),
    )


def make_history(path: Path) -> GitRepo:
    repo = make_repo(path)
    repo.write("größe.py", "a = 1\n")
    repo.write("b.py", "b = 1\n")
    repo.commit()
    repo.git("mv", "b.py", "c.py")
    repo.write(".gitattributes", "*.py diff=evil\n")
    repo.commit()
    repo.write("c.py", "c = 2\n")
    repo.write("new.py", "n = 1\n")
    return repo


@pytest.mark.parametrize("scope", ["user", "repository"])
def test_configuration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str) -> None:
    repo = make_history(tmp_path / "repo")
    expected = everything(repo.path)
    witness = tmp_path / "witness"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{witness}'\ncat\n")
    program.chmod(0o755)
    file = tmp_path / "gitconfig" if scope == "user" else repo.path / ".git" / "config"
    for name, value in SETTINGS.items():
        repo.git("config", "--file", str(file), name, value.format(program=program))
    if scope == "user":
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
    # An index older than every file in it makes git compare contents, through the filters.
    os.utime(repo.path / ".git" / "index", (1, 1))
    assert expected == everything(repo.path)
    repo.write(".git/info/attributes", "*.py filter=evil=odd\n")
    assert {FILTERED} == set(reasons(saved(repo.path)).values())
    assert not witness.exists()


def test_replacement_objects_are_not_followed(tmp_path: Path) -> None:
    repo = make_history(tmp_path / "repo")
    expected = everything(repo.path)
    repo.git("replace", repo.git("rev-parse", "HEAD:c.py"), repo.git("rev-parse", "HEAD:.gitattributes"))
    repo.git("replace", "HEAD", "HEAD^")
    assert expected == everything(repo.path)


def test_nothing_is_written_to_the_repository(tmp_path: Path) -> None:
    repo = make_history(tmp_path / "repo")
    os.utime(repo.path / "c.py", (0, 0))

    def state() -> dict[str, tuple[int, int]]:
        files = (repo.path / ".git").rglob("*")
        return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in files}

    before = state()
    everything(repo.path)
    assert before == state()
