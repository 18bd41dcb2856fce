"""Folders outside git: what the walk finds, and what identifies their contents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foreword.core.errors import Problem, WorkspaceError
from foreword.core.tree import blob_id, make_tree
from foreword.workspace.files.walk import snapshot_digest, walk
from foreword.workspace.ignore import NO_RULES, read_rules
from gitrepo import make_repo
from workspaces import reasons, saved

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file types and names")


def fill(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"{path}\n")


def test_every_file_is_dirty_and_has_its_blob_id(tmp_path: Path) -> None:
    fill(tmp_path, "b.py", "a/c d.py", "a/größe.py", ".hidden/x.toml")
    tree = saved(tmp_path)
    assert list(tree.blobs) == [".hidden/x.toml", "a/c d.py", "a/größe.py", "b.py"]
    assert blob_id(b"b.py\n") == tree.blobs["b.py"]
    assert set(tree.blobs) == set(tree.dirty)


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert dict(saved(tmp_path).blobs) == {}


def test_folders_of_tools_and_dependencies_are_skipped(tmp_path: Path) -> None:
    fill(
        tmp_path, "a.py", ".git/config", ".hg/x", ".venv/x.py", "__pycache__/a.pyc", "web/node_modules/m/i.js"
    )
    fill(tmp_path, "env/pyvenv.cfg", "env/bin/x.py", "target/CACHEDIR.TAG", "target/x.rs", "build/kept.py")
    tree = saved(tmp_path)
    assert list(tree.blobs) == ["a.py", "build/kept.py"]
    assert reasons(tree) == {"web/node_modules/": "vendored"}


def test_gitignore_files_hold_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n/out/\n!kept.log\n")
    fill(tmp_path, "x.log", "kept.log", "out/a.py", "sub/out/b.py", "sub/y.log", "sub/z.tmp", "z.tmp")
    (tmp_path / "sub" / ".gitignore").write_text("*.tmp\n!y.log\n")
    tree = saved(tmp_path)
    expected = [".gitignore", "kept.log", "sub/.gitignore", "sub/out/b.py", "sub/y.log", "z.tmp"]
    assert expected == list(tree.blobs)
    assert not tree.left_out


def test_a_repository_in_the_folder_excludes_what_it_excludes_without_a_gitignore(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ignored_everywhere").write_text("*.scratch\n")
    (tmp_path / "gitconfig").write_text(f"[core]\n\texcludesFile = {tmp_path / 'ignored_everywhere'}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    root = tmp_path / "repositories"
    for name in ("one", "two"):
        make_repo(root / name)
        fill(root / name, "a.py", "a.scratch", "private/p.py")
    (root / "one/.git/info/exclude").write_text("private/\n!kept.scratch\n")
    fill(root, "beside/a.scratch", "one/kept.scratch")
    assert ["beside/a.scratch", "one/a.py", "one/kept.scratch", "two/a.py", "two/private/p.py"] == list(
        saved(root).blobs
    )


def test_forewordignore_is_said_for_files_and_prunes_folders(tmp_path: Path) -> None:
    (tmp_path / ".forewordignore").write_text("*.csv\nold/\n")
    fill(tmp_path, "a.csv", "a.py", "old/b.py", "sub/c.csv")
    tree = saved(tmp_path)
    assert list(tree.blobs) == [".forewordignore", "a.py"]
    ignored = "ignored by .forewordignore"
    assert {"a.csv": ignored, "old/": ignored, "sub/c.csv": ignored} == reasons(tree)


def test_lines_that_are_no_pattern_are_problems_and_the_rest_holds(tmp_path: Path) -> None:
    (tmp_path / ".forewordignore").write_bytes(
        b"\xef\xbb\xbf*.csv\r\n!\r\n[z-a]\r\n# comment\r\n\r\nold/\r\n"
    )
    rules, problems = read_rules(tmp_path)
    assert rules.ignores("a.csv")
    assert rules.ignores("old/x.py")
    assert not rules.ignores("a.py")
    assert [problem.message.split(" and")[0] for problem in problems] == [
        "line 2 is no pattern",
        "line 3 is no pattern",
    ]
    assert {".forewordignore"} == {problem.path for problem in problems}


@pytest.mark.parametrize("pattern", ["*a*b*c", "a/**/b/**/c/**/d"])
def test_a_pattern_with_more_asterisks_than_are_matched_quickly_is_skipped_and_said(
    tmp_path: Path, pattern: str
) -> None:
    (tmp_path / ".forewordignore").write_text(f"*.csv\n# *a*comment*of*stars*\n{pattern}\n")
    rules, problems = read_rules(tmp_path)
    message = (
        f"line 3 has too many asterisks (at most 2 in a name, and 2 times **) and was skipped: {pattern}"
    )
    assert [Problem(message, ".forewordignore")] == list(problems)
    assert not rules.ignores("abc")
    assert not rules.ignores("a/b/c/d")
    assert rules.ignores("b.csv")


@posix_only
def test_symlinks_and_special_files_are_left_out_and_loops_end(tmp_path: Path) -> None:
    fill(tmp_path, "sub/a.py")
    (tmp_path / "sub" / "loop").symlink_to("..")
    (tmp_path / "file").symlink_to("sub/a.py")
    (tmp_path / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    tree = saved(tmp_path)
    assert list(tree.blobs) == ["sub/a.py"]
    links = dict.fromkeys(["broken", "file", "sub/loop"], "symlink")
    assert {**links, "pipe": "not a regular file"} == reasons(tree)


@posix_only
def test_names_that_can_not_be_quoted_are_left_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_text("x")
    (tmp_path / "line\nbreak").mkdir()
    fill(tmp_path, "line\nbreak/x.py", 'quo"te.py')
    tree = saved(tmp_path)
    assert list(tree.blobs) == ['quo"te.py']
    assert reasons(tree) == {r"caf\xe9": "unreadable name", r"line\x0abreak/": "unreadable name"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_closed_folder_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path, "a.py")
    (tmp_path / "closed").mkdir(mode=0)
    tree = saved(tmp_path)
    assert list(tree.blobs) == ["a.py"]
    assert reasons(tree) == {"closed/": "unreadable"}


def test_a_folder_that_vanishes_is_empty(tmp_path: Path) -> None:
    assert list(walk(tmp_path / "gone", NO_RULES)) == []


def test_too_many_files_are_refused_with_advice(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.py", "a/2.py", "b/3.py")
    assert len(list(walk(tmp_path, NO_RULES, max_files=3))) == 3
    with pytest.raises(WorkspaceError, match=r"more than 2 files: choose a smaller folder.*\.forewordignore"):
        list(walk(tmp_path, NO_RULES, max_files=2))


def test_the_digest_depends_on_names_and_contents_alone() -> None:
    one, two = blob_id(b"1"), blob_id(b"2")
    tree = make_tree({"a": one, "b": two})
    assert snapshot_digest(tree) == snapshot_digest(make_tree({"b": two, "a": one}, dirty=["a"]))
    others = [{}, {"a": one}, {"a": two, "b": one}, {"a": one, "c": two}]
    assert len({snapshot_digest(make_tree(blobs)) for blobs in others} | {snapshot_digest(tree)}) == 5


def test_the_digest_is_the_same_in_two_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        fill(tmp_path / name, "a.py", "sub/b.py")
    assert snapshot_digest(saved(tmp_path / "one")) == snapshot_digest(saved(tmp_path / "two"))
