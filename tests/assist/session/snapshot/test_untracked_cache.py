from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from foreword.assist.session.snapshot import untracked_cache
from foreword.workspace.files import working_tree
from foreword.workspace.git import untracked_files
from foreword.workspace.git.untracked_files import is_local
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture

pytestmark = pytest.mark.skipif(
    not is_local(Path(tempfile.gettempdir()).resolve()),
    reason="temporary files are on no file system that is known as local",
)
LONG_NS = 10**12


@pytest.fixture(autouse=True)
def small_and_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few files are enough to be noted, and none of them counts as changed just now."""
    monkeypatch.setattr(untracked_cache, "MIN_FILES", 1)
    monkeypatch.setattr(untracked_files, "TICK_NS", -LONG_NS)
    monkeypatch.setattr(untracked_files, "COARSE_TICK_NS", -LONG_NS)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = make_repo(tmp_path / "r")
    made.write("a.py", "def a(): pass\n")
    made.commit("Begin")
    made.write("beside.py", "def b(): pass\n")
    return made


def paths(repo: GitRepo, tmp_path: Path) -> set[str]:
    """The files that a new process sees."""
    with WorkspaceFixture(tmp_path / "home").saved(repo.path) as saved:
        return set(saved.tree.blobs)


def refuse(_: object) -> list[str]:
    raise AssertionError("git is asked for untracked files")


def test_a_new_process_does_not_ask_git_for_untracked_files_where_nothing_changed(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"a.py", "beside.py"} == paths(repo, tmp_path)
    monkeypatch.setattr(working_tree, "untracked", refuse)
    repo.write("beside.py", "def c(): pass\n")
    assert {"a.py", "beside.py"} == paths(repo, tmp_path)


def test_a_new_process_sees_what_came_and_went(repo: GitRepo, tmp_path: Path) -> None:
    assert {"a.py", "beside.py"} == paths(repo, tmp_path)
    repo.write("sub/new.py", "def n(): pass\n")
    assert {"a.py", "beside.py", "sub/new.py"} == paths(repo, tmp_path)
    repo.write("sub/newer.py", "def n(): pass\n")
    (repo.path / "beside.py").unlink()
    assert {"a.py", "sub/new.py", "sub/newer.py"} == paths(repo, tmp_path)


def test_what_changed_since_the_look_is_not_noted_as_seen(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(untracked_files, "TICK_NS", 0)
    with WorkspaceFixture(tmp_path / "home").saved(repo.path):
        repo.write("new.py", "def n(): pass\n")
    assert {"a.py", "beside.py", "new.py"} == paths(repo, tmp_path)
