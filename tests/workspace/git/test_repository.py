"""Finding the repository around a folder, and the folders that have none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from foreword.core.errors import WorkspaceError
from foreword.workspace.files.disk import open_root
from foreword.workspace.files.tree_builder import anchor_tree
from foreword.workspace.git.history import churn, recent_commits, resolve_anchor
from foreword.workspace.git.repository import open_repository
from gitrepo import make_repo, run_git
from workspaces import repository_of, saved


def test_the_top_of_a_repository_has_no_prefix(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repository = repository_of(repo.path)
    assert ("", repo.path.resolve()) == (repository.prefix, repository.top)
    assert repository.git_dir == repository.common_dir == repo.path.resolve() / ".git"


def test_a_folder_below_the_top_knows_its_prefix(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("größe/b c/x.txt", "x\n")
    repository = repository_of(repo.path / "größe" / "b c")
    assert repository.prefix == "größe/b c/"
    assert repository.top == repo.path.resolve()


def test_a_folder_outside_git_has_no_repository_and_no_problem(tmp_path: Path) -> None:
    assert open_repository(tmp_path) == (None, None)


def test_a_folder_that_git_ignores_is_outside_git(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write(".gitignore", "/build\n/partly/*\n")
    repo.write("build/a.py", "a = 1\n")
    repo.write("partly/b.py", "b = 1\n")
    repo.git("add", "-f", "partly/b.py")
    repo.commit()
    assert open_repository(open_root(str(repo.path / "build"))) == (None, None)
    assert list(saved(repo.path / "build").blobs) == ["a.py"]
    assert repository_of(repo.path / "partly").prefix == "partly/"


def test_a_linked_worktree_shares_the_common_directory(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("a.txt", "a\n")
    repo.commit()
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    main, linked = repository_of(repo.path), repository_of(tmp_path / "linked")
    assert main.common_dir == linked.common_dir
    assert main.git_dir != linked.git_dir
    assert linked.top == (tmp_path / "linked").resolve()


def test_a_submodule_as_workspace_is_a_repository_of_its_own(tmp_path: Path) -> None:
    inner, outer = make_repo(tmp_path / "inner"), make_repo(tmp_path / "outer")
    inner.write("in.txt", "in\n")
    inner.commit()
    outer.git("submodule", "add", "-q", inner.path.as_uri(), "libs/inner")
    outer.commit()
    assert repository_of(outer.path / "libs" / "inner").prefix == ""
    assert list(saved(outer.path / "libs" / "inner").blobs) == ["in.txt"]


@pytest.mark.parametrize("inside", [".", "objects"])
def test_a_bare_repository_is_no_workspace(tmp_path: Path, inside: str) -> None:
    make_repo(tmp_path / "bare.git", "--bare")
    with pytest.raises(WorkspaceError, match=r"bare repository: choose a folder with files") as caught:
        open_repository(tmp_path / "bare.git" / inside)
    assert "\n" not in str(caught.value)


def test_files_whose_repository_says_that_it_is_bare_are_told_of_as_such(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.git("config", "core.bare", "true")
    with pytest.raises(WorkspaceError, match=r"though it has files: run `git config --unset core\.bare`"):
        open_repository(repo.path)


def test_the_git_directory_is_no_workspace(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    with pytest.raises(WorkspaceError, match="choose a folder with files"):
        open_repository(repo.path / ".git")


def test_a_repository_of_somebody_else_names_the_command_that_trusts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = make_repo(tmp_path / "repo")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    expected = f"`git config --global --add safe.directory {repo.path.resolve()}`"
    with pytest.raises(WorkspaceError, match="belongs to another user") as caught:
        open_repository(repo.path)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".git/config", "[core\n"),
        (".git/config", "[core]\nrepositoryformatversion = 1\n[extensions]\nwonder = true\n"),
        (".git", "gitdir: nowhere\n"),
    ],
)
def test_a_broken_repository_is_one_line(tmp_path: Path, path: str, content: str) -> None:
    folder = tmp_path / "repo"
    if path == ".git":
        folder.mkdir()
    else:
        make_repo(folder)
    (folder / path).write_text(content)
    with pytest.raises(
        WorkspaceError, match=r"git can't read the repository|newer git|is not where its"
    ) as caught:
        open_repository(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="names with a line break")
def test_a_line_break_in_the_path_is_refused(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "two\nlines")
    with pytest.raises(WorkspaceError, match="line break"):
        open_repository(repo.path)


def test_variables_of_another_repository_do_not_lead_astray(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = make_repo(tmp_path / "here"), make_repo(tmp_path / "other")
    here.write("here.txt", "here\n")
    other.write("other.txt", "other\n")
    here.commit()
    other.commit()
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("GIT_PREFIX", "x/")
    monkeypatch.setenv("GIT_GLOB_PATHSPECS", "1")
    assert list(saved(here.path).blobs) == ["here.txt"]


def test_without_git_the_folder_is_read_and_a_problem_says_so(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    code = (
        "import os, sys, pathlib\n"
        "os.environ['PATH'] = sys.argv[2]\n"
        "from foreword.workspace.git.repository import open_repository\n"
        "repository, problem = open_repository(pathlib.Path(sys.argv[1]))\n"
        "print(repository, problem.message)\n"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(empty)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.stdout.startswith("None git is not installed"), done.stderr


def test_a_git_that_fails_is_not_taken_for_none(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (tmp_path / "broken").write_text("[user\nname = x\n")
    asked = f"from pathlib import Path; from foreword.workspace.git.repository import *; open_repository(Path({str(repo.path)!r}))"
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": str(tmp_path / "broken")}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert "WorkspaceError: git fails" in done.stderr
    assert "bad config line 1" in done.stderr


NEWER_GIT = """#!/bin/bash
{git} "$@" 2> >(sed 's#not a git repository: /.*#not a git repository: (null)#' >&2)
"""
"""Says of a repository that is gone what git 2.55 says; older ones name the place."""


@pytest.mark.parametrize("is_newer", [False, True])
def test_a_worktree_whose_repository_is_elsewhere_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_newer: bool
) -> None:
    folder = tmp_path / "worktree"
    folder.mkdir()
    if is_newer:
        program = tmp_path / "bin" / "git"
        program.parent.mkdir()
        program.write_text(NEWER_GIT.format(git=shutil.which("git")))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (folder / ".git").write_text("gitdir: /nowhere/.git/worktrees/worktree\n")
    with pytest.raises(WorkspaceError, match=r"\(/nowhere/.git/worktrees/worktree\).*git worktree repair"):
        open_repository(folder)


def test_an_extension_that_git_does_not_know_asks_for_a_newer_git(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.fromTheFuture", "true")
    with pytest.raises(WorkspaceError, match=r"extensions\.fromthefuture.*newer git"):
        open_repository(repo.path)


def test_a_clone_without_trees_has_no_history_and_says_so(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    for n in range(3):
        repo.write(f"d/{n}.txt", f"{n}\n")
        repo.commit()
    repo.git("config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "-q", "--filter=tree:0", repo.path.as_uri(), "treeless")
    repository, problem = open_repository(tmp_path / "treeless")
    assert repository is not None
    assert problem is not None
    assert "--filter=tree:0" in problem.message
    assert {} == churn(repository, "HEAD")
    assert () == recent_commits(repository, "HEAD")
    repo.write("d/4.txt", "4\n")
    repo.commit()
    run_git(tmp_path / "treeless", "fetch", "-q")
    anchor = resolve_anchor(repository)
    assert anchor is not None
    assert {"d/0.txt", "d/1.txt", "d/2.txt"} == anchor_tree(repository, anchor).blobs.keys()
