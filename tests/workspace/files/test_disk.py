"""Opening a workspace, and reading files in it and nowhere else."""

from __future__ import annotations

import os
import pickle
import shutil
from functools import partial
from pathlib import Path

import pytest

from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.tree import Source, blob_id
from foreword.workspace.files.disk import open_root, read_file, read_sources
from gitrepo import make_repo
from workspaces import repository_of

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file types and links")


def test_a_folder_opens_absolute_and_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    expected = (tmp_path / "a").resolve()
    assert [expected] * 3 == [open_root("a"), open_root("./a/../a"), open_root(str(expected))]


@posix_only
def test_a_symlink_to_a_folder_opens_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert (tmp_path / "real").resolve() == open_root(str(tmp_path / "link"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("missing", "no such folder: "),
        ("file.py", "use --workspace for its folder, and --path for the file"),
        ("file.py/below", "choose another folder"),
        ("nul\0byte", "is no path: name a folder"),
        ("x" * 5000, "choose another folder"),
        ("loop", "choose another folder"),
    ],
)
def test_what_is_no_folder_is_refused_in_one_line(tmp_path: Path, path: str, expected: str) -> None:
    (tmp_path / "file.py").write_text("x = 1\n")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(WorkspaceError) as caught:
        open_root(f"{tmp_path}/{path}")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_path_is_refused() -> None:
    with pytest.raises(WorkspaceError, match="name a folder"):
        open_root("")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(WorkspaceError, match="no permission"):
        open_root(str(tmp_path / "closed"))


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "größe.py").write_bytes(b"12345")
    (tmp_path / "large").write_bytes(b"x" * (2 * MAX_FILE_BYTES))
    assert read_file(tmp_path, "a b/größe.py") == b"12345"
    assert read_file(tmp_path, "a b/größe.py", limit=2) == b"12"
    assert len(read_file(tmp_path, "large") or b"") == MAX_FILE_BYTES + 1


@pytest.mark.parametrize("path", ["missing", "folder", "", ".", "file/below", "x" * 5000])
def test_what_is_no_file_reads_as_none(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    assert read_file(tmp_path, path) is None


@posix_only
def test_a_fifo_reads_as_none_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    assert read_file(tmp_path, "pipe") is None
    assert read_file(tmp_path, "link") is None


@pytest.mark.parametrize("path", ["../x", "a/../../x", "..", "/etc/passwd", "nul\0", "a/../b"])
def test_a_path_out_of_the_workspace_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(WorkspaceError, match="leads out of the workspace") as caught:
        read_file(tmp_path, path)
    assert "\n" not in str(caught.value)


@posix_only
def test_symlinks_are_followed_inside_the_workspace_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real" / "x").write_text("inside")
    (tmp_path / "x").write_text("outside")
    (tmp_path / "root-twin").mkdir()
    (root / "file").symlink_to("real/x")
    (root / "folder").symlink_to("real")
    (root / "loop").symlink_to("loop")
    assert [read_file(root, path) for path in ("file", "folder/x")] == [b"inside"] * 2
    assert read_file(root, "loop") is None
    for name, target in {"up": "../x", "twin": "../root-twin", "absolute": "/etc/passwd"}.items():
        (root / name).symlink_to(target)
        with pytest.raises(WorkspaceError, match="symlink out of the workspace"):
            read_file(root, name)


def test_no_descriptor_leaks_from_what_is_not_read(tmp_path: Path) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("no /proc")

    def count() -> int:
        return len(list(descriptors.iterdir()))

    n_open = count()
    for path in (".", "missing"):
        read_file(tmp_path, path)
    assert n_open == count()


def test_sources_come_from_git_unless_dirty(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("clean.py", "committed\n")
    repo.commit()
    repo.write("clean.py", "on disk\n")
    repo.write("dirty.py", "dirty\n")
    clean = Source("clean.py", blob_id(b"committed\n"))
    dirty = Source("dirty.py", blob_id(b"dirty\n"), dirty=True)
    gone = Source("gone.py", blob_id(b"gone\n"), dirty=True)
    missing = Source("missing.py", blob_id(b"never stored\n"))
    wanted = [dirty, clean, gone, missing, clean]
    read = pickle.loads(pickle.dumps(partial(read_sources, repo.path, repository_of(repo.path))))  # noqa: S301 - our own bytes
    expected = [(dirty, b"dirty\n"), (gone, None), (clean, b"committed\n"), (missing, None)]
    assert [*expected, (clean, b"committed\n")] == list(read(wanted))


def test_what_git_has_is_read_from_disk_where_it_is_the_same(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("a.py", "committed\n")
    repo.commit()
    repository = repository_of(repo.path)
    shutil.rmtree(repo.path / ".git" / "objects")
    source = Source("a.py", blob_id(b"committed\n"))
    assert [(source, b"committed\n")] == list(read_sources(repo.path, repository, [source]))


@posix_only
def test_what_git_has_is_never_waited_for_at_a_pipe_in_its_place(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("a.py", "committed\n")
    repo.commit()
    (repo.path / "a.py").unlink()
    os.mkfifo(repo.path / "a.py")
    source = Source("a.py", blob_id(b"committed\n"))
    assert [(source, b"committed\n")] == list(read_sources(repo.path, repository_of(repo.path), [source]))


def test_outside_git_all_sources_come_from_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a\n")
    source = Source("a.py", blob_id(b"a\n"), dirty=True)
    assert [(source, b"a\n")] == list(read_sources(tmp_path, None, [source]))


def test_contents_that_changed_meanwhile_are_not_passed_off_as_the_blob(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"newer\n")
    source = Source("a.py", blob_id(b"older\n"), dirty=True)
    assert [(source, None)] == list(read_sources(tmp_path, None, [source]))
