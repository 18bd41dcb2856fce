"""The base of an anchor: built once, by one process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from foreword.assist.context import base_cache
from foreword.assist.context.base_cache import AnchoredBase, anchored_base, candidate_anchors, stored_base
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.storage.lease import named_lock
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

BOUND_S = 30.0


def test_who_comes_while_a_base_is_built_takes_what_the_other_one_stored(
    tmp_path: Path, repo: GitRepo
) -> None:
    first, second = WorkspaceFixture(tmp_path / "home"), WorkspaceFixture(tmp_path / "home")
    with first.session(repo.path) as session:
        saved = take_snapshot(session)
        (anchor,) = candidate_anchors(session, saved)
        name = f"{session.index_store.path}:{base_cache._key('base', session, saved, anchor)}"  # noqa: SLF001 - as others name it
        found, asked = list[AnchoredBase](), Event()
        waiting = Thread(target=ask, args=(second, repo.path, found, asked), daemon=True)
        with named_lock(session.leases, name):
            waiting.start()
            assert asked.wait(BOUND_S)
            built = base_cache._built_base(session, saved, anchor)  # noqa: SLF001 - as the holder does
            told = replace(built.base, whole=not built.base.whole)
            base_cache._store(session, base_cache._key("base", session, saved, anchor), told)  # noqa: SLF001 - to tell it apart
        waiting.join(BOUND_S)
        assert [told] == [each.base for each in found]


def test_a_base_is_built_where_the_one_who_was_to_build_it_gave_up(tmp_path: Path, repo: GitRepo) -> None:
    with WorkspaceFixture(tmp_path / "home").session(repo.path) as session:
        saved = take_snapshot(session)
        (anchor,) = candidate_anchors(session, saved)
        assert stored_base(session, saved, anchor) is None
        base = anchored_base(session, saved, anchor)
        assert base == stored_base(session, saved, anchor)


def ask(fixture: WorkspaceFixture, folder: Path, found: list[AnchoredBase], asked: Event) -> None:
    with fixture.session(folder) as session:
        found.append(base_of(session, asked))


def base_of(session: Session, asked: Event) -> AnchoredBase:
    saved = take_snapshot(session)
    (anchor,) = candidate_anchors(session, saved)
    asked.set()
    return anchored_base(session, saved, anchor)
