from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foreword.workspace.git import untracked_files as module
from foreword.workspace.git.git_listing import untracked
from foreword.workspace.git.untracked_files import UntrackedFiles, is_local, is_still_so, note
from gitrepo import GitRepo, make_repo
from workspaces import repository_of

pytestmark = pytest.mark.skipif(
    not is_local(Path(tempfile.gettempdir()).resolve()),
    reason="temporary files are on no file system that is known as local",
)
PATIENCE_S = 30.0
LATER_NS = 10**12
TRACKED = ("a.py", "sub/b.py", "sub/deep/c.py", "build/kept.py")
FOLDERS = ("", "sub", "sub/deep", "empty", "empty/inner", "new", "new/deep", "build", "build/x", "sub/build")
NAMES = ("n.py", "x.log", ".hidden")
RULES = ("", "*.log\n", "new/\n", "/empty/*\n!/empty/inner/\n", "inner\n")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(FOLDERS), st.sampled_from(NAMES)),
        st.tuples(st.just("remove"), st.sampled_from(FOLDERS), st.sampled_from(NAMES)),
        st.tuples(st.just("make"), st.sampled_from(FOLDERS), st.just("")),
        st.tuples(st.just("clear"), st.sampled_from(FOLDERS[1:]), st.just("")),
        st.tuples(st.just("ignore"), st.sampled_from(("", "sub", "empty")), st.sampled_from(RULES)),
        st.tuples(st.just("exclude"), st.just(""), st.sampled_from(RULES)),
        st.tuples(st.just("nest"), st.sampled_from(("new", "empty/inner")), st.just("")),
        st.tuples(st.just("commit"), st.just(""), st.just("")),
        st.tuples(st.just("forget"), st.just(""), st.sampled_from(TRACKED)),
    ),
    max_size=7,
)


def begun(path: Path) -> GitRepo:
    """A repository with an ignored folder that has a tracked file, and an empty folder."""
    repo = make_repo(path)
    for name in TRACKED:
        repo.write(name, "one\n")
    repo.commit("Begin")
    repo.write(".gitignore", "build/\n")
    (repo.path / "empty").mkdir()
    return repo


def do(repo: GitRepo, step: str, folder: str, name: str) -> None:
    place = repo.path / folder
    if step == "write":
        repo.write(f"{folder}/{name}".lstrip("/"), "new\n")
    elif step == "remove":
        (place / name).unlink(missing_ok=True)
    elif step == "make":
        place.mkdir(parents=True, exist_ok=True)
    elif step == "clear":
        shutil.rmtree(place, ignore_errors=True)
    elif step == "ignore":
        place.mkdir(parents=True, exist_ok=True)
        (place / ".gitignore").write_text(name, encoding="utf-8")
    elif step == "exclude":
        (repo.path / ".git" / "info" / "exclude").write_text(name, encoding="utf-8")
    elif step == "nest" and not (place / ".git").exists():
        nested = make_repo(place)
        nested.write("inside.py", "new\n")
        nested.commit("Begin")
    elif step == "commit":
        repo.commit()
    elif step == "forget":
        repo.git("rm", "-q", "--cached", "--ignore-unmatch", name)


def listed(repo: GitRepo) -> frozenset[str]:
    return frozenset(untracked(repository_of(repo.path)))


def noted(
    repo: GitRepo, before: UntrackedFiles | None = None, began_ns: int | None = None
) -> UntrackedFiles | None:
    """What a look notes that begins long after the last change, unless it is said when."""
    began_ns = time.time_ns() + LATER_NS if began_ns is None else began_ns
    tracked = repo.git("ls-files").split()
    return note(repository_of(repo.path), tracked, listed(repo), began_ns, before)


def wait_for_another_time(folder: Path) -> None:
    """Until the clock of files shows another time than that of the last change."""
    probe, end = folder / "probe", time.monotonic() + PATIENCE_S
    probe.touch()
    first = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == first and time.monotonic() < end:
        probe.touch()


@given(steps=STEPS)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_seems_to_be_still_so_is_what_git_finds(
    steps: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("w")
    repo = begun(folder / "r")
    found = noted(repo)
    for step in steps:
        wait_for_another_time(folder)
        do(repo, *step)
        assert found is not None
        if is_still_so(found, repository_of(repo.path)):
            assert listed(repo) == found.paths
        else:
            fresh, found = noted(repo), noted(repo, found)
            assert fresh is not None
            assert found is not None
            assert (fresh.paths, fresh.rules) == (found.paths, found.rules)
            assert fresh.folders.items() <= found.folders.items()


def test_nothing_is_asked_again_where_nothing_was_changed_that_counts(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    repo.write("build/x/deep/o.log", "built\n")
    found = noted(repo)
    assert found is not None
    wait_for_another_time(tmp_path)
    repo.write("a.py", "two\n")
    repo.write("build/x/deep/more/o.log", "built\n")
    assert is_still_so(found, repository_of(repo.path))


CHANGES: dict[str, Callable[[GitRepo], object]] = {
    "a file": lambda repo: repo.write("n.py", ""),
    "a file in a folder that was empty": lambda repo: repo.write("empty/n.py", ""),
    "a file that was renamed": lambda repo: (repo.path / "a.py").rename(repo.path / "z.py"),
    "rules": lambda repo: repo.write(".gitignore", ""),
    "rules of the repository": lambda repo: do(repo, "exclude", "", "*.log\n"),
    "rules of the user": lambda repo: repo.git("config", "core.excludesFile", "rules"),
    "the index": lambda repo: repo.git("rm", "-q", "--cached", "a.py"),
    "rights of a folder": lambda repo: (repo.path / "sub").chmod(0o700),
}


@pytest.mark.parametrize("change", CHANGES)
def test_git_is_asked_again_after_a_change_of(change: str, tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    found = noted(repo)
    assert found is not None
    wait_for_another_time(tmp_path)
    CHANGES[change](repo)
    assert not is_still_so(found, repository_of(repo.path))


def test_rules_above_the_workspace_count(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    repository = repository_of(repo.path / "sub")
    paths = frozenset(untracked(repository))
    found = note(repository, ["b.py", "deep/c.py"], paths, time.time_ns() + LATER_NS)
    assert found is not None
    wait_for_another_time(tmp_path)
    assert is_still_so(found, repository)
    assert found == note(repository, ["b.py", "deep/c.py"], paths, time.time_ns() + LATER_NS, found)
    repo.write(".gitignore", "*.log\n")
    assert not is_still_so(found, repository)


def test_another_environment_is_another_answer(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    found = noted(repo)
    assert found is not None
    with patch.dict(os.environ, XDG_CONFIG_HOME=str(tmp_path)):
        assert not is_still_so(found, repository_of(repo.path))


def test_what_was_changed_a_moment_ago_is_not_noted(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    assert noted(repo, began_ns=time.time_ns()) is None


def test_nothing_is_noted_on_a_file_system_that_others_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = begun(tmp_path / "r")
    assert noted(repo) is not None
    monkeypatch.setattr(module, "is_local", lambda _: False)
    assert noted(repo) is None


def test_what_git_can_not_judge_is_not_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = begun(tmp_path / "r")
    monkeypatch.setattr(module, "those_ignored", lambda *_: None)
    assert noted(repo) is None


def test_more_folders_than_a_repository_has_are_not_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = begun(tmp_path / "r")
    monkeypatch.setattr(module, "MOST_BESIDE", 0)
    for number in range(9):
        (repo.path / f"empty/{number}").mkdir()
    assert noted(repo) is None


MOUNTS = """\
22 1 0:21 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:22 / /proc rw - proc proc rw
24 22 0:23 / /home rw shared:3 - nfs4 server:/home rw
25 24 0:24 / /home/ada/fast\\040disk rw - xfs /dev/sdb1 rw
26 22 0:25 / /mnt/shared rw - fuse.sshfs ada@host: rw
27 22 0:26 / /twice rw - nfs4 server:/twice rw
28 22 0:27 / /twice rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("is_so", "folder"),
    [
        (True, "/srv/repo"),
        (True, "/twice/repo"),
        (True, "/home/ada/fast disk/repo"),
        (True, "/homer/repo"),
        (False, "/home/ada/repo"),
        (False, "/home/ada"),
        (False, "/mnt"),
        (False, "/mnt/shared/repo"),
        (False, "/"),
    ],
)
def test_a_folder_is_local_if_all_that_is_mounted_there_is(is_so: bool, folder: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert is_so == is_local(Path(folder), mounts)


def test_where_nobody_knows_what_is_mounted_nothing_is_local(tmp_path: Path) -> None:
    assert not is_local(tmp_path, tmp_path / "nothing")
    (tmp_path / "empty").touch()
    assert not is_local(tmp_path, tmp_path / "empty")
