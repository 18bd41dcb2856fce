from __future__ import annotations

from pathlib import Path

import pytest

from foreword.core.commit import Commit
from foreword.workspace.git.commits import recent_commits
from foreword.workspace.git.repository import Repository, open_repository
from gitrepo import GitRepo, make_repo


def repository(repo: GitRepo, folder: str = "") -> Repository:
    found, _ = open_repository(repo.path / folder)
    assert found is not None
    return found


@pytest.fixture
def story(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "repo")
    repo.write("a/one.py", "1\n")
    repo.commit("Begin")
    repo.write("a/one.py", "2\n")
    repo.write("b/two é.py", "2\n")
    repo.commit("Change two\n\nAt length.\n")
    repo.write("b/two é.py", "3\n")
    repo.commit("Ändere eine")
    return repo


def test_the_newest_commit_comes_first_with_its_message_and_its_files(story: GitRepo) -> None:
    newest, second, *_ = recent_commits(repository(story), story.head())
    assert Commit("Ändere eine", ("b/two é.py",)) == newest
    assert Commit("Change two\n\nAt length.", ("a/one.py", "b/two é.py")) == second


def test_of_a_folder_only_its_own_files_count(story: GitRepo) -> None:
    found = recent_commits(repository(story, "a"), story.head())
    assert [("Change two\n\nAt length.", ("one.py",))] == [(one.message, one.paths) for one in found][:1]


def test_a_limit_counts_commits(story: GitRepo) -> None:
    assert 1 == len(recent_commits(repository(story), story.head(), 1))


def test_merges_do_not_count(story: GitRepo) -> None:
    story.git("checkout", "-q", "-b", "other", "HEAD~1")
    story.write("a/one.py", "4\n")
    story.commit("Aside")
    story.git("merge", "-q", "--no-edit", "-m", "Join them", "@{-1}")
    assert "Join them" not in [one.message for one in recent_commits(repository(story), story.head())]
