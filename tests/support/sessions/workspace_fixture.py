"""A user's place for tests of what is built on all layers: own data, a clock that stands still, no API key.

fixture = WorkspaceFixture(tmp_path / "home")
first = fixture.ask_about(repo.path)      as a question does: the prefix is kept, and warm from now on
fixture.now += 3600
second = fixture.ask_about(repo.path)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, take_snapshot
from foreword.prefix.prefix_store import SentRequest

TTL_S = 300


@dataclass
class WorkspaceFixture:
    """`now` is the time in Unix seconds, `problems` what the last session had to report."""

    home: Path
    now: float = 1_750_000_000.0
    flags: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @contextmanager
    def session(self, folder: Path) -> Iterator[Session]:
        """A session on a folder, with the settings in `flags`."""
        environ = {"FOREWORD_HOME": str(self.home)}
        with open_session(folder, self.flags, environ, clock=lambda: self.now) as session:
            yield session
            self.problems = tuple(problem.message for problem in session.problems)

    @contextmanager
    def saved(self, folder: Path) -> Iterator[WorkspaceSnapshot]:
        """The saved state of a folder, while its index is open."""
        with self.session(folder) as session:
            yield take_snapshot(session)

    def look_at(self, folder: Path) -> Prefix:
        """The prefix as a dry run sees it: nothing is kept."""
        with self.session(folder) as session:
            return build_prefix(session, take_snapshot(session), keep=False)

    def ask_about(self, folder: Path, ttl_s: int = TTL_S) -> Prefix:
        """The prefix as a question lays it, remembered as sent now."""
        with self.session(folder) as session:
            prefix = build_prefix(session, take_snapshot(session))
            sent = SentRequest("anthropic", "claude-sonnet-5-5", self.now, ttl_s, prefix.digests)
            session.prefix_store.record_sent(session.worktree, prefix.variant, sent)
            return prefix


def text_of(prefix: Prefix) -> str:
    """All text of a prefix."""
    return "".join(block.text for block in (*prefix.base.blocks, *prefix.delta))


def delta_of(prefix: Prefix) -> str:
    """The text of the delta."""
    return "".join(block.text for block in prefix.delta)
