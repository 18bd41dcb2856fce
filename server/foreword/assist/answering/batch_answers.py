"""Many questions over one warm prefix: JSON lines in, JSON objects out, each as soon as it is done.

The first goes alone until its answer begins, the others follow: what is wrong with all of them (a key, a limit, the
model's name) so costs one request and not as many as may go at once. That a cold prefix is written once holds beyond
the batch too: see `assist.spending.single_flight`.

    cold:  |--first--Started|
    warm:                   |--second--
                            |--third---      up to `parallel` at once
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from foreword.assist.answering.pipeline import run_request
from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import Pointer, parse_pointer
from foreword.assist.question.request import PreparedRequest, prepare
from foreword.assist.session.ports import Runner, in_place
from foreword.assist.session.providers import ProviderFor, open_providers, tools_style
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, over_saved
from foreword.core.errors import CredentialsError, ForewordError, UsageError
from foreword.core.reply import Started

ERROR_SCHEMA = "foreword.error/1"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a batch, from the input's line `number` (1-based); `workspace` is the folder it names, if it does."""

    number: int
    question: str
    pointers: tuple[Pointer, ...]
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of the question on the line `number`: its answer, or the error that stood in the way.

    `identity` is empty, or holds the question's `id` as it was given.
    """

    number: int
    identity: Mapping[str, Any]
    outcome: Answer | ForewordError

    @property
    def id(self) -> Any:  # noqa: ANN401 - any JSON
        """The question's id; None if it has none."""
        return self.identity.get("id")

    @property
    def answer(self) -> Answer | None:
        """The answer; None where an error stood in its way."""
        return self.outcome if isinstance(self.outcome, Answer) else None

    @property
    def error(self) -> ForewordError | None:
        """The error that stood in the way of an answer; None where there is an answer."""
        return None if isinstance(self.outcome, Answer) else self.outcome

    def to_json(self) -> Json:
        """As `foreword.answer/1` or `foreword.error/1`, with the id."""
        if isinstance(self.outcome, Answer):
            return {**self.identity, **self.outcome.to_json()}
        kind = type(self.outcome).__name__.removesuffix("Error")
        told = {"kind": kind, "message": str(self.outcome)}
        return {"schema": ERROR_SCHEMA, **self.identity, "line": self.number, "error": told}


Emit = Callable[[BatchAnswer], None]


def parse_line(number: int, text: str) -> Line:
    """One line of the input.

    Raises:
        UsageError: it is no JSON object with a question.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise UsageError(f"line {number} is no JSON ({error}): write one object a line") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("question"), str) or not raw["question"].strip():
        raise UsageError(f'line {number} has no question: write {{"question": "..."}}')
    path = raw.get("path")
    if path is not None and not isinstance(path, str):
        raise UsageError(f'line {number}: "path" must be a text, FILE or FILE:FIRST-LAST')
    workspace = raw.get("workspace", "")
    if not isinstance(workspace, str):
        raise UsageError(f'line {number}: "workspace" must be a text, the folder of a repository')
    return Line(number, raw["question"], (parse_pointer(path),) if path else (), workspace)


async def run_batch(
    session: Session,
    lines: AsyncIterator[str],
    emit: Emit,
    *,
    parallel: int,
    use_cache: bool = True,
    run: Runner = in_place,
) -> tuple[ForewordError, ...]:
    """Emit what becomes of each line as it finishes; gives the errors.

    Raises:
        ForewordError: no line can be answered, for example because the credentials are wrong.
    """
    async with open_providers(session) as provider_for:
        batch = _Batch(session, provider_for, emit, Gate(parallel), use_cache=use_cache, run=run)
        try:
            async with asyncio.TaskGroup() as tasks:
                number = 0
                async for text in lines:
                    number += 1
                    if text.strip():
                        # Before the task is made, so that a long input is read no faster than it is answered.
                        await batch.gate.enter()
                        tasks.create_task(batch.line(number, text))
        except* ForewordError as group:
            # One cause is enough for the user: with a wrong key each line fails with the same words.
            raise _first(group) from None
    return tuple(batch.errors)


class _Batch:
    """What the lines of one batch share: the saved state and the prefix, taken when the first one is asked."""

    def __init__(
        self,
        session: Session,
        provider_for: ProviderFor,
        emit: Emit,
        gate: Gate,
        *,
        use_cache: bool,
        run: Runner,
    ) -> None:
        self.gate = gate
        self.errors: list[ForewordError] = []
        self._session = session
        self._provider_for = provider_for
        self._emit = emit
        self._use_cache = use_cache
        self._run = run
        self._laid: tuple[WorkspaceSnapshot, Prefix] | None = None

    async def line(self, number: int, text: str) -> None:
        """Answer one line and emit what became of it."""
        done = partial(BatchAnswer, number, identity_of(text))
        try:
            self._emit(done(await self._answer(_of_here(parse_line(number, text)))))
        # No other line can do better with these credentials, so it ends the batch.
        except CredentialsError:
            raise
        except ForewordError as error:
            self.errors.append(error)
            self._emit(done(error))
        finally:
            await self.gate.leave()

    async def _answer(self, line: Line) -> Answer:
        session = self._session

        def make() -> PreparedRequest:
            saved, prefix = self._lay()
            return prepare(
                session,
                saved,
                line.question,
                line.pointers,
                use_cache=self._use_cache,
                prefix=prefix,
                tools_style=tools_style(session),
            )

        answering = run_request(session, make, run=self._run, providers=self._provider_for)
        async with aclosing(answering) as events:
            async for event in events:
                if isinstance(event, Started):
                    await self.gate.warm()
                if isinstance(event, Answer):
                    return event
        raise AssertionError("answer() ends with an Answer or raises")

    def _lay(self) -> tuple[WorkspaceSnapshot, Prefix]:
        if self._laid is None:
            # Laid once for all lines: files that are saved meanwhile would make some of them write another
            # prefix.
            lay = partial(build_prefix, self._session, more_follow=True)
            self._laid = over_saved(self._session, lambda saved: (saved, lay(saved)))
        return self._laid


def _of_here(line: Line) -> Line:
    """The line, if it is about the folder of the command.

    Raises:
        UsageError: it is about another one.
    """
    if line.workspace:
        raise UsageError(
            f'line {line.number} names a "workspace": run `foreword batch --workspace DIR` for each, or use --later'
        )
    return line


def identity_of(text: str) -> Json:
    """The id of a line, as far as it can be made out."""
    try:
        raw = json.loads(text)
    except ValueError:
        return {}
    return {"id": raw["id"]} if isinstance(raw, Mapping) and "id" in raw else {}


def _first(group: BaseExceptionGroup[ForewordError]) -> ForewordError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


class Gate:
    """Lets one through while the prefix is cold, `parallel` at once when it is warm."""

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._n_inside = 0
        self._is_warm = False
        self._changed = asyncio.Condition()

    async def enter(self) -> None:
        """Wait until another request may go: one at a time over a cold prefix, `parallel` over a warm one."""
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._n_inside += 1

    async def warm(self) -> None:
        """The prefix can be read from the cache from now on."""
        async with self._changed:
            self._is_warm = True
            self._changed.notify_all()

    async def leave(self) -> None:
        """Make room; every `enter` needs one."""
        async with self._changed:
            self._n_inside -= 1
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return self._n_inside < (self._parallel if self._is_warm else 1)
