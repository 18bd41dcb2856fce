from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foreword.assist.answering.pin_files import PinChange, change_pins
from foreword.assist.context.build_prefix import build_prefix
from foreword.assist.question.context_view import UNREAD, find_pins
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.indexing import (
    WAITED_FILES,
    Build,
    BuildOutcome,
    Indexing,
    IndexingStopped,
)
from foreword.assist.session.snapshot.workspace_snapshot import refresh_snapshot, take_snapshot
from foreword.core.errors import StoreError
from foreword.core.tree import make_tree
from foreword.index.build.indexed_tree import BuildReport
from foreword.index.build.parse_jobs import Progress
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture

PATIENCE = 60.0
MANY = WAITED_FILES + 1
NOTHING = BuildOutcome(BuildReport(), frozenset())


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


class Gated:
    """Work that goes on step by step: tells of progress again and again until the gate is open."""

    def __init__(self) -> None:
        self.n_begun = 0
        self.begun, self.gate = threading.Event(), threading.Event()

    def __call__(self, _build: Build, on_progress: Progress) -> BuildOutcome:
        self.n_begun += 1
        self.begun.set()
        while not self.gate.wait(0.01):
            on_progress(0, MANY)
        return NOTHING

    def open_when_begun(self) -> None:
        self.begun.wait(PATIENCE)
        self.gate.set()


def test_a_large_build_is_not_waited_for_to_its_end() -> None:
    indexing, work = Indexing(quiet), Gated()
    build = indexing.begin(make_tree({}), MANY, work)
    build.wait()
    assert build.is_running
    assert build is indexing.begin(make_tree({}), MANY, work)
    work.gate.set()
    assert NOTHING == build.future.result(PATIENCE)
    assert 1 == work.n_begun
    assert indexing.running is None


def test_a_build_of_a_few_files_is_waited_for() -> None:
    indexing, work = Indexing(quiet), Gated()
    build = indexing.begin(make_tree({}), 1, work)
    opener = threading.Thread(target=work.open_when_begun)
    opener.start()
    build.wait()
    opener.join(PATIENCE)
    assert NOTHING == build.result


def test_a_build_is_stopped_and_another_one_begins() -> None:
    indexing, work = Indexing(quiet), Gated()
    build = indexing.begin(make_tree({}), 1, work)
    indexing.stop()
    build.wait()
    assert isinstance(build.future.exception(), IndexingStopped)
    assert build.result is None
    work.gate.set()
    assert NOTHING == indexing.begin(make_tree({}), 1, work).future.result(PATIENCE)


def test_who_waits_for_a_build_hears_why_it_failed() -> None:
    def fail(_build: Build, _on_progress: Progress) -> BuildOutcome:
        raise StoreError("the disk is full")

    build = Indexing(quiet).begin(make_tree({}), 1, fail)
    with pytest.raises(StoreError, match="full"):
        build.wait()


def test_closing_stops_and_waits() -> None:
    indexing, work = Indexing(quiet), Gated()
    build = indexing.begin(make_tree({}), MANY, work)
    indexing.close()
    assert not build.is_running


def test_what_a_build_could_not_read_is_not_tried_by_the_next_question() -> None:
    indexing = Indexing(quiet)
    indexing.begin(
        make_tree({}), 1, lambda *_: BuildOutcome(BuildReport(), frozenset({("a.py", "1" * 40)}))
    ).future.result(PATIENCE)
    assert indexing.is_unreadable("a.py", "1" * 40)
    assert not indexing.is_unreadable("a.py", "2" * 40)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A repository with a few files more than are parsed in place."""
    made = make_repo(tmp_path / "r")
    for number in range(40):
        made.write(f"m{number:02}.py", f"def f_{number}():\n    return {number}\n")
    made.commit("Begin")
    return made


@contextmanager
def beside(fixture: WorkspaceFixture, folder: Path) -> Iterator[tuple[Session, Gated]]:
    """A session in which a build that was begun elsewhere waits at a gate."""
    with fixture.session(folder) as session:
        indexing, work = Indexing(quiet), Gated()
        session.indexing = indexing
        indexing.begin(make_tree({}), MANY, work)
        try:
            yield session, work
        finally:
            work.gate.set()
            indexing.close()


def test_while_a_build_runs_a_prefix_is_provisional_and_nothing_of_it_is_kept(
    repo: GitRepo, tmp_path: Path
) -> None:
    fixture = WorkspaceFixture(tmp_path / "home")
    with beside(fixture, repo.path) as (session, work):
        early = take_snapshot(session)
        prefix = build_prefix(session, early)
        assert "0 of 40 files" in prefix.provisional
        assert (0, None) == session.prefix_store.lineage(session.worktree, early.variant)
        assert "def f_7" in (early.read_content("m07.py") or "")
        work.gate.set()
        late = take_snapshot(session)
        assert late.is_complete
        assert not build_prefix(session, late).provisional
        assert 40 == late.report.files


def test_a_file_can_be_pinned_during_a_build_and_is_shown_after_it(repo: GitRepo, tmp_path: Path) -> None:
    with beside(WorkspaceFixture(tmp_path / "home"), repo.path) as (session, work):
        context = change_pins(session, PinChange(["m07.py"])).to_json()
        assert "the index is still being built: the base comes after it" == context["change"]["message"]
        assert [{"path": "m07.py", "reason": UNREAD}] == context["notPinned"]
        work.gate.set()
        late = take_snapshot(session)
        assert {} == find_pins(["m07.py"], late, build_prefix(session, late)).missing


def test_a_file_saved_during_a_build_is_there_at_once(repo: GitRepo, tmp_path: Path) -> None:
    with beside(WorkspaceFixture(tmp_path / "home"), repo.path) as (session, _):
        assert session.indexing is not None
        build = session.indexing.running
        assert build is not None
        build.tree = take_snapshot(session).tree
        repo.write("new.py", "def brand_new(): pass\n")
        saved = take_snapshot(session)
        assert ["brand_new"] == [one.name for one in saved.index.outline("new.py").definitions]
        assert 40 == len(saved.unread)


def test_another_look_at_one_file_gives_what_a_look_at_all_gives(repo: GitRepo, tmp_path: Path) -> None:
    with WorkspaceFixture(tmp_path / "home").session(repo.path) as session:
        take_snapshot(session)
        for text in ("def g(): pass\n", "def h(): pass\n"):
            repo.write("m00.py", text)
            one, everything = refresh_snapshot(session, ["m00.py"]), take_snapshot(session)
            assert one.tree == everything.tree
            assert one.index.outline("m00.py") == everything.index.outline("m00.py")
            assert (one.revision, one.report.symbols) == (everything.revision, everything.report.symbols)
