"""A folder's `.git` may lead elsewhere, but not to the repository of another folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from foreword.core.errors import WorkspaceError
from foreword.workspace.git.repository import open_repository
from gitrepo import GitRepo, make_repo


@pytest.fixture
def private(tmp_path: Path) -> GitRepo:
    """A repository that nobody who opens another folder has trusted."""
    repo = make_repo(tmp_path / "private")
    repo.write("private.py", "PRIVATE = 1\n")
    repo.commit("Begin")
    return repo


def git_file(folder: Path, private: GitRepo) -> None:
    (folder / ".git").write_text(f"gitdir: {private.path}/.git\n")


def link(folder: Path, private: GitRepo) -> None:
    (folder / ".git").symlink_to(private.path / ".git")


def worktree_of_another(folder: Path, private: GitRepo) -> None:
    private.git("worktree", "add", "-q", "../elsewhere")
    (folder / ".git").write_text((private.path.parent / "elsewhere/.git").read_text())


def common_dir(folder: Path, private: GitRepo) -> None:
    make_repo(folder)
    (folder / ".git/commondir").write_text(f"{private.path}/.git\n")


def submodule_of_another(folder: Path, private: GitRepo) -> None:
    outer = make_repo(private.path.parent / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(private.path), "inner")
    (folder / ".git").write_text(f"gitdir: {outer.path}/.git/modules/inner\n")


def folder_of_files(folder: Path, private: GitRepo) -> None:
    make_repo(folder).git("config", "core.worktree", str(private.path))


def linked_references(folder: Path, private: GitRepo) -> None:
    repo = make_repo(folder)
    (folder / ".git/objects/info/alternates").write_text(f"{private.path}/.git/objects\n")
    branch = repo.git("symbolic-ref", "HEAD").strip()
    (folder / ".git" / branch).symlink_to(private.path / ".git" / private.git("symbolic-ref", "HEAD").strip())


def linked_index(folder: Path, private: GitRepo) -> None:
    make_repo(folder)
    (folder / ".git/index").symlink_to(private.path / ".git/index")


@pytest.mark.parametrize(
    "lead_away",
    [
        git_file,
        link,
        worktree_of_another,
        submodule_of_another,
        common_dir,
        folder_of_files,
        linked_references,
        linked_index,
    ],
)
def test_a_git_that_leads_to_the_repository_of_another_folder_is_refused(
    lead_away: Callable[[Path, GitRepo], None], private: GitRepo, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    lead_away(folder, private)
    with pytest.raises(WorkspaceError, match="not its own, so nothing is read"):
        open_repository(folder)


def test_a_worktree_a_submodule_and_a_clone_that_shares_objects_are_folders_of_their_own(
    private: GitRepo, tmp_path: Path
) -> None:
    private.git("worktree", "add", "-q", "../worktree")
    outer = make_repo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(private.path), "inner")
    private.git("clone", "-q", "--shared", ".", "../clone")
    for folder in ("worktree", "outer/inner", "clone"):
        repository, problem = open_repository(tmp_path / folder)
        assert (tmp_path / folder, None) == (repository and repository.top, problem)


def test_a_repository_kept_apart_belongs_to_the_folder_that_it_names(tmp_path: Path) -> None:
    folder, kept = tmp_path / "folder", tmp_path / "kept.git"
    other = make_repo(tmp_path / "other")
    other.git("init", "-q", f"--separate-git-dir={kept}", str(folder))
    assert open_repository(folder)[0]
    other.git("--git-dir", str(kept), "config", "core.worktree", str(other.path))
    with pytest.raises(WorkspaceError, match=f"names {other.path} as the folder of its files"):
        open_repository(folder)


def test_a_worktree_that_was_moved_is_refused_until_it_is_repaired(private: GitRepo, tmp_path: Path) -> None:
    private.git("worktree", "add", "-q", "../before")
    moved = (tmp_path / "before").rename(tmp_path / "after")
    with pytest.raises(WorkspaceError, match="git worktree repair"):
        open_repository(moved)
    private.git("worktree", "repair", str(moved))
    assert open_repository(moved)[0]
