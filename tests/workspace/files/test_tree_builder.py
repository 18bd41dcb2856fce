"""The saved tree in git: every state that a file can be in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foreword.core.tree import blob_id
from foreword.workspace.files.tree_builder import anchor_tree
from foreword.workspace.git.history import resolve_anchor
from foreword.workspace.ignore import read_rules
from gitrepo import GitRepo, make_repo
from workspaces import reasons, repository_of, saved


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "repo")
    repo.write("a.py", "a = 1\n")
    repo.write("pkg/b.py", "b = 1\n")
    repo.commit()
    return repo


def test_an_unchanged_checkout_is_the_tree_of_its_commit(repo: GitRepo) -> None:
    tree = saved(repo.path)
    assert {path: repo.git("rev-parse", f"HEAD:{path}") for path in ("a.py", "pkg/b.py")} == dict(tree.blobs)
    assert not tree.dirty
    assert not tree.left_out
    repository = repository_of(repo.path)
    anchor = resolve_anchor(repository)
    assert anchor is not None
    assert anchor_tree(repository, anchor) == tree
    assert anchor_tree(repository, anchor, judged=tree.blobs) == tree


def test_an_empty_repository_has_its_untracked_files(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    assert dict(saved(repo.path).blobs) == {}
    repo.write("a.py", "a = 1\n")
    tree = saved(repo.path)
    assert (["a.py"], {"a.py"}) == (list(tree.blobs), set(tree.dirty))


def test_saved_changes_are_read_from_disk(repo: GitRepo) -> None:
    repo.write("a.py", "a = 2\n")
    repo.write("new.py", "n = 1\n")
    repo.write("staged.py", "s = 1\n")
    repo.git("add", "staged.py")
    tree = saved(repo.path)
    assert blob_id(b"a = 2\n") == tree.blobs["a.py"]
    assert blob_id(b"n = 1\n") == tree.blobs["new.py"]
    assert repo.git("rev-parse", ":staged.py") == tree.blobs["staged.py"]
    assert {"a.py", "new.py"} == set(tree.dirty)


def test_deleted_files_are_gone_however_they_went(repo: GitRepo) -> None:
    for path in ("removed.py", "staged.py", "unstaged.py"):
        repo.write(path, "x = 1\n")
    repo.git("add", "staged.py", "removed.py")
    repo.remove("staged.py")
    repo.git("rm", "-q", "--cached", "removed.py")
    repo.remove("a.py")
    repo.remove("unstaged.py")
    assert list(saved(repo.path).blobs) == ["pkg/b.py", "removed.py"]


def test_a_rename_is_an_old_name_gone_and_a_new_one(repo: GitRepo) -> None:
    blob = saved(repo.path).blobs["a.py"]
    repo.git("mv", "a.py", "moved.py")
    tree = saved(repo.path)
    assert {"moved.py": blob, "pkg/b.py": tree.blobs["pkg/b.py"]} == dict(tree.blobs)
    assert not tree.dirty


def test_a_file_that_became_a_folder_and_the_reverse(repo: GitRepo) -> None:
    repo.remove("a.py")
    repo.write("a.py/inside.py", "x = 1\n")
    repo.remove("pkg/b.py")
    (repo.path / "pkg").rmdir()
    repo.write("pkg", "now a file\n")
    tree = saved(repo.path)
    assert list(tree.blobs) == ["a.py/inside.py", "pkg"]
    assert {"a.py/inside.py", "pkg"} == set(tree.dirty)


def test_a_touched_file_is_not_dirty(repo: GitRepo) -> None:
    os.utime(repo.path / "a.py", (0, 0))
    assert not saved(repo.path).dirty


def test_carriage_returns_of_the_checkout_are_no_change(repo: GitRepo) -> None:
    before = saved(repo.path)
    repo.git("config", "core.autocrlf", "true")
    repo.remove("a.py")
    repo.git("checkout", "-q", "a.py")
    assert (repo.path / "a.py").read_bytes() == b"a = 1\r\n"
    assert before == saved(repo.path)
    os.utime(repo.path / "a.py", (0, 0))
    assert before == saved(repo.path)
    repo.write("a.py", b"a = 2\r\n")
    assert {"a.py"} == set(saved(repo.path).dirty)


def test_a_conflict_shows_the_file_with_its_marks(repo: GitRepo) -> None:
    repo.branch("side")
    repo.write("a.py", "a = 'side'\n")
    repo.write("pkg/b.py", "b = 'side'\n")
    repo.commit()
    repo.checkout("main")
    repo.write("a.py", "a = 'main'\n")
    repo.git("rm", "-q", "pkg/b.py")
    repo.commit()
    with pytest.raises(AssertionError, match="merge"):
        repo.git("merge", "-q", "side")
    assert repo.git("ls-files", "-u")
    tree = saved(repo.path)
    assert blob_id((repo.path / "a.py").read_bytes()) == tree.blobs["a.py"]
    assert "a.py" in tree.dirty
    repo.remove("a.py")
    assert "a.py" not in saved(repo.path).blobs


def test_an_intent_to_add_is_a_new_file(repo: GitRepo) -> None:
    repo.write("later.py", "x = 1\n")
    repo.git("add", "--intent-to-add", "later.py")
    tree = saved(repo.path)
    assert blob_id(b"x = 1\n") == tree.blobs["later.py"]
    assert {"later.py"} == set(tree.dirty)


def test_ignored_files_are_not_mentioned_unless_tracked(repo: GitRepo) -> None:
    repo.write(".gitignore", "*.log\nout/\n")
    repo.write("x.log", "x\n")
    repo.write("out/y.py", "y\n")
    repo.write("tracked.log", "t\n")
    repo.write(".git/info/exclude", "private.py\n")
    repo.write("private.py", "p\n")
    repo.git("add", "-f", "tracked.log")
    tree = saved(repo.path)
    assert list(tree.blobs) == [".gitignore", "a.py", "pkg/b.py", "tracked.log"]
    assert not tree.left_out


def test_forewordignore_hides_tracked_and_untracked_files(repo: GitRepo) -> None:
    repo.write("docs/one.md", "1\n")
    repo.write("docs/keep.md", "2\n")
    repo.commit()
    repo.write("docs/new.md", "3\n")
    repo.write(".forewordignore", "# not for the model\ndocs/*\n!docs/keep.md\npkg/\n")
    tree = saved(repo.path)
    assert list(tree.blobs) == [".forewordignore", "a.py", "docs/keep.md"]
    ignored = "ignored by .forewordignore"
    assert {"docs/one.md": ignored, "docs/new.md": ignored, "pkg/b.py": ignored} == reasons(tree)
    repository = repository_of(repo.path)
    anchor = resolve_anchor(repository)
    assert anchor is not None
    assert list(anchor_tree(repository, anchor, read_rules(repository.root)[0]).blobs) == [
        "a.py",
        "docs/keep.md",
    ]


def test_a_sparse_checkout_keeps_the_files_that_are_not_on_disk(repo: GitRepo) -> None:
    before = saved(repo.path)
    repo.git("sparse-checkout", "set", "--no-cone", "/a.py")
    assert not (repo.path / "pkg").exists()
    assert before == saved(repo.path)


def test_a_sparse_index_lists_every_file(repo: GitRepo) -> None:
    repo.write("deep/er/c.py", "c = 1\n")
    repo.commit()
    before = saved(repo.path)
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "pkg")
    assert before == saved(repo.path)


def test_a_subfolder_is_a_workspace_of_its_own(repo: GitRepo) -> None:
    repo.write("pkg/b.py", "b = 2\n")
    repo.write("pkg/sub/new.py", "n = 1\n")
    repo.write("a.py", "a = 2\n")
    tree = saved(repo.path / "pkg")
    assert list(tree.blobs) == ["b.py", "sub/new.py"]
    assert {"b.py", "sub/new.py"} == set(tree.dirty)


def test_a_linked_worktree_has_its_own_files(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    (tmp_path / "linked" / "a.py").write_text("a = 3\n")
    assert {"a.py"} == set(saved(tmp_path / "linked").dirty)
    assert not saved(repo.path).dirty


def test_sha256_repositories_hash_changes_their_way(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", "--object-format=sha256")
    repo.write("a.py", "a = 1\n")
    repo.commit()
    repo.write("b.py", "a = 1\n")
    os.utime(repo.path / "a.py", (0, 0))
    tree = saved(repo.path)
    assert tree.blobs["a.py"] == tree.blobs["b.py"] == repo.git("rev-parse", "HEAD:a.py")
    assert {"b.py"} == set(tree.dirty)
