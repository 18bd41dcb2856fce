from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from foreword.core.errors import Problem
from foreword.workspace.watch import watch

PATIENCE = 60.0


def test_changes_are_told_by_their_real_path_and_those_of_git_not_at_all(tmp_path: Path) -> None:
    root = tmp_path / "w"
    (root / "real").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "alias").symlink_to("real")
    stop, seen, changed = threading.Event(), set[Path](), threading.Event()

    def note(paths: tuple[Path, ...]) -> None:
        seen.update(paths)
        changed.set()

    thread = threading.Thread(target=watch, args=(root, note, stop))
    thread.start()
    try:
        for number in range(int(PATIENCE)):
            (root / ".git" / f"{number}").write_text("git's own")
            (root / "alias" / f"{number}.py").write_text("ours")
            if changed.wait(1):
                break
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert {root / "real"} == {path.parent for path in seen}


def test_a_folder_that_can_not_be_watched_is_a_problem(tmp_path: Path) -> None:
    problem = watch(tmp_path / "nowhere", lambda _: None, threading.Event())
    assert isinstance(problem, Problem)
    assert "can't be watched" in problem.message


@pytest.mark.skipif(os.name == "nt", reason="the limit is Linux's")
def test_the_watch_limit_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    problem = watch(tmp_path, lambda _: None, threading.Event())
    assert problem is not None
    assert "limit" in problem.message
