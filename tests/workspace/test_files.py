"""The saved tree in git: every state that a file can be in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foreword.core.leftout import MAX_FILE_BYTES
from foreword.core.tree import blob_id
from foreword.workspace.files import anchor_tree
from foreword.workspace.history import resolve_anchor
from foreword.workspace.ignore import read_rules
from gitrepo import GitRepo, make_repo
from workspaces import reasons, repository_of, saved

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file types and names")


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
    assert ["a.py/inside.py", "pkg"] == list(tree.blobs)
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
    assert [".gitignore", "a.py", "pkg/b.py", "tracked.log"] == list(tree.blobs)
    assert not tree.left_out


def test_forewordignore_hides_tracked_and_untracked_files(repo: GitRepo) -> None:
    repo.write("docs/one.md", "1\n")
    repo.write("docs/keep.md", "2\n")
    repo.commit()
    repo.write("docs/new.md", "3\n")
    repo.write(".forewordignore", "# not for the model\ndocs/*\n!docs/keep.md\npkg/\n")
    tree = saved(repo.path)
    assert [".forewordignore", "a.py", "docs/keep.md"] == list(tree.blobs)
    ignored = "ignored by .forewordignore"
    assert {"docs/one.md": ignored, "docs/new.md": ignored, "pkg/b.py": ignored} == reasons(tree)
    repository = repository_of(repo.path)
    anchor = resolve_anchor(repository)
    assert anchor is not None
    assert ["a.py", "docs/keep.md"] == list(
        anchor_tree(repository, anchor, read_rules(repository.root)[0]).blobs
    )


@posix_only
def test_symlinks_are_left_out_and_never_followed(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("s = 1\n")
    links = {
        "in.py": "a.py",
        "out.py": "../outside/secret.py",
        "folder": "../outside",
        "loop": ".",
        "broken": "nowhere",
        "itself": "itself",
    }
    for name, target in links.items():
        (repo.path / name).symlink_to(target)
    untracked = saved(repo.path)
    repo.commit()
    assert dict.fromkeys(links, "symlink") == reasons(untracked) == reasons(saved(repo.path))
    assert ["a.py", "pkg/b.py"] == list(untracked.blobs) == list(saved(repo.path).blobs)


@posix_only
def test_a_file_replaced_by_a_symlink_is_left_out(repo: GitRepo) -> None:
    repo.remove("a.py")
    (repo.path / "a.py").symlink_to("pkg/b.py")
    tree = saved(repo.path)
    assert ["pkg/b.py"] == list(tree.blobs)
    assert {"a.py": "symlink"} == reasons(tree)


@posix_only
def test_files_behind_a_folder_replaced_by_a_symlink_are_gone(repo: GitRepo) -> None:
    repo.write("twin/b.py", "other = 1\n")
    repo.commit()
    repo.remove("pkg/b.py")
    (repo.path / "pkg").rmdir()
    (repo.path / "pkg").symlink_to("twin")
    tree = saved(repo.path)
    assert ["a.py", "twin/b.py"] == list(tree.blobs)
    assert {"pkg": "symlink"} == reasons(tree)


@posix_only
def test_a_fifo_in_place_of_a_file_does_not_block(repo: GitRepo) -> None:
    repo.remove("a.py")
    os.mkfifo(repo.path / "a.py")
    os.mkfifo(repo.path / "pipe")
    tree = saved(repo.path)
    assert ["pkg/b.py"] == list(tree.blobs)
    assert {"a.py": "not a regular file"} == reasons(tree)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(repo: GitRepo) -> None:
    repo.write("a.py", "a = 2\n").chmod(0)
    assert {"a.py": "unreadable"} == reasons(saved(repo.path))


def test_submodules_and_nested_repositories_are_left_out(repo: GitRepo, tmp_path: Path) -> None:
    inner = make_repo(tmp_path / "inner")
    inner.write("in.txt", "in\n")
    inner.commit()
    repo.git("submodule", "add", "-q", inner.path.as_uri(), "libs/inner")
    repo.commit()
    nested = make_repo(repo.path / "nested")
    nested.write("n.py", "n = 1\n")
    nested.commit()
    repo.write("libs/inner/in.txt", "changed\n")
    tree = saved(repo.path)
    assert [".gitmodules", "a.py", "pkg/b.py"] == list(tree.blobs)
    assert {"libs/inner": "submodule", "nested": "submodule"} == reasons(tree)


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
    assert ["b.py", "sub/new.py"] == list(tree.blobs)
    assert {"b.py", "sub/new.py"} == set(tree.dirty)


def test_a_linked_worktree_has_its_own_files(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    (tmp_path / "linked" / "a.py").write_text("a = 3\n")
    assert {"a.py"} == set(saved(tmp_path / "linked").dirty)
    assert not saved(repo.path).dirty


@posix_only
def test_names_are_kept_as_they_are_or_left_out_as_unreadable(repo: GitRepo) -> None:
    fine = [" lead", "-dash", "a\\b", 'quo"te', "space d", "tick'", "größe", "日本", ":(top)x", "*", "[a]"]
    odd = {b"line\nbreak": r"line\x0abreak", b"tab\there": r"tab\x09here", b"caf\xe9": r"caf\xe9"}
    for name in [*map(str.encode, fine), *odd]:
        (repo.path / os.fsdecode(name)).write_bytes(b"x\n")
    expected = sorted([*fine, "a.py", "pkg/b.py"])
    untracked = saved(repo.path)
    repo.git("config", "core.quotePath", "true")
    repo.commit()
    for tree in (untracked, saved(repo.path)):
        assert expected == list(tree.blobs)
        assert dict.fromkeys(odd.values(), "unreadable name") == reasons(tree)
    os.utime(repo.path / ":(top)x", (0, 0))
    repo.write("*", "changed\n")
    assert {"*"} == set(saved(repo.path).dirty)


def test_large_new_files_are_left_out_unread(repo: GitRepo) -> None:
    with (repo.path / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    repo.write("limit.txt", b"x" * MAX_FILE_BYTES)
    repo.write("over.txt", b"x" * (MAX_FILE_BYTES + 1))
    tree = saved(repo.path)
    assert {"huge.txt": "too large", "over.txt": "too large"} == reasons(tree)
    assert "limit.txt" in tree.blobs


def test_path_rules_hold_for_tracked_changed_and_new_files(repo: GitRepo) -> None:
    repo.write("tracked.pem", "t\n")
    repo.write("changed.pem", "c\n")
    repo.commit()
    repo.write("changed.pem", "d\n")
    repo.write("deploy/.env", "KEY=1\n")
    expected = {"tracked.pem": "secret", "changed.pem": "secret", "deploy/.env": "secret"}
    assert expected == reasons(saved(repo.path))


def test_a_vendored_folder_is_one_entry(repo: GitRepo) -> None:
    for n in range(3):
        repo.write(f"web/node_modules/m{n}/index.js", "x\n")
        repo.write(f"Node_Modules/{n}.js", "x\n")
    repo.git("add", "web")
    assert {"web/node_modules/": "vendored", "Node_Modules/": "vendored"} == reasons(saved(repo.path))


def test_sha256_repositories_hash_changes_their_way(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", "--object-format=sha256")
    repo.write("a.py", "a = 1\n")
    repo.commit()
    repo.write("b.py", "a = 1\n")
    os.utime(repo.path / "a.py", (0, 0))
    tree = saved(repo.path)
    assert tree.blobs["a.py"] == tree.blobs["b.py"] == repo.git("rev-parse", "HEAD:a.py")
    assert {"b.py"} == set(tree.dirty)
