"""The saved tree in git: what is left out because of what it is or how it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foreword.core.exclusion import MAX_FILE_BYTES
from gitrepo import GitRepo, make_repo
from workspaces import reasons, saved

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file types and names")


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "repo")
    repo.write("a.py", "a = 1\n")
    repo.write("pkg/b.py", "b = 1\n")
    repo.commit()
    return repo


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
    assert list(tree.blobs) == ["pkg/b.py"]
    assert reasons(tree) == {"a.py": "symlink"}


@posix_only
def test_files_behind_a_folder_replaced_by_a_symlink_are_gone(repo: GitRepo) -> None:
    repo.write("twin/b.py", "other = 1\n")
    repo.commit()
    repo.remove("pkg/b.py")
    (repo.path / "pkg").rmdir()
    (repo.path / "pkg").symlink_to("twin")
    tree = saved(repo.path)
    assert list(tree.blobs) == ["a.py", "twin/b.py"]
    assert reasons(tree) == {"pkg": "symlink"}


@posix_only
def test_a_fifo_in_place_of_a_file_does_not_block(repo: GitRepo) -> None:
    repo.remove("a.py")
    os.mkfifo(repo.path / "a.py")
    os.mkfifo(repo.path / "pipe")
    tree = saved(repo.path)
    assert list(tree.blobs) == ["pkg/b.py"]
    assert reasons(tree) == {"a.py": "not a regular file"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(repo: GitRepo) -> None:
    repo.write("a.py", "a = 2\n").chmod(0)
    assert reasons(saved(repo.path)) == {"a.py": "unreadable"}


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
    assert list(tree.blobs) == [".gitmodules", "a.py", "pkg/b.py"]
    assert reasons(tree) == {"libs/inner": "submodule", "nested": "repository of its own"}


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
    assert reasons(tree) == {"huge.txt": "too large", "over.txt": "too large"}
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
    assert reasons(saved(repo.path)) == {"web/node_modules/": "vendored", "Node_Modules/": "vendored"}
