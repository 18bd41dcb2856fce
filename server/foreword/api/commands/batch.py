"""Many questions for the model over one prefix: `batch`."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from foreword.api.command import Body, Result
from foreword.api.parameters import Flag, Sending
from foreword.api.printed import Data, Line, Printed
from foreword.api.workspace import PartialResult, Workspace
from foreword.assist.answering.batch_answers import BatchAnswer, run_batch
from foreword.core.errors import ForewordError


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParameters(Sending):
    """The parameters of `batch`; each of the questions is a line of JSON."""

    questions: Annotated[AsyncIterable[str], Flag("the questions", source="lines")]
    parallel: Annotated[int | None, Flag("requests under way at once (default: batch.parallel)", "N")] = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of the questions, in the order in which it was known, and the errors among them."""

    answers: tuple[BatchAnswer, ...]
    errors: tuple[ForewordError, ...]

    def __iter__(self) -> Iterator[BatchAnswer]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    def to_json(self) -> list[dict[str, Any]]:
        """The lines of `foreword batch`."""
        return [answer.to_json() for answer in self.answers]


async def batch(workspace: Workspace, given: BatchParameters) -> BatchResult:
    """The answers to many questions over one prefix, each told as soon as it is ready.

    Raises:
        ForewordError: no question can be answered, for example because the credentials are wrong.
    """
    answers: list[BatchAnswer] = []

    def tell(ready: BatchAnswer) -> None:
        answers.append(ready)
        workspace.emit(PartialResult(ready))

    session = workspace.session
    errors = await run_batch(
        session,
        aiter(given.questions),
        tell,
        parallel=given.parallel or session.settings.batch_parallel,
        use_cache=not given.no_cache,
        run=workspace.run,
    )
    return BatchResult(tuple(answers), errors)


def _show_batch_answer(found: Result) -> Iterator[Printed]:
    yield Data(found.to_json())


def _show_nothing(_: BatchResult, _given: BatchParameters, _columns: int) -> Iterator[Line]:
    """All was told part by part."""
    yield from ()


def _batch_code(found: BatchResult) -> int:
    return found.errors[0].exit_code if found.errors else 0


BATCH = Body(BatchParameters, batch, _show_nothing, _batch_code, _show_batch_answer)
