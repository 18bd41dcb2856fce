from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from foreword.assist.session.snapshot import snapshot_cache
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, take_snapshot
from foreword.index.outline import grammar
from foreword.workspace.ignore import NO_RULES
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """Three files, one of them left out by its contents."""
    made = make_repo(tmp_path / "r")
    made.write("a.py", "def a(): pass\n")
    made.write("b.py", "def b(): pass\n")
    made.write("c.py", b"\0\1")
    made.commit("Begin")
    return made


def said(saved: WorkspaceSnapshot) -> object:
    """What a look says, but for the time and what was parsed when."""
    outlines = [(path, saved.index.outline(path)) for path in saved.index.paths]
    report = replace(saved.report, seconds=0, parsed=0, reused=saved.report.parsed + saved.report.reused)
    return saved.tree, saved.revision, saved.unread, outlines, report, saved.variant


CHANGES: dict[str, Callable[[GitRepo], object]] = {
    "nothing": lambda _: None,
    "saved": lambda repo: repo.write("a.py", "def a(): return 1\n"),
    "new": lambda repo: repo.write("d.py", "def d(): pass\n"),
    "committed": lambda repo: (repo.write("a.py", "def x(): pass\n"), repo.commit()),
    "removed": lambda repo: repo.remove("b.py"),
    "ignored": lambda repo: repo.write(".forewordignore", "a.py\n"),
    "left out": lambda repo: repo.write("prod.env", "HOST=a\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_new_process_sees_what_it_would_have_seen_without_memory(
    change: str, repo: GitRepo, tmp_path: Path
) -> None:
    with WorkspaceFixture(tmp_path / "home").saved(repo.path):
        pass
    CHANGES[change](repo)
    with (
        WorkspaceFixture(tmp_path / "home").saved(repo.path) as remembering,
        WorkspaceFixture(tmp_path / "another").saved(repo.path) as fresh,
    ):
        assert said(fresh) == said(remembering)


def test_files_that_git_does_not_vouch_for_are_remembered_as_they_were(repo: GitRepo, tmp_path: Path) -> None:
    repo.write("0.py", "def zero(): pass\n")
    repo.write(".env", "TOKEN=1\n")
    repo.write("b.py", "def other(): pass\n")
    repo.remove("a.py")
    with WorkspaceFixture(tmp_path / "home").saved(repo.path):
        pass
    for change in (lambda: None, lambda: repo.git("checkout", "a.py", "b.py"), lambda: repo.remove("0.py")):
        change()
        with (
            WorkspaceFixture(tmp_path / "home").saved(repo.path) as remembering,
            WorkspaceFixture(tmp_path / "another").saved(repo.path) as fresh,
        ):
            assert said(fresh) == said(remembering)
            assert list(fresh.tree.blobs) == list(remembering.tree.blobs)


def test_a_file_that_was_gone_comes_back_to_its_place(repo: GitRepo, tmp_path: Path) -> None:
    repo.remove("a.py")
    with WorkspaceFixture(tmp_path / "home").saved(repo.path):
        pass
    repo.git("checkout", "a.py")
    with WorkspaceFixture(tmp_path / "home").saved(repo.path) as remembering:
        assert ["a.py", "b.py", "c.py"] == list(remembering.tree.blobs)


def test_an_unchanged_workspace_is_not_looked_up_again(repo: GitRepo, tmp_path: Path) -> None:
    fixture = WorkspaceFixture(tmp_path / "home")
    with fixture.saved(repo.path):
        pass
    with fixture.saved(repo.path) as saved:
        assert (0, 3) == (saved.report.parsed, saved.report.reused)


def test_outlines_of_another_grammar_are_not_taken_over(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture = WorkspaceFixture(tmp_path / "home")
    with fixture.saved(repo.path):
        pass
    with fixture.session(repo.path) as session:
        variant = take_snapshot(session).variant
    for version, is_taken in (("another", False), (None, True)):
        with monkeypatch.context() as patch, fixture.session(repo.path) as session:
            if version:
                patch.setattr(
                    snapshot_cache, "installed_grammars", lambda: ("tree_sitter_python-0.0.1.dist-info",)
                )
                patch.setattr(grammar, "grammar_version", f"{version} {{}}".format)
            snapshot_cache.recall_last_look(session, NO_RULES, variant)
            assert is_taken == (session.recall.whole is not None)
