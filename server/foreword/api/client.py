"""The Python API: an open workspace as an object, for scripts, notebooks and programs of others.

    from foreword import open_workspace

    with open_workspace("~/src/editor", trusted=True) as workspace:
        print(workspace.ask("Where are keybindings resolved?").text)

It runs the same commands as the command line and the language server (`api/commands/`), and gives their results: frozen
values, whose `to_json()` is what `--json` prints.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from foreword.api.commands.batch import BatchParameters, BatchResult, batch
from foreword.api.commands.context import ContextParameters, context_of
from foreword.api.commands.lookups import (
    MapParameters,
    RepositoryMap,
    SearchParameters,
    SearchResult,
    Symbols,
    SymbolsParameters,
    find_symbols,
    map_repository,
    search,
)
from foreword.api.commands.questions import (
    AskParameters,
    EditParameters,
    EditResult,
    answer,
    edit_result,
    question_of,
)
from foreword.api.parameters import json_lines
from foreword.api.workspace import Workspace
from foreword.assist.question.answer import Answer
from foreword.assist.question.context_view import ContextReport
from foreword.assist.session.ports import Trust
from foreword.assist.session.provider_pool import Pool
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.worker import Worker
from foreword.core.errors import ConfigError, Problem, WorkspaceError
from foreword.core.settings import Options, flatten, resolve

T = TypeVar("T")
Question = str | Mapping[str, Any]
"""A question of a batch: its words, or `{"question", "id"?, "path"?}`."""

CLOSE_S = 10.0
"""Seconds that closing waits for cancelled requests to end."""


def open_workspace(
    path: str | os.PathLike[str] = ".",
    *,
    trusted: bool = False,
    settings: Mapping[str, object] | None = None,
) -> WorkspaceClient:
    """Open a folder, in a git repository or not; close it by `with`, `async with`, or `close()`.

    Args:
        path: the folder; `~` is the user's home.
        trusted: whether anything of it may be sent to the provider. Nothing else grants that here.
        settings: as in `.foreword.toml`, which they override: `{"model": "...", "context.budget": 40_000}`.

    Raises:
        WorkspaceError: there is no such folder, or git refuses it.
        ConfigError: a setting is unknown, or its value is not usable.
        StoreError: Foreword's own data can't be used.
    """
    options = Options("settings", flatten(dict(settings or {})))
    _, wrong = resolve([options])
    if wrong:
        raise ConfigError(wrong[0].message)
    return WorkspaceClient(Path(path).expanduser(), options, trusted=trusted)


class WorkspaceClient:
    """A workspace that is open: made by `open_workspace`, used from any thread and any event loop, by several at once.

    Its work is done in two threads of its own: one for what waits (streams of answers), one for what blocks (files, git,
    the index). Each method has an asynchronous twin. Interrupting a call, or cancelling its twin, ends the request.

    Where nobody trusts the workspace, what would send something raises `TrustError`, unless the provider is offline. As
    nobody can be asked here, a request that costs more than `limits.confirm` raises `LimitError`.
    """

    def __init__(self, folder: Path, options: Options, *, trusted: bool) -> None:
        """See `open_workspace`."""
        self._stack = ExitStack()
        # A loop of its own: callers have none, or another one for each call.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="foreword", daemon=True)
        self._worker = Worker(f"foreword {folder.name}")
        self._running: set[Future[Any]] = set()
        self._is_closed = False
        self._thread.start()
        # The argument alone: what was granted to an editor is no word for a script.
        trust = Trust(lambda: trusted, remedy="open it with trusted=True")

        def begin() -> Session:
            session = self._stack.enter_context(open_session(folder, {}, editor=[options]))
            session.trust, session.pool = trust, Pool()
            return session

        try:
            self._session = self._wait(self._worker.run(begin))
        # An interrupt too: the two threads must not outlive a workspace that nobody holds.
        except BaseException:
            self.close()
            raise
        self._workspace = Workspace(
            self._session.root,
            os.environ,
            time.time,
            self._session,
            run=self._worker.run,
            run_aside=asyncio.to_thread,
        )

    @property
    def path(self) -> Path:
        """The folder, with symlinks resolved."""
        return self._session.root

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the user should hear of, such as a wrong key in a settings file; each once."""
        return self._workspace.problems

    def ask(self, question: str, paths: Sequence[str] = ()) -> Answer:
        """The answer to a question about the workspace as it is saved now.

        Args:
            question: its words.
            paths: the places that it is about, as `FILE`, `FILE:LINE` or `FILE:FIRST-LAST`.

        Raises:
            TrustError: nothing of this workspace may be sent.
            ForewordError: there is no answer; the message says why.
        """
        return self._wait(self._ask(question, paths))

    async def aask(self, question: str, paths: Sequence[str] = ()) -> Answer:
        """As `ask`."""
        return await self._wait_async(self._ask(question, paths))

    def edit(self, instruction: str, paths: Sequence[str] = (), *, apply: bool = False) -> EditResult:
        """The edits that the model proposes; with `apply` they are written, each file where it still fits.

        Args:
            instruction: what to change.
            paths: the places that it is about, as for `ask`.
            apply: write them to disk, if the model came to its end.

        Raises:
            TrustError: nothing of this workspace may be sent.
            CredentialsError: there is no API key; edits need a model.
            ForewordError: there is no answer; the message says why.
        """
        return self._wait(self._edit(instruction, paths, apply=apply))

    async def aedit(self, instruction: str, paths: Sequence[str] = (), *, apply: bool = False) -> EditResult:
        """As `edit`."""
        return await self._wait_async(self._edit(instruction, paths, apply=apply))

    def batch(self, questions: Iterable[Question]) -> BatchResult:
        """The answers to many questions over one prefix, in the order in which they were ready.

        A question that can't be answered gives an entry with an `error`, and the rest goes on.

        Args:
            questions: texts, or mappings with a `question`, and perhaps an `id` (any JSON) and a `path`.

        Raises:
            TrustError: nothing of this workspace may be sent.
            ForewordError: none can be answered, for example because the credentials are wrong.
        """
        return self._wait(self._batch(questions))

    async def abatch(self, questions: Iterable[Question]) -> BatchResult:
        """As `batch`."""
        return await self._wait_async(self._batch(questions))

    def search(self, query: str, limit: int = 10) -> SearchResult:
        """The code that matches a query, best first: words, identifiers, a path, a pasted error.

        Raises:
            UsageError: the query is empty, or the limit is not positive.
        """
        return self._wait(self._search(query, limit))

    async def asearch(self, query: str, limit: int = 10) -> SearchResult:
        """As `search`."""
        return await self._wait_async(self._search(query, limit))

    def symbols(self, name: str) -> Symbols:
        """The definitions of a name, plain or as `Parent.name`.

        Raises:
            UsageError: the name is empty.
        """
        return self._wait(self._symbols(name))

    async def asymbols(self, name: str) -> Symbols:
        """As `symbols`."""
        return await self._wait_async(self._symbols(name))

    def map(self) -> RepositoryMap:
        """The repository map as the model sees it."""
        return self._wait(self._map())

    async def amap(self) -> RepositoryMap:
        """As `map`."""
        return await self._wait_async(self._map())

    def context(self) -> ContextReport:
        """What the model knows before any question: layers, files, tokens, and what was left out."""
        return self._wait(self._context())

    async def acontext(self) -> ContextReport:
        """As `context`."""
        return await self._wait_async(self._context())

    def close(self) -> None:
        """End what is under way, and close the workspace; more than once does no harm."""
        if self._is_closed:
            return
        self._is_closed = True
        for future in list(self._running):
            future.cancel()
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        with suppress(TimeoutError):  # git or a disk keeps it waiting; the threads end with the process
            # Twice, since `_close` itself waits so long for the requests.
            closing.result(2 * CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S)
        if not self._thread.is_alive():
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # `close` blocks, and this is the caller's event loop.
        await asyncio.to_thread(self.close)

    async def _ask(self, question: str, paths: Sequence[str]) -> Answer:
        given = AskParameters(question=question, path=tuple(paths))
        return await answer(self._workspace, question_of(question, given))

    async def _edit(self, instruction: str, paths: Sequence[str], *, apply: bool) -> EditResult:
        given = EditParameters(instruction=instruction, path=tuple(paths), apply=apply)
        return await edit_result(self._workspace, given)

    async def _batch(self, questions: Iterable[Question]) -> BatchResult:
        return await batch(self._workspace, BatchParameters(questions=json_lines(questions)))

    async def _search(self, query: str, limit: int) -> SearchResult:
        return await search(self._workspace, SearchParameters(query=query, limit=limit))

    async def _symbols(self, name: str) -> Symbols:
        return await find_symbols(self._workspace, SymbolsParameters(name=name))

    async def _map(self) -> RepositoryMap:
        return await map_repository(self._workspace, MapParameters())

    async def _context(self) -> ContextReport:
        return await context_of(self._workspace, ContextParameters())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives, waited for in the caller's thread."""
        future = self._begin(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # an interrupt: the request ends with who waits for it
            raise

    async def _wait_async(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives, waited for on the caller's event loop."""
        return await asyncio.wrap_future(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        if self._is_closed:
            # A coroutine that is thrown away unawaited would warn.
            work.close()
            raise WorkspaceError("the workspace is closed: open it again")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    async def _close(self) -> None:
        """Wait a moment for the last words of what was cancelled, then close the session where it was opened."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_S)
        # Opening may have failed before there was a session.
        pool = self._session.pool if hasattr(self, "_session") else None
        if pool is not None:
            await pool.aclose()
        await self._worker.run(self._stack.close)
        self._worker.close()
