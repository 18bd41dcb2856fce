"""Writing files: whole, only where nothing else changed them, and nowhere outside of the workspace."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from foreword.core.errors import Problem
from foreword.workspace.files.atomic_write import remove_file, replace_file, why_not_new
from foreword.workspace.files.disk import open_root
from foreword.workspace.ignore import read_rules
from gitrepo import make_repo
from workspaces import repository_of

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX modes and links")

as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away and mounts"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.py").write_bytes(b"old\r\n")
    return open_root(str(folder))


def message(problem: Problem | None) -> str:
    assert problem is not None
    assert "\n" not in problem.message
    return problem.message


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


@posix_only
@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_a_replaced_file_keeps_its_mode(root: Path, mode: int) -> None:
    (root / "a.py").chmod(mode)
    assert replace_file(root, "a.py", b"old\r\n", b"new\r\n") is None
    assert b"new\r\n" == (root / "a.py").read_bytes()
    assert mode == stat.S_IMODE((root / "a.py").stat().st_mode)
    assert ["a.py"] == names(root)


@posix_only
def test_a_replaced_file_keeps_its_other_names(root: Path, tmp_path: Path) -> None:
    os.link(root / "a.py", tmp_path / "twin.py")
    assert replace_file(root, "a.py", b"old\r\n", b"n\n") is None
    assert b"n\n" == (root / "a.py").read_bytes() == (tmp_path / "twin.py").read_bytes()
    assert (root / "a.py").samefile(tmp_path / "twin.py")
    assert "changed while" in message(replace_file(root, "a.py", b"other", b"new"))
    assert ["a.py"] == names(root)


@as_root
def test_a_replaced_file_keeps_its_owner_and_set_user_id_stays_with_it(root: Path) -> None:
    os.chown(root / "a.py", 1234, 2345)
    (root / "a.py").chmod(0o4750)
    assert replace_file(root, "a.py", b"old\r\n", b"new\n") is None
    status = (root / "a.py").stat()
    assert (1234, 2345, 0o4750) == (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))


@posix_only
def test_where_the_owner_can_not_be_given_the_file_is_written_into(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "not yours")

    # As for a file of somebody else in a group that may write it.
    monkeypatch.setattr(os, "listxattr", refuse, raising=False)
    before = (root / "a.py").stat().st_ino
    assert replace_file(root, "a.py", b"old\r\n", b"new\n") is None
    assert (before, b"new\n") == ((root / "a.py").stat().st_ino, (root / "a.py").read_bytes())
    assert ["a.py"] == names(root)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes of Linux")
def test_a_replaced_file_keeps_its_extended_attributes(root: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.origin", b"here")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    assert replace_file(root, "a.py", b"old\r\n", b"new\n") is None
    assert b"here" == os.getxattr(root / "a.py", "user.origin")


@posix_only
def test_nobody_can_read_the_text_of_a_private_file_while_it_is_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.py").chmod(0o600)
    seen: list[int] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    assert replace_file(root, "a.py", b"old\r\n", b"new\n") is None
    assert [0o600] == seen


@as_root
def test_a_file_that_is_a_mount_of_its_own_is_written_into(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_bytes(b"old\n")
    mount = ["mount", "--bind", str(tmp_path / "outer.py"), str(root / "a.py")]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        assert replace_file(root, "a.py", b"old\n", b"new\n") is None
        assert b"new\n" == (tmp_path / "outer.py").read_bytes()
    finally:
        subprocess.run(["umount", str(root / "a.py")], check=True)
    assert ["a.py"] == names(root)


@posix_only
def test_a_text_that_does_not_fit_leaves_what_was_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.link(root / "a.py", root / "twin.py")
    sync, left = os.fsync, [1]

    def full(descriptor: int) -> None:
        # The file beside is written, the target then is not.
        if not left:
            left.append(1)
            raise OSError(errno.ENOSPC, "No space left on device")
        left.pop()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in message(replace_file(root, "a.py", b"old\r\n", b"longer than before\n"))
    assert b"old\r\n" == (root / "a.py").read_bytes()
    assert ["a.py", "twin.py"] == names(root)


def test_a_file_that_is_not_as_expected_is_not_touched(root: Path) -> None:
    assert "changed while" in message(replace_file(root, "a.py", b"other", b"new"))
    assert (b"old\r\n", ["a.py"]) == ((root / "a.py").read_bytes(), names(root))


def test_a_new_file_comes_with_its_folders(root: Path) -> None:
    assert replace_file(root, "x/y/new.py", None, b"1\n") is None
    assert b"1\n" == (root / "x/y/new.py").read_bytes()
    assert ["a.py", "x", "x/y", "x/y/new.py"] == names(root)


@posix_only
def test_a_new_file_has_the_mode_of_any_new_file(root: Path) -> None:
    (root / "any").touch()
    replace_file(root, "new.py", None, b"1\n")
    assert (root / "any").stat().st_mode == (root / "new.py").stat().st_mode


def test_a_new_file_does_not_overwrite_one_that_appeared(root: Path) -> None:
    assert "exists by now" in message(replace_file(root, "a.py", None, b"new"))
    assert b"old\r\n" == (root / "a.py").read_bytes()


@posix_only
def test_a_read_only_file_is_not_replaced(root: Path) -> None:
    (root / "a.py").chmod(0o444)
    assert "is read-only" in message(replace_file(root, "a.py", b"old\r\n", b"new"))


@pytest.mark.parametrize(
    "path", ["../out.py", "/etc/out.py", "a/../../out.py", "", "x//y", "./a.py", "a\\b", " a"]
)
def test_a_path_that_leads_elsewhere_is_refused(root: Path, path: str) -> None:
    assert "leads out" in message(replace_file(root, path, None, b"new"))
    assert why_not_new(root, None, read_rules(root)[0], path) == "it is no path below the workspace"
    assert ["a.py"] == names(root)


@posix_only
def test_nothing_is_written_through_a_symlink(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.py").write_bytes(b"theirs")
    (root / "folder").symlink_to(outside)
    (root / "link.py").symlink_to(outside / "b.py")
    for path in ("folder/b.py", "link.py"):
        assert "symlink" in message(replace_file(root, path, b"theirs", b"ours"))
        assert "symlink" in message(remove_file(root, path, b"theirs"))
    assert "symlink" in message(replace_file(root, "folder/new.py", None, b"ours"))
    assert ["b.py"] == names(outside)
    assert b"theirs" == (outside / "b.py").read_bytes()


def test_a_file_is_removed_only_as_expected(root: Path) -> None:
    assert "changed while" in message(remove_file(root, "a.py", b"other"))
    assert remove_file(root, "a.py", b"old\r\n") is None
    assert [] == names(root)


REASONS = {
    "src/new.py": None,
    ".github/workflows/new.yml": None,
    "src": "it is a folder",
    "src/a.py/below.py": "a.py is no folder",
    ".env": "it would be left out (secret)",
    ".git/hooks/pre-commit": "version control takes that name for its own",
    "src/.GIT/config": "version control takes that name for its own",
    "hidden/new.py": "it would be left out (ignored by .forewordignore)",
    "src/build/new.py": "it would be left out (ignored by git)",
    "nested/src/new.py": "it is in another repository",
    "src/left.bin": "it would be left out (binary)",
    "src/odd": "it is a symlink to nowhere, which is the file to name",
    "linked/new.py": "a folder above it is a symlink",
}


@posix_only
def test_a_new_file_is_allowed_only_where_the_model_would_see_it(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("src/a.py", "a\n")
    repo.write(".gitignore", "build/\n")
    repo.write(".forewordignore", "hidden/\n")
    make_repo(repo.path / "nested")
    (repo.path / "src/odd").symlink_to("nowhere")
    (repo.path / "linked").symlink_to("src")
    root = open_root(str(repo.path))
    repository, rules = repository_of(repo.path), read_rules(root)[0]
    assert REASONS == {path: why_not_new(root, repository, rules, path) for path in REASONS}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("new.py", None),
        ("src/deep/new.py", None),
        ("build/new.py", "it would be left out (ignored by .gitignore)"),
        ("src/out/new.py", "it would be left out (ignored by .gitignore)"),
        ("out/new.py", None),
    ],
)
def test_outside_git_the_gitignore_files_are_asked(root: Path, path: str, reason: str | None) -> None:
    (root / ".gitignore").write_text("build/\n")
    (root / "src").mkdir()
    (root / "src/.gitignore").write_text("/out/\n")
    assert reason == why_not_new(root, None, read_rules(root)[0], path)
