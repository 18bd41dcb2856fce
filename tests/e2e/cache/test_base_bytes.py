"""The base is a pure function of the repository: whoever builds it, wherever, gets the same bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from sample_repo import make_sample

HOSTILE = """\
[core]
    autocrlf = true
    quotePath = true
    fileMode = false
    abbrev = 4
    pager = false
[diff]
    external = /bin/false
    noprefix = true
    renames = copies
    ignoreSubmodules = all
[log]
    showSignature = true
    date = relative
    follow = true
[status]
    relativePaths = false
    showUntrackedFiles = no
[color]
    ui = always
[i18n]
    logOutputEncoding = UTF-16
[format]
    pretty = oneline
"""
CIRCUMSTANCES: Mapping[str, Mapping[str, str]] = {
    "hash seed": {"PYTHONHASHSEED": "4242"},
    "locale": {"LC_ALL": "C", "LANG": "tr_TR.UTF-8"},
    "time zone": {"TZ": "Pacific/Kiritimati"},
    "user": {"USER": "somebody", "LOGNAME": "somebody"},
    "calibration": {"FOREWORD_MODEL": "claude-haiku-4-5"},
    "processor": {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL"},
    "terminal": {"GIT_PAGER": "false", "PAGER": "false", "TERM": "dumb", "COLUMNS": "17"},
    "a git hook": {"GIT_DIR": "/nowhere/.git", "GIT_INDEX_FILE": "/nowhere/index", "GIT_WORK_TREE": "/"},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    """More than the smallest budget holds, with a history, so that ranking and churn matter."""
    repo = make_sample(tmp_path_factory.mktemp("project") / "shop", 30)
    for n in range(3):
        repo.write("shop/rates.py", f"RATES = {list(range(n))}\n")
        repo.commit(f"Change the rates ({n})")
    return repo


@pytest.fixture(scope="module")
def expected(project: GitRepo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the first user sees."""
    return context(Foreword(tmp_path_factory.mktemp("first")), project.path)


def context(user: Foreword, folder: Path) -> dict[str, Any]:
    """`foreword context`, with a base that does not hold everything."""
    shown: dict[str, Any] = user.json("context", folder, "--budget", "8000")
    return shown


def base_of(shown: dict[str, Any]) -> tuple[str, str]:
    """The digests of the anchor and of the base."""
    (base,) = (layer for layer in shown["layers"] if layer["name"] == "base")
    return str(shown["anchor"]["digest"]), str(base["digest"])


def test_the_base_shows_some_files_in_full_and_others_as_outlines(expected: dict[str, Any]) -> None:
    (base,) = (layer for layer in expected["layers"] if layer["name"] == "base")
    assert {"full", "outline"} == {file["form"] for file in base["files"]}
    assert not expected["whole"]


def test_a_clone_in_another_directory_of_another_user_gives_the_same_base(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    clone = project.clone(tmp_path / "elsewhere" / "with a space")
    assert base_of(expected) == base_of(context(Foreword(tmp_path / "other"), clone.path))


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_the_base_does_not_depend_on_the_environment(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path, name: str
) -> None:
    user = Foreword(tmp_path / "user", more=CIRCUMSTANCES[name])
    assert base_of(expected) == base_of(context(user, project.path))


def test_a_linked_worktree_gives_the_same_base(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    clone = project.clone(tmp_path / "clone")
    clone.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "topic")
    user = Foreword(tmp_path / "user")
    assert base_of(expected) == base_of(context(user, tmp_path / "linked"))


def test_saved_changes_and_other_modification_times_leave_the_base_alone(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    clone = project.clone(tmp_path / "clone")
    for path in sorted(clone.path.rglob("*.py")):
        os.utime(path, (1, 1))
    clone.write("shop/rates.py", "RATES = 'changed'\n")
    clone.write("untracked.py", "def untracked():\n    pass\n")
    shown = context(Foreword(tmp_path / "user"), clone.path)
    assert base_of(expected) == base_of(shown)
    (delta,) = (layer for layer in shown["layers"] if layer["name"] == "delta")
    assert {"shop/rates.py", "untracked.py"} == {file["path"] for file in delta["files"]}


def test_clones_with_the_same_pins_give_the_same_base_and_verify_agrees(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    pins = (
        "pins = ['/shop/orders/', '**/s*.py']\n",
        "pins = ['**/s*.py', '/shop/orders/', '**/s*.py'] # ours\n",
    )
    seen, clone = [], project
    for n, line in enumerate(pins):
        clone = project.clone(tmp_path / f"clone {n}")
        clone.write(".foreword.toml", f"[context]\n{line}")
        seen.append(context(Foreword(tmp_path / f"user {n}"), clone.path))
    first, second = seen
    assert base_of(first) == base_of(second) != base_of(expected)
    assert first["notPinned"] == second["notPinned"]
    verified = Foreword(tmp_path / "user").json("verify", clone.path, "--budget", "8000")
    assert (True, None) == (verified["same"], verified["firstDifference"])
    assert base_of(first)[1] == verified["layers"][1]["first"]


def test_hostile_git_configuration_leaves_the_base_alone(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    clone = project.clone(tmp_path / "clone")
    user = Foreword(tmp_path / "user")
    user.home.mkdir()
    (user.home / ".gitconfig").write_text(HOSTILE)
    assert base_of(expected) == base_of(context(user, clone.path))


def test_another_umask_gives_the_same_base(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        clone = project.clone(tmp_path / "clone")
        shown = context(Foreword(tmp_path / "user"), clone.path)
    finally:
        os.umask(before)
    assert base_of(expected) == base_of(shown)


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can become another user")
def test_another_user_of_the_machine_gets_the_same_base(
    project: GitRepo, expected: dict[str, Any], ordinary: tuple[Foreword, Path]
) -> None:
    user, folder = ordinary
    clone = project.clone(folder / "clone")
    assert user.uid is not None
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.uid, user.uid)
    assert base_of(expected) == base_of(context(user, clone.path))


def test_verify_builds_twice_and_prints_the_digests(
    project: GitRepo, expected: dict[str, Any], tmp_path: Path
) -> None:
    user = Foreword(tmp_path / "user")
    done = user.run("verify", "--workspace", str(project.path), "--budget", "8000")
    assert (0, "") == (done.code, done.err)
    assert base_of(expected)[1] in done.out
    verified = user.json("verify", project.path, "--budget", "8000")
    assert (True, None) == (verified["same"], verified["firstDifference"])
    assert ["instructions", "base", "delta"] == [layer["name"] for layer in verified["layers"]]
    assert all(layer["first"] == layer["second"] for layer in verified["layers"])
