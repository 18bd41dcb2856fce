"""A prefix never shows again what git ignores by now, in whatever way it came to be shown."""

from __future__ import annotations

from pathlib import Path

from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.spending.warm_up import sent_prefix
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture, text_of


def test_an_untracked_file_that_is_ignored_since_it_was_told_leaves_the_delta(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    before = fixture.ask_about(repo.path)
    repo.write("notes.md", "Falcon buys Osprey.\n")
    assert "Osprey" in text_of(fixture.ask_about(repo.path))
    repo.write(".gitignore", "notes.md\n")
    assert "Osprey" not in text_of(fixture.look_at(repo.path))
    with fixture.session(repo.path) as session:
        assert sent_prefix(session, take_snapshot(session)) is None
    after = fixture.ask_about(repo.path)
    assert (before.base, False) == (after.base, "Osprey" in text_of(after))
    assert after == fixture.ask_about(repo.path)


def test_a_file_that_is_taken_out_of_git_and_ignored_leaves_the_base(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    repo.write("notes.md", "Falcon buys Osprey.\n")
    repo.commit("Note")
    assert "Osprey" in text_of(fixture.ask_about(repo.path))
    repo.write(".gitignore", "notes.md\n")
    repo.git("rm", "-q", "--cached", "notes.md")
    assert "Osprey" not in text_of(fixture.ask_about(repo.path))
    repo.git("reset", "-q", "notes.md")
    assert "Osprey" in text_of(fixture.ask_about(repo.path))


def test_a_tracked_file_that_is_only_deleted_keeps_the_base_that_others_share(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    repo.write(".gitignore", "built.py\n")
    repo.write("built.py", "BUILT = 1\n")
    repo.git("add", "-f", "built.py")
    repo.commit("Build")
    before = fixture.ask_about(repo.path)
    (repo.path / "built.py").unlink()
    assert before.base == fixture.ask_about(repo.path).base


def test_a_file_outside_git_that_is_ignored_by_now_leaves_the_base(
    fixture: WorkspaceFixture, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.py").write_text("A = 1\n")
    (folder / "notes.md").write_text("Falcon buys Osprey.\n")
    assert "Osprey" in text_of(fixture.ask_about(folder))
    (folder / ".gitignore").write_text("notes.md\n")
    assert "Osprey" not in text_of(fixture.ask_about(folder))
