"""A user's place for tests of what is built on all layers: own data, a clock that stands still, no API key.

desk = Desk(tmp_path / "home")
first = desk.ask_about(repo.path)      as a question does: the prefix is kept, and warm from now on
desk.now += 3600
second = desk.ask_about(repo.path)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from foreword.assist.context.laying import Foreword, lay_foreword
from foreword.assist.session.saved import Saved, look
from foreword.assist.session.session import Session, open_session
from foreword.prefix.store import Sent

TTL_S = 300


@dataclass
class Desk:
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
    def saved(self, folder: Path) -> Iterator[Saved]:
        """The saved state of a folder, while its index is open."""
        with self.session(folder) as session:
            yield look(session)

    def look_at(self, folder: Path) -> Foreword:
        """The prefix as a dry run sees it: nothing is kept."""
        with self.session(folder) as session:
            return lay_foreword(session, look(session), keep=False)

    def ask_about(self, folder: Path, ttl_s: int = TTL_S) -> Foreword:
        """The prefix as a question lays it, remembered as sent now."""
        with self.session(folder) as session:
            laid = lay_foreword(session, look(session))
            sent = Sent("anthropic", "claude-sonnet-5-5", self.now, ttl_s, laid.digests)
            session.prefix_store.record_sent(session.worktree, laid.variant, sent)
            return laid


def text_of(laid: Foreword) -> str:
    """All text of a prefix."""
    return "".join(block.text for block in (*laid.base.blocks, *laid.delta))


def delta_of(laid: Foreword) -> str:
    """The text of the delta."""
    return "".join(block.text for block in laid.delta)
