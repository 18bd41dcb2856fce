"""Files whose bytes git does not vouch for: they are read from disk, or left out where git keeps another text."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreword.core.exclusion import FILTERED, GENERATED
from foreword.core.tree import blob_id
from foreword.workspace.files.disk import open_root
from foreword.workspace.files.working_tree import SavedFiles, see_files
from foreword.workspace.git.repository import open_repository
from foreword.workspace.ignore import read_rules
from gitrepo import make_repo
from workspaces import reasons, saved


def seen(path: Path, before: SavedFiles | None = None, include: tuple[str, ...] = ()) -> SavedFiles:
    root = open_root(str(path))
    rules = read_rules(root)[0].with_included(include)
    return see_files(root, open_repository(root)[0], rules, lambda: before)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_was_told_not_to_look_at_is_read_from_disk(tmp_path: Path, flag: str) -> None:
    repo = make_repo(tmp_path / "repo")
    for name in ("edited.py", "deleted.py", "same.py"):
        repo.write(name, "old = 1\n")
    repo.commit()
    repo.git("update-index", flag, "edited.py", "deleted.py", "same.py")
    first = seen(repo.path)
    repo.write("edited.py", "new = 2\n")
    repo.remove("deleted.py")
    for files in (seen(repo.path), seen(repo.path, first)):
        assert {"edited.py": blob_id(b"new = 2\n"), "same.py": blob_id(b"old = 1\n")} == dict(
            files.tree.blobs
        )
        assert {"edited.py"} == files.tree.dirty
        assert {"edited.py", "deleted.py"} == files.local_versions


def test_what_a_sparse_checkout_left_out_is_as_git_has_it(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("in/a.py", "a = 1\n")
    repo.write("out/b.py", "b = 1\n")
    repo.commit()
    repo.git("sparse-checkout", "set", "in")
    assert not (repo.path / "out").exists()
    assert ["in/a.py", "out/b.py"] == list(saved(repo.path).blobs)
    repo.write("in/a.py", "a = 2\n")
    assert blob_id(b"a = 2\n") == saved(repo.path).blobs["in/a.py"]


def test_a_filtered_file_is_left_out_whatever_the_stat_cache_says_and_included_from_disk(
    tmp_path: Path,
) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.git("config", "filter.pack.clean", "base64 -w0")
    repo.git("config", "filter.pack.smudge", "base64 -d")
    repo.write(".gitattributes", "*.yml filter=pack\n")
    repo.write("prod.yml", "host: plain\n")
    repo.commit()
    first = seen(repo.path)
    assert {"prod.yml": FILTERED} == reasons(first.tree)
    (repo.path / "prod.yml").touch()
    assert {"prod.yml": FILTERED} == reasons(seen(repo.path, first).tree)
    included = seen(repo.path, first, ("*.yml",))
    assert blob_id(b"host: plain\n") == included.tree.blobs["prod.yml"]
    assert {"prod.yml"} == included.tree.dirty
    assert {} == reasons(included.tree)


def test_a_file_that_git_converts_is_read_from_disk(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write(".gitattributes", "*.c ident\n*.txt working-tree-encoding=UTF-16LE\n")
    repo.write("a.c", "/* $Id$ */\n")
    repo.write("a.txt", "größe\n".encode("utf-16-le"))
    repo.commit()
    repo.remove("a.c")
    repo.git("checkout", "a.c")
    on_disk = (repo.path / "a.c").read_bytes()
    assert b"$Id: " in on_disk
    blobs = saved(repo.path).blobs
    assert blob_id(on_disk) == blobs["a.c"]
    assert blob_id("größe\n".encode("utf-16-le")) == blobs["a.txt"]


def test_a_pattern_with_an_exclamation_mark_or_a_setting_brings_files_back(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write(".gitattributes", "*.gen.py linguist-generated\n")
    repo.write(".forewordignore", "docs/\n!kept.gen.py\n")
    for name in (
        "kept.gen.py",
        "other.gen.py",
        "node_modules/m.js",
        "package-lock.json",
        "docs/a.md",
        ".env",
    ):
        repo.write(name, "x = 1\n")
    repo.commit()
    files = seen(repo.path)
    assert "kept.gen.py" in files.tree.blobs
    assert GENERATED == reasons(files.tree)["other.gen.py"]
    wanted = ("node_modules/**", "package-lock.json", "docs/a.md", ".env", "other.gen.py")
    included = seen(repo.path, files, wanted)
    assert {".env": "secret"} == reasons(included.tree)
    assert set(wanted[1:3]) | {"node_modules/m.js", "kept.gen.py", "other.gen.py"} == included.tree.included


def test_a_file_that_git_ignores_is_included_by_its_name(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write(".gitignore", "notes/\n")
    repo.write("notes/todo.md", "todo\n")
    repo.commit()
    assert "notes/todo.md" not in seen(repo.path).tree.blobs
    assert "notes/todo.md" in seen(repo.path, None, ("notes/todo.md",)).tree.blobs


def test_what_the_project_says_of_files_is_in_the_tree_and_follows_the_file_that_says_it(
    tmp_path: Path,
) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("gen/table.py", "# Code generated by a person. DO NOT EDIT.\nx = 1\n")
    repo.write("site/a.md", "a\n")
    repo.commit()
    first = seen(repo.path)
    assert ({}, set()) == (dict(first.tree.statements), set(first.tree.included))
    repo.write(".gitattributes", "gen/* linguist-generated=false\nsite/** linguist-documentation\n")
    second = seen(repo.path, first)
    said = {"gen/table.py": "-linguist-generated", "site/a.md": "linguist-documentation"}
    assert (said, {"gen/table.py"}) == (dict(second.tree.statements), set(second.tree.included))
    repo.commit()
    repo.write("site/a.md", "b\n")
    third = seen(repo.path, seen(repo.path, second))
    assert (said, {"gen/table.py"}) == (dict(third.tree.statements), set(third.tree.included))
    repo.remove(".gitattributes")
    last = seen(repo.path, third)
    assert ({}, set()) == (dict(last.tree.statements), set(last.tree.included))
    kept = seen(repo.path, third, ("gen/table.py",))
    assert ({}, {"gen/table.py"}) == (dict(kept.tree.statements), set(kept.tree.included))
