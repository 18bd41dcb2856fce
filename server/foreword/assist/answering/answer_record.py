"""What telemetry is told of an answer: the requests and tools of one question, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from foreword.assist.question.request import PreparedRequest
from foreword.assist.question.tools import ToolScope, tool_results
from foreword.assist.session.ports import Clock, Provider
from foreword.assist.session.session import Session
from foreword.assist.spending.bookkeeping import Booking
from foreword.assist.telemetry.records import (
    CANCELLED,
    AnswerRecord,
    Asked,
    Content,
    RequestRecord,
    ToolRecord,
    workspace_name,
)
from foreword.assist.telemetry.telemetry import tells_content
from foreword.core.reply import Finished, ReplyEvent, Started, TextDelta, ThinkingDelta, ToolCallStarted
from foreword.model.catalog.model_info import cost, cost_without_cache


@dataclass(slots=True)
class AnswerRecorder:
    """A context around an answer; at its end all of it is told. `text` are the pieces of the answer so far."""

    session: Session
    prepared: PreparedRequest
    provider: Provider
    text: list[str]
    requests: list[RequestRecord] = field(default_factory=list)
    tools: list[ToolRecord] = field(default_factory=list)
    is_told: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error_name(kind))

    def end(self, error: str = "") -> None:
        """Tell it, if that was not done: who has the answer may leave the rest of the events alone."""
        if not self.is_told:
            self.is_told = True
            self.session.tell(lambda: self._record(error))

    def _record(self, error: str) -> AnswerRecord:
        session, prepared = self.session, self.prepared
        content = None
        if tells_content(session.settings, session.environ):
            content = Content("\n".join(prepared.turn), "".join(self.text))
        return AnswerRecord(
            asked=asked_of(session, prepared, self.provider),
            started_at=prepared.asked_at,
            ended_at=session.clock(),
            requests=tuple(self.requests),
            tools=tuple(self.tools),
            error=error,
            content=content,
        )


@dataclass(slots=True)
class RequestRecorder:
    """A context around one request; at its end it is a part of its answer."""

    answer: AnswerRecorder
    booking: Booking
    first_at: float | None = None
    answered_by: str = ""
    stop_reason: str = ""

    def __enter__(self) -> Self:
        return self

    def hear(self, event: ReplyEvent) -> None:
        """Keep what an event of the stream says."""
        match event:
            case Started():
                self.answered_by = event.model
            case TextDelta() | ThinkingDelta() | ToolCallStarted():
                if self.first_at is None:
                    self.first_at = self.booking.session.clock()
            case Finished():
                self.stop_reason = event.stop_reason

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        booking, is_first = self.booking, not self.answer.requests
        usage, model = booking.usage, booking.session.model
        record = RequestRecord(
            started_at=booking.at,
            ended_at=booking.session.clock(),
            max_tokens=booking.prepared.parameters.max_tokens,
            first_at=self.first_at,
            is_stream=True,
            usage=usage,
            cost=cost(usage, model) * booking.factor if usage else 0.0,
            without_cache=cost_without_cache(usage, model) * booking.factor if usage else 0.0,
            message_id=booking.message_id,
            answered_by=self.answered_by,
            stop_reason=self.stop_reason,
            error=error_name(kind),
        )
        if is_first and usage is not None and booking.verdict is not None:
            record = replace(record, verdict=booking.verdict.kind, layer=booking.verdict.layer)
        self.answer.requests.append(record)


def run_tools(
    content: Sequence[Mapping[str, Any]], library: ToolScope, clock: Clock
) -> tuple[list[dict[str, Any]], list[ToolRecord]]:
    """The results of the tools that a message calls, in order, and how long each took."""
    results, records = list[dict[str, Any]](), list[ToolRecord]()
    for block in content:
        at = clock()
        for result in tool_results([block], library):
            results.append(result)
            failed = bool(result.get("is_error"))
            records.append(ToolRecord(str(block["name"]), str(block["id"]), at, clock(), failed))
    return results, records


def asked_of(session: Session, prepared: PreparedRequest, provider: Provider) -> Asked:
    """Who is asked for what."""
    return Asked(
        kind=prepared.kind,
        provider=provider.name,
        model=prepared.parameters.model,
        workspace=workspace_name(str(session.root)),
        simulated=provider.simulated,
        endpoint=session.endpoint,
    )


def error_name(kind: type[BaseException] | None) -> str:
    """The `error.type` of what ended something; empty if nothing did."""
    if kind is None:
        return ""
    return CANCELLED if issubclass(kind, asyncio.CancelledError | GeneratorExit) else kind.__name__
