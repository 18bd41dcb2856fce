"""The open workspace as commands see it, whichever front door opened it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from foreword.assist.accounts.ledger import Ledger
from foreword.assist.session.ports import Clock, Runner, in_place
from foreword.assist.session.session import Session
from foreword.index.store.resilient_file import DamagedStore
from foreword.storage.directories import Directories, find_places
from foreword.workspace.files.disk import open_root

if TYPE_CHECKING:
    from foreword.api.command import Result
    from foreword.assist.answering.answer_loop import AnswerEvent
    from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
    from foreword.core.errors import Problem
    from foreword.model.catalog.catalog import Catalog
    from foreword.prefix.prefix_store import PrefixStore

T = TypeVar("T")

Document = tuple[str, str]
"""What an editor has open: its path in the workspace, and its text."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a command is at, in a few words, where that takes a while."""

    text: str


@dataclass(frozen=True, slots=True)
class PartialResult:
    """A part of the result that is ready before the rest."""

    value: Result


Event: TypeAlias = "AnswerEvent | Stage | PartialResult"
"""What a command tells while it runs."""


def ignore(_event: Event) -> None:
    """An `emit` that drops every event."""


class Workspace:
    """Used by one front door, for one command or for many.

    `session` is one that is open, or opens it when a command first asks for it: some need only the user's own data.
    `run` does work that blocks, and `run_aside` what blocks for long and needs no session. `saved_files` gives the
    saved state, and waits for its whole index where it is told to. `documents` are what an editor has open. `emit`
    hears what a command tells while it runs. `is_typed`: a person types the parameters into a shell of this machine, and so may
    name files of it that are no part of the workspace.
    """

    def __init__(
        self,
        folder: str | Path,
        environ: Mapping[str, str],
        clock: Clock,
        session: Session | Callable[[], Session],
        *,
        run: Runner = in_place,
        run_aside: Runner | None = None,
        saved_files: Callable[[bool], Awaitable[WorkspaceSnapshot]] | None = None,
        documents: Callable[[], tuple[Document, ...]] = tuple,
        emit: Callable[[Event], None] = ignore,
        is_typed: bool = False,
    ) -> None:
        self.environ = environ
        self.clock = clock
        self.run = run
        self.run_aside = run_aside or run
        self.documents = documents
        self.emit = emit
        self.is_typed = is_typed
        self._folder = folder
        self._session = session if isinstance(session, Session) else None
        self._open = None if isinstance(session, Session) else session
        self._problems: list[Problem] = []
        self._saved_files = saved_files

    @property
    def session(self) -> Session:
        """The session.

        Raises:
            WorkspaceError: there is no such folder, or git refuses it.
            StoreError: Foreword's own data can't be used.
        """
        if self._session is None:
            assert self._open is not None, "there is one or the other"  # noqa: S101 - see the constructor
            self._session = self._open()
        return self._session

    @property
    def root(self) -> Path:
        """The folder, with symlinks resolved.

        Raises:
            WorkspaceError: there is no such folder.
        """
        return open_root(str(self._folder)) if self._session is None else self._session.root

    @property
    def places(self) -> Directories:
        """Where the user's data is."""
        return find_places(self.environ) if self._session is None else self._session.places

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """What was spent, without a need for the rest of a session."""
        if self._session is not None:
            yield self._session.ledger
            return
        with Ledger(self.places.ledger) as ledger:
            yield ledger

    @contextmanager
    def prefixes(self) -> Iterator[PrefixStore]:
        """The prefixes that were sent, without a need for the rest of a session."""
        if self._session is not None:
            yield self._session.prefix_store
            return
        from foreword.prefix.prefix_store import PrefixStore  # noqa: PLC0415 - most ask a session

        with PrefixStore(self.places.prefixes) as store:
            yield store

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the user should hear of, each once."""
        told = self._session.problems if self._session is not None else ()
        return tuple(dict.fromkeys((*told, *self._problems)))

    def report(self, *problems: Problem) -> None:
        """Add what the user should hear of."""
        if self._session is not None:
            self._session.report(*problems)
        else:
            self._problems.extend(problems)

    def end_telemetry(self) -> None:
        """Export what the session told, so that its problems can be shown before the workspace is closed."""
        if self._session is not None:
            self._session.end_telemetry()

    def catalog(self) -> tuple[Catalog, tuple[Problem, ...]]:
        """The shipped models with the user's own on top, and what is wrong with these."""
        if self._session is not None:
            return self._session.catalog, ()
        from foreword.assist.session.settings_files import read_settings  # noqa: PLC0415 - a session has read them
        from foreword.model.catalog.catalog import load_catalog  # noqa: PLC0415 - as above

        settings, wrong = read_settings(self.root, self.places.config, self.environ, {})
        override = Path(settings.model_catalog).expanduser() if settings.model_catalog else None
        catalog, problems = load_catalog(override)
        return catalog, (*wrong, *problems)

    async def saved(self, *, whole: bool = False) -> WorkspaceSnapshot:
        """The saved state as it is now; a `whole` one waits for its index to be complete."""
        if self._saved_files is not None:
            return await self._saved_files(whole)
        from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot  # noqa: PLC0415 - some only need the user's own data

        return await self.run(take_snapshot, self.session)

    async def over_saved(self, use: Callable[[WorkspaceSnapshot], T], *, whole: bool = False) -> T:
        """What `use` makes of the saved state; once more if the index turns out to be damaged, for it is built anew then."""
        try:
            return await self.run(use, await self.saved(whole=whole))
        except DamagedStore:
            return await self.run(use, await self.saved(whole=whole))

    async def over_shown(self, use: Callable[[WorkspaceSnapshot], T]) -> T:
        """What `use` makes of what the user sees: the saved state, with the unsaved texts of an editor in their places."""
        documents, repository = self.documents(), self.session.repository

        if not documents:
            return await self.over_saved(use)
        from foreword.assist.session.snapshot.overlay import as_shown  # noqa: PLC0415 - only beside an editor

        def of_shown(saved: WorkspaceSnapshot) -> T:
            return use(as_shown(saved, repository, documents))

        return await self.over_saved(of_shown)

    def document(self, path: str) -> str | None:
        """The text of a file as an editor has it open; None if it has not."""
        return dict(self.documents()).get(path)
