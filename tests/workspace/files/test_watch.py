from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword.core.errors import Problem
from foreword.workspace.files.watch import FEW, _queue_size, relevant_paths, watch
from gitrepo import make_repo
from workspaces import repository_of

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

    thread = threading.Thread(target=watch, args=(root, note, print, stop))
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
    problem = watch(tmp_path / "nowhere", lambda _: None, print, threading.Event())
    assert isinstance(problem, Problem)
    assert "can't be watched" in problem.message


@pytest.mark.skipif(os.name == "nt", reason="the limit is Linux's")
def test_the_watch_limit_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    problem = watch(tmp_path, lambda _: None, print, threading.Event())
    assert problem is not None
    assert "limit" in problem.message


N_WATCHES = 20
LIMITED = ["unshare", "-Ur", "sh", "-c", 'echo "$0" > /proc/sys/user/max_inotify_watches; exec "$@"']
"""A command with as few watches as its first argument says, as root of a namespace of its own."""


def can_limit_watches() -> bool:
    try:
        limited = subprocess.run([*LIMITED, "1", "true"], check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return (0, b"") == (limited.returncode, limited.stderr)


@pytest.mark.skipif(not can_limit_watches(), reason="needs `unshare`, and leave to use it")
def test_more_folders_than_the_system_lets_one_watch_are_a_problem_that_says_what_to_do(
    tmp_path: Path,
) -> None:
    for number in range(2 * N_WATCHES):
        (tmp_path / f"folder{number}").mkdir()
    script = Path(__file__).with_name("watch_until_told.py")
    command = [*LIMITED, str(N_WATCHES), sys.executable, str(script), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout is not None
        stuck = threading.Timer(PATIENCE, watcher.kill)
        stuck.start()
        said = watcher.stdout.readline()
        stuck.cancel()
    assert "problem" == said.partition(" ")[0]
    assert "raise fs.inotify.max_user_watches" in said
    assert "every question looks at the files anyway" in said


@pytest.mark.skipif(sys.platform != "linux", reason="the queue is Linux's")
def test_changes_that_overflow_the_queue_are_said_to_be_lost_and_watching_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "w"
    (root / "new").mkdir(parents=True)
    script = Path(__file__).with_name("watch_until_told.py")
    with subprocess.Popen(
        [sys.executable, str(script), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        stuck = threading.Timer(PATIENCE, watcher.kill)
        stuck.daemon = True
        stuck.start()
        said = iter(watcher.stdout.readline, "")
        assert "changed" in told(said, root / "new" / "first", "changed")
        watcher.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, watcher.pid, os.WSTOPPED | os.WNOWAIT)
        for number in range(_queue_size()):
            (root / "new" / f"{number}.py").touch()
        watcher.send_signal(signal.SIGCONT)
        lost = next(line for line in said if line.startswith("lost"))
        assert "all files are looked at" in lost
        assert "late" in told(said, root / "new" / "late", "late")
        watcher.stdin.close()
        assert 0 == watcher.wait(PATIENCE)
        stuck.cancel()


def told(said: Iterator[str], path: Path, word: str) -> str:
    """The first line with a word, from a watcher that may not have begun: a file is written again and again."""
    enough = threading.Event()

    def write() -> None:
        for number in range(int(PATIENCE)):
            path.write_text(str(number))
            if enough.wait(1):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        return next(line for line in said if word in line)
    finally:
        enough.set()
        writer.join(PATIENCE)


MANY = tuple(f"build/d{number % 7}/new{number}.py" for number in range(2 * FEW))


@pytest.mark.parametrize(
    ("changed", "counting"),
    [
        ((), set()),
        (("a.py", "b/new.py"), {"a.py", "b/new.py"}),
        (("build/new.py", "a.o"), set()),
        (("build/kept/tracked.py", "build/kept/new.py"), {"build/kept/tracked.py"}),
        (MANY, set()),
        ((*MANY, "build/kept/tracked.py", "a.py", "näm e.py"), {"build/kept/tracked.py", "a.py", "näm e.py"}),
        (tuple(f"o{number}.o" for number in range(2 * FEW)), set()),
        (tuple(f"o{number}.py" for number in range(2 * FEW)), {f"o{number}.py" for number in range(2 * FEW)}),
        (("build", "b"), {"build", "b"}),
        (("out",), set()),
        (("sub/node_modules/x/index.js", ".venv/lib/x.py", ".git/index"), set()),
        ((".gitignore", "out/.gitignore"), {".gitignore"}),
        (("link/a.py", "link/b.o", "a.o"), {"link/a.py"}),
    ],
    ids=[
        "nothing",
        "known and new",
        "in an ignored folder, and by its own name",
        "tracked in an ignored folder",
        "many in an ignored folder",
        "many, and some that count",
        "many of an ignored kind",
        "many new ones",
        "folders with tracked files",
        "an ignored folder",
        "in folders that nobody reads",
        "rules",
        "behind a link to a folder",
    ],
)
def test_what_is_ignored_and_not_tracked_does_not_count(
    changed: tuple[str, ...], counting: set[str], tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "r")
    repo.write(".gitignore", "build/\nout/\n*.o\n")
    repo.write("a.py", "a\n")
    repo.write("b/c.py", "c\n")
    repo.write("build/kept/tracked.py", "tracked\n")
    repo.write("out/x", "x\n")
    (repo.path / "link").symlink_to("b")
    repo.git("add", "-f", "build/kept/tracked.py")
    repo.commit("Begin")
    assert counting == relevant_paths(repository_of(repo.path), changed)


def test_outside_git_only_folders_that_nobody_reads_do_not_count() -> None:
    assert {"a.o", "build/x"} == relevant_paths(None, ("a.o", "build/x", "node_modules/x/index.js"))
