"""Many questions for the model over one prefix: `batch`, now or in Message Batches."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from foreword.api.command import Body, Result
from foreword.api.parameters import Flag, SendingParameters, positional, settings_of
from foreword.api.printed import Data, Line, Printed, notice
from foreword.api.workspace import PartialResult, Stage, Workspace
from foreword.assist.answering.batch_answers import BatchAnswer, run_batch
from foreword.assist.batches.collection import BatchStatus, cancel, collect, status
from foreword.assist.batches.submission import Submitted, resubmit, submit
from foreword.core.errors import ForewordError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParameters(SendingParameters):
    """The parameters of `batch`; each of the questions is a line of JSON."""

    action: Annotated[
        Literal["status", "results", "cancel"] | None,
        positional("what to do with batches that were submitted by --later; left out: read questions"),
    ] = None
    batch: Annotated[str | None, positional("the batch, by its id", metavar="ID")] = None
    questions: Annotated[AsyncIterable[str] | None, Flag("the questions", source="lines")] = None
    parallel: Annotated[int | None, Flag("requests under way at once (default: batch.parallel)", "N")] = None
    later: Annotated[bool, Flag("submit them in Message Batches: half the price, answers within a day")] = (
        False
    )
    retry: Annotated[bool, Flag("with results: submit again what failed for no fault of its question")] = (
        False
    )


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of the questions, in the order in which it was known, and the errors among them.

    `reports` are about whole batches: what was submitted, or how it stands.
    """

    answers: tuple[BatchAnswer, ...]
    errors: tuple[ForewordError, ...] = ()
    reports: tuple[BatchStatus | Submitted, ...] = field(default=())

    def __iter__(self) -> Iterator[BatchAnswer]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    def to_json(self) -> list[dict[str, Any]]:
        """The lines of `foreword batch`."""
        return [one.to_json() for one in (*self.answers, *self.reports)]


class _Told:
    """What a command has told so far, each as soon as it is known."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._answers: list[BatchAnswer] = []
        self._reports: list[BatchStatus | Submitted] = []

    def answer(self, ready: BatchAnswer) -> None:
        self._answers.append(ready)
        self._workspace.emit(PartialResult(ready))

    def report(self, ready: BatchStatus | Submitted) -> None:
        self._reports.append(ready)
        self._workspace.emit(PartialResult(ready))

    def stage(self, text: str) -> None:
        self._workspace.emit(Stage(text))

    def result(self) -> BatchResult:
        errors = tuple(one.error for one in self._answers if one.error is not None)
        return BatchResult(tuple(self._answers), errors, tuple(self._reports))


async def batch(workspace: Workspace, given: BatchParameters) -> BatchResult:
    """The answers to many questions over one prefix, each told as soon as it is ready.

    Raises:
        ForewordError: no question can be answered, for example because the credentials are wrong.
    """
    told = _Told(workspace)
    if given.action is not None:
        await _submitted(workspace, given, told)
    elif given.batch or given.retry:
        raise UsageError("say what to do with the batch: status, results or cancel, and its id")
    elif given.questions is None:
        raise UsageError('"questions" must be a list, and is missing')
    elif given.later:
        if given.no_cache or given.parallel:
            raise UsageError("--later takes neither --no-cache nor --parallel: the batch decides both")
        flags = settings_of(given)
        questions = aiter(given.questions)
        told.report(
            await submit(
                workspace.session, questions, told.answer, flags=flags, tell=told.stage, run=workspace.run
            )
        )
    else:
        session = workspace.session
        await run_batch(
            session,
            aiter(given.questions),
            told.answer,
            parallel=given.parallel or session.settings.batch_parallel,
            use_cache=not given.no_cache,
            run=workspace.run,
        )
    return told.result()


async def _submitted(workspace: Workspace, given: BatchParameters, told: _Told) -> None:
    """Look after batches that were submitted before.

    Raises:
        ForewordError: it can't be done; the message says why.
    """
    session = workspace.session
    if given.later or (given.retry and given.action != "results"):
        raise UsageError("--later submits questions, and --retry goes with results")
    if given.action == "status":
        told.report(await status(session, given.batch or ""))
        return
    if not given.batch:
        raise UsageError(f"say which batch: foreword batch {given.action} ID (see `foreword batch status`)")
    if given.action == "cancel":
        told.report(await cancel(session, given.batch))
        return
    collected = await collect(session, given.batch, told.answer)
    if given.retry:
        again = await resubmit(
            session,
            collected.again,
            told.answer,
            flags=settings_of(given),
            tell=told.stage,
            run=workspace.run,
        )
        if again is not None:
            told.report(again)


def _show_part(found: Result) -> Iterator[Printed]:
    yield Data(found.to_json())


def _show(found: BatchResult, _given: BatchParameters, _columns: int) -> Iterator[Line]:
    """All was told part by part; for people, a sentence on what was submitted."""
    yield from (notice(one.summary, "dim") for one in found.reports if isinstance(one, Submitted))


def _batch_code(found: BatchResult) -> int:
    codes = (one.outcome.exit_code for one in found.answers)
    return next((code for code in codes if code), 0)


BATCH = Body(BatchParameters, batch, _show, _batch_code, _show_part)
