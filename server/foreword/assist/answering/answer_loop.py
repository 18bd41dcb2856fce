"""Sending a prepared question: the stream, the bounded tool loop, the ledger and the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, assert_never

from foreword.assist.accounts.ledger import Status
from foreword.assist.answering.answer_record import AnswerRecorder, RequestRecorder, run_tools
from foreword.assist.question.answer import Answer, Citation, find_citations
from foreword.assist.question.receipt import Freshness, Receipt
from foreword.assist.question.request import PreparedRequest, library_of, marked_for_tools
from foreword.assist.question.tools import ToolScope
from foreword.assist.session.ports import Provider
from foreword.assist.session.session import Session
from foreword.assist.spending.bookkeeping import Booking, diagnostics_of, with_cause
from foreword.assist.spending.limits import confirm, reserve_budget
from foreword.assist.spending.single_flight import flight, pending_request
from foreword.core.documents.text import lines_of
from foreword.core.errors import LimitError
from foreword.core.reply import (
    Finished,
    ReplyEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    ToolCallStarted,
    ToolInputDelta,
)
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import Model, cost, cost_without_cache
from foreword.model.tool_definitions import in_words
from foreword.prefix.verdict import Verdict
from foreword.prefix.warmth import PICTURES

# An endpoint that always pauses would otherwise be asked, and paid, without end.
MAX_PAUSES = 5


@dataclass(frozen=True, slots=True)
class ToolsUsed:
    """The model called tools, and their results go back to it: names of the tools in order."""

    names: tuple[str, ...]


AnswerEvent = ReplyEvent | ToolsUsed | Answer


@dataclass(slots=True)
class Progress:
    """What has happened so far in one answer.

    `usages` holds one entry a request that is over, in order, and `factors` that of its place on its price.
    `tail` are the messages after the question, as they were sent: the model's with their tool calls, and the results.
    `answer_id` is the ledger's name of the answer: the id of its first row. `provider` is who answers, once that is known.
    `is_estimated`: the endpoint did not count the tokens of some request. `recorder` keeps what telemetry is told.
    """

    text: list[str] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    tail: list[dict[str, Any]] = field(default_factory=list)
    first_token_at: float | None = None
    verdict: Verdict | None = None
    answer_id: str = ""
    finished: Finished | None = None
    provider: Provider | None = None
    is_estimated: bool = False
    recorder: AnswerRecorder | None = None


async def answer(
    session: Session,
    prepared: PreparedRequest,
    provider: Provider,
    library: Callable[[], ToolScope] | None = None,
    progress: Progress | None = None,
) -> AsyncGenerator[AnswerEvent, None]:
    """The events of the answer; the last one is the `Answer` itself.

    `library` gives what the tools of one round see; without it, they see what was prepared, and can't edit.
    A new `progress` shows who keeps it how far the answer came, also when it was cancelled.

    Iterate within `contextlib.aclosing`. Cancelling books what was used so far.

    Raises:
        LimitError: the day's money would not do, or the user said no; nothing was sent.
        ModelError: there is no answer.
    """
    progress = progress or Progress()
    progress.provider = provider
    library = library or partial(library_of, prepared.saved, prepared.unsaved, prepared.prefix.hidden)
    with AnswerRecorder(session, prepared, provider, progress.text) as progress.recorder:
        # Once an answer and not once a request: nobody wants to be asked between two rounds of tools.
        await confirm(session, prepared, provider)
        async with aclosing(_rounds(session, prepared, provider, library, progress)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    progress.recorder.end()
                yield event


async def _rounds(
    session: Session,
    prepared: PreparedRequest,
    provider: Provider,
    library: Callable[[], ToolScope],
    progress: Progress,
) -> AsyncGenerator[AnswerEvent, None]:
    """Requests, and the tools that they call, until the answer is whole or may not go on."""
    rounds = pauses = 0
    while True:
        try:
            async with aclosing(_one_request(session, prepared, provider, progress)) as events:
                async for event in events:
                    yield event
        except LimitError as error:
            # Before the first answer there is nothing to keep; later the part that was paid for is.
            if progress.finished is None:
                raise
            note = f"stopped early: {error}"
            stopped = _conclude(session, prepared, provider, progress, progress.finished, note=note)
            yield replace(stopped, is_over_limit=True)
            return
        finished = progress.finished
        assert finished is not None, "a stream ends with Finished or raises"  # noqa: S101 - the port's contract
        if finished.stop_reason == "pause_turn" and pauses < MAX_PAUSES:
            pauses += 1
            progress.tail.append(_assistant(finished))
        elif finished.stop_reason == "tool_use" and rounds < session.settings.tools_rounds:
            rounds += 1
            is_last = rounds == session.settings.tools_rounds
            yield await _run_tools(session, library(), progress, finished, last=is_last)
            prepared = marked_for_tools(session, prepared)
        else:
            yield _conclude(session, prepared, provider, progress, finished)
            return


async def _one_request(
    session: Session, prepared: PreparedRequest, provider: Provider, progress: Progress
) -> AsyncGenerator[ReplyEvent, None]:
    """One request of the loop, when the limits and other requests let it go; booked when it starts and when it ends.

    Raises:
        LimitError: it would go past the day's limit; it was not sent.
    """
    # The reservation comes before the flight: waiting for somebody else's write must not let the money be
    # spent elsewhere.
    with reserve_budget(session, prepared, provider, progress.tail) as row_id:
        pending = pending_request(session, prepared, provider)
        async with (
            flight(session, pending) as lock,
            aclosing(_sent(session, prepared, provider, progress, row_id)) as events,
        ):
            async for event in events:
                if isinstance(event, Started):
                    lock.mark_started()
                yield event


async def _sent(
    session: Session, prepared: PreparedRequest, provider: Provider, progress: Progress, row_id: str
) -> AsyncGenerator[ReplyEvent, None]:
    booking = Booking(
        session,
        prepared,
        provider,
        session.clock(),
        progress.answer_id,
        progress.verdict,
        id=row_id,
        tail=progress.tail,
    )
    body = prepared.body(progress.tail) | diagnostics_of(session, prepared, provider.name)
    # Whatever leaves the block early, a cancelled task or a lost connection, the API bills what was
    # generated.
    status: Status = "cancelled"
    try:
        async with aclosing(_recorded(progress, booking, provider.stream(body))) as events:
            async for event in events:
                _note(progress, booking, event)
                yield event
        finished = progress.finished
        status = "interrupted" if finished is not None and finished.stop_reason == "interrupted" else "done"
        await _find_cause(progress, booking)
    finally:
        if booking.usage is not None:
            progress.usages.append(booking.usage)
            progress.factors.append(booking.factor)
            # In `finally`, because cancelling raises and the tokens are paid all the same.
            booking.write(status)


async def _recorded(
    progress: Progress, booking: Booking, stream: AsyncGenerator[ReplyEvent, None]
) -> AsyncGenerator[ReplyEvent, None]:
    """The events of a stream, which is told of when it ends."""
    assert progress.recorder is not None, "an answer is recorded from its beginning"  # noqa: S101 - see `answer`
    with RequestRecorder(progress.recorder, booking) as recorder:
        async with aclosing(stream) as events:
            async for event in events:
                recorder.hear(event)
                yield event


def _note(progress: Progress, booking: Booking, event: ReplyEvent) -> None:
    """Keep what an event says of the answer and of its cost."""
    match event:
        case Started():
            is_first = progress.verdict is None
            progress.verdict = booking.start(event)
            progress.answer_id = booking.answer
            # The weight is that of the first request; later ones have results of tools on top, which it does
            # not count.
            # How many tokens a picture has is known by a formula, and tells nothing of characters.
            if is_first and not booking.provider.simulated and PICTURES not in booking.prepared.digests:
                booking.session.calibrate(booking.prepared.weight, event.usage.prompt)
        case TextDelta():
            if progress.first_token_at is None:
                progress.first_token_at = booking.session.clock()
            progress.text.append(event.text)
        case Finished():
            booking.finish(event.usage, sum(map(len, progress.text)), event.geography)
            progress.is_estimated = progress.is_estimated or booking.is_estimated
            progress.verdict, progress.finished = booking.verdict, event
        case _:
            pass


async def _find_cause(progress: Progress, booking: Booking) -> None:
    """Which commit or save changed the prefix, if one did and it is not known yet."""
    verdict = progress.verdict
    if verdict is not None and verdict.kind == "changed" and not verdict.cause:
        found = await asyncio.to_thread(with_cause, booking.session, booking.prepared, verdict, booking.last)
        progress.verdict = booking.verdict = found


async def _run_tools(
    session: Session, library: ToolScope, progress: Progress, finished: Finished, *, last: bool
) -> ToolsUsed:
    # Search and reading take longer than the event loop of an editor's server may be held.
    results, records = await asyncio.to_thread(run_tools, finished.content, library, session.clock)
    if progress.recorder is not None:
        progress.recorder.tools += records
    # The tools stay in the request, since taking them out would change the cached prefix: so it is said in
    # words.
    if last:
        results.append(
            {"type": "text", "text": "No more tool calls are possible: answer now with what you have."}
        )
    progress.tail += [_assistant(finished), {"role": "user", "content": results}]
    # Text before and after a round of tools would run together in one line.
    if progress.text and not progress.text[-1].endswith("\n"):
        progress.text.append("\n\n")
    return ToolsUsed(tuple(str(b["name"]) for b in finished.content if b.get("type") == "tool_use"))


def _assistant(finished: Finished) -> dict[str, Any]:
    return {"role": "assistant", "content": [dict(block) for block in finished.content]}


def _conclude(
    session: Session,
    prepared: PreparedRequest,
    provider: Provider,
    progress: Progress,
    finished: Finished,
    *,
    note: str | None = None,
) -> Answer:
    text = "".join(progress.text)
    note = note or finished.note or None
    if finished.stop_reason == "tool_use" and note is None:
        note = f"stopped after {session.settings.tools_rounds} rounds of tools: ask a narrower question"
    return Answer(
        text=text,
        provider=provider.name,
        model=prepared.parameters.model,
        stop_reason=finished.stop_reason,
        citations=_citations(text, prepared),
        receipt=receipt_of(session, prepared, provider, progress),
        note="; ".join(filter(None, [note or prepared.prefix.provisional, prepared.note])) or None,
        problems=tuple(session.problems),
    )


def _citations(text: str, prepared: PreparedRequest) -> tuple[Citation, ...]:
    index, unsaved = prepared.saved.index, prepared.unsaved

    def n_lines(path: str) -> int | None:
        # The lines of an open file are those that its user sees.
        if path in unsaved:
            return len(lines_of(unsaved[path]))
        return index.n_lines(path) if path in index.blobs else None

    return find_citations(text, n_lines)


def receipt_of(
    session: Session, prepared: PreparedRequest, provider: Provider, progress: Progress
) -> Receipt:
    """The receipt for the requests of an answer that are over by now."""
    model: Model = session.model
    now = session.clock()
    first = progress.first_token_at
    billed = list(zip(progress.usages, progress.factors, strict=True))
    return Receipt(
        usage=sum(progress.usages, Usage()),
        cost=sum(cost(usage, model) * factor for usage, factor in billed),
        without_cache=sum(cost_without_cache(usage, model) * factor for usage, factor in billed),
        verdict=progress.verdict or Verdict("off", "nothing was sent"),
        simulated=provider.simulated,
        priced_as=model.id,
        prices=session.catalog.version,
        n_requests=len(progress.usages),
        request_id=progress.answer_id,
        freshness=Freshness(
            revision=prepared.saved.revision,
            anchor=prepared.prefix.anchor.name,
            delta_files=prepared.prefix.changed_files,
            unsaved=prepared.unsaved_sent,
            unsaved_left_out=prepared.unsaved_left_out,
            scope=session.scope,
        ),
        first_token_ms=None if first is None else (first - prepared.asked_at) * 1000,
        total_ms=(now - prepared.asked_at) * 1000,
        provider=provider.name,
        estimated=model.estimated or progress.is_estimated,
        effort=prepared.parameters.effort or "",
        media=() if provider.simulated else tuple(one.name for one in prepared.media),
        next_cost=_next_cost(billed, model),
    )


def _next_cost(billed: Sequence[tuple[Usage, float]], model: Model) -> float | None:
    """What the same answer costs while all that was written is read; None where nothing was written."""
    if not any(usage.written for usage, _ in billed):
        return None
    warm = (
        (Usage(fresh=usage.fresh, read=usage.read + usage.written, output=usage.output), factor)
        for usage, factor in billed
    )
    return sum(cost(usage, model) * factor for usage, factor in warm)


def stage_of(event: AnswerEvent) -> str:
    """The stage that an event begins, or is part of; empty for one that says nothing about it."""
    match event:
        case TextDelta():
            return "answering"
        case ThinkingDelta():
            return "thinking"
        case ToolCallStarted(name):
            return in_words([name])
        case ToolsUsed(names):
            return in_words(names)
        case Started() | ToolInputDelta() | Finished() | Answer():
            return ""
        case _:
            assert_never(event)
