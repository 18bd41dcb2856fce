from __future__ import annotations

import os
from pathlib import Path

import pytest

from foreword.assist.session.snapshot.file_weight import by_importance
from foreword.workspace.git.history import recently_changed
from gitrepo import make_repo
from workspaces import repository_of


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("open.json", "src/hot.py"),
        ("saved.txt", "src/hot.py"),
        ("src/hot.py", "src/warm.py"),
        ("src/hot.py", "top.py"),
        ("src/beside.py", "top.py"),
        ("top.py", "deep/er/one.py"),
        ("deep/er/one.py", "deep/er/two.json"),
        ("deep/er/one.py", "tests/test_top.py"),
    ],
)
def test_what_is_worked_on_comes_first_then_what_is_near_then_the_middle(first: str, then: str) -> None:
    paths = (
        "deep/er/two.json", "deep/er/one.py", "tests/test_top.py", "top.py", "src/beside.py", "src/warm.py",
        "src/hot.py", "saved.txt", "open.json",
    )  # fmt: skip
    recent = {"src/hot.py": 3.0, "src/warm.py": 1.0, "gone/away.py": 9.0}
    ordered = by_importance(paths, opened={"open.json"}, changed={"saved.txt"}, recent=recent)
    assert set(paths) == set(ordered)
    assert ordered.index(first) < ordered.index(then)


def test_recent_files_are_those_of_the_last_commits(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    repo.write("old.py", "1\n")
    repo.commit()
    repo.write("new.py", "1\n")
    repo.commit()
    assert ["new.py"] == list(recently_changed(repo.path, repository_of(repo.path), ["old.py", "new.py"]))


def test_without_history_the_times_of_the_files_count(tmp_path: Path) -> None:
    for number, name in enumerate(("a.py", "b.py", "c.py")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (number, number))
    found = recently_changed(tmp_path, None, ["a.py", "b.py", "c.py", "gone.py"])
    assert ["c.py", "b.py", "a.py"] == sorted(found, key=lambda path: -found[path])
