"""Sending a prepared question: the stream, the bounded tool loop, the ledger and the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from foreword.assist.answer import Answer, Citation, Freshness, Receipt
from foreword.assist.citations import find_citations
from foreword.assist.ledger import Entry, Status
from foreword.assist.limits import check_limits
from foreword.assist.ports import Provider
from foreword.assist.preparing import Prepared, library_of
from foreword.assist.session import Session
from foreword.assist.toolbox import Library, tool_results
from foreword.core.reply import Finished, ReplyEvent, Started, TextDelta
from foreword.core.usage import Usage
from foreword.model.card import Model
from foreword.model.pricing import cost, cost_without_cache
from foreword.prefix.miss import Circumstances, Verdict, diagnose
from foreword.prefix.policy import TTL_SECONDS
from foreword.prefix.store import Sent

MAX_PAUSES = 5


@dataclass(frozen=True, slots=True)
class ToolsUsed:
    """The model called tools, and their results go back to it: names of the tools in order."""

    names: tuple[str, ...]


AnswerEvent = ReplyEvent | ToolsUsed | Answer


@dataclass(slots=True)
class _Progress:
    """What has happened so far in one answer; `usages` holds one entry a request, in order."""

    text: list[str] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    tail: list[dict[str, Any]] = field(default_factory=list)
    first_token_at: float | None = None
    verdict: Verdict | None = None
    finished: Finished | None = None


async def answer(
    session: Session, prepared: Prepared, provider: Provider, library: Callable[[], Library] | None = None
) -> AsyncGenerator[AnswerEvent, None]:
    """The events of the answer; the last one is the `Answer` itself.

    `library` gives what the tools of one round see; without it, they see what was prepared, and can't edit.

    Iterate within `contextlib.aclosing`. Cancelling books what was used so far.

    Raises:
        LimitError: the day's money would not do; nothing was sent.
        ModelError: there is no answer.
    """
    if not provider.simulated:
        check_limits(session, prepared)
    progress = _Progress()
    library = library or partial(library_of, prepared.saved, prepared.unsaved)
    rounds = pauses = 0
    while True:
        async with aclosing(_one_request(session, prepared, provider, progress)) as events:
            async for event in events:
                yield event
        finished = progress.finished
        assert finished is not None, "a stream ends with Finished or raises"  # noqa: S101 - the port's contract
        if finished.stop_reason == "pause_turn" and pauses < MAX_PAUSES:
            pauses += 1
            progress.tail.append(_assistant(finished))
        elif finished.stop_reason == "tool_use" and rounds < session.settings.tools_rounds:
            rounds += 1
            yield await _run_tools(
                library(), progress, finished, last=rounds == session.settings.tools_rounds
            )
        else:
            yield _conclude(session, prepared, provider, progress, finished)
            return


async def _one_request(
    session: Session, prepared: Prepared, provider: Provider, progress: _Progress
) -> AsyncGenerator[ReplyEvent, None]:
    """One request of the loop, booked when it starts and when it ends, however it ends."""
    booking = _Booking(session, prepared, provider, progress, session.clock())
    status: Status = "cancelled"
    try:
        async with aclosing(provider.stream(prepared.body(progress.tail))) as events:
            async for event in events:
                booking.note(event)
                yield event
        finished = progress.finished
        status = "interrupted" if finished is not None and finished.stop_reason == "interrupted" else "done"
    finally:
        booking.close(status)


@dataclass(slots=True)
class _Booking:
    """The ledger row of one request."""

    session: Session
    prepared: Prepared
    provider: Provider
    progress: _Progress
    at: float
    id: str = field(default_factory=lambda: uuid4().hex)
    usage: Usage | None = None
    message_id: str = ""

    def note(self, event: ReplyEvent) -> None:
        match event:
            case Started():
                self.usage, self.message_id = event.usage, event.message_id
                self._start()
                self._write("started")
            case TextDelta():
                if self.progress.first_token_at is None:
                    self.progress.first_token_at = self.session.clock()
                self.progress.text.append(event.text)
            case Finished():
                self.usage, self.progress.finished = event.usage, event
            case _:
                pass

    def close(self, status: Status) -> None:
        if self.usage is not None:
            self.progress.usages.append(self.usage)
            self._write(status)

    def _start(self) -> None:
        """Judge the first request of an answer, and remember it for the next one's verdict."""
        session, prepared = self.session, self.prepared
        assert self.usage is not None, "called after Started"  # noqa: S101 - an invariant of this class
        sent = Sent(
            provider=self.provider.name,
            model=prepared.parameters.model,
            at=self.at,
            ttl_s=TTL_SECONDS[prepared.laid.ttl] if prepared.laid.ttl else 0,
            digests=prepared.digests,
        )
        if self.progress.verdict is None:
            self.progress.verdict = diagnose(self.usage, _circumstances(session, prepared, sent))
            if not self.provider.simulated:
                self._calibrate()
        if prepared.laid.ttl is not None:
            session.prefix_store.record_sent(session.worktree, prepared.foreword.variant, sent)

    def _calibrate(self) -> None:
        assert self.usage is not None, "called after Started"  # noqa: S101 - an invariant of this class
        model = self.session.model
        self.session.ledger.calibrate(
            model.id, model.chars_per_token, self.prepared.weight, self.usage.prompt
        )

    def _write(self, status: Status) -> None:
        session, prepared, usage = self.session, self.prepared, self.usage or Usage()
        verdict = self.progress.verdict
        session.ledger.book(
            Entry(
                id=self.id,
                at=self.at,
                workspace=str(session.root),
                kind=prepared.kind,
                provider=self.provider.name,
                model=prepared.parameters.model,
                simulated=self.provider.simulated,
                status=status,
                message_id=self.message_id,
                usage=usage,
                cost=cost(usage, session.model),
                without_cache=cost_without_cache(usage, session.model),
                prices=session.catalog.version,
                verdict=verdict.kind if verdict else "",
                digests=prepared.digests,
            )
        )


def _circumstances(session: Session, prepared: Prepared, sent: Sent) -> Circumstances:
    return Circumstances(
        request=sent,
        marked=prepared.laid.ttl is not None,
        prefix_tokens=round(prepared.prefix_weight / session.ratio),
        minimum=session.model.minimum if session.model.known_as else 0,
        earlier=session.prefix_store.sent(session.worktree, prepared.foreword.variant),
    )


async def _run_tools(library: Library, progress: _Progress, finished: Finished, *, last: bool) -> ToolsUsed:
    results = await asyncio.to_thread(tool_results, finished.content, library)
    if last:
        results.append(
            {"type": "text", "text": "No more tool calls are possible: answer now with what you have."}
        )
    progress.tail += [_assistant(finished), {"role": "user", "content": results}]
    progress.text.append("\n\n" if progress.text and not progress.text[-1].endswith("\n") else "")
    return ToolsUsed(tuple(str(b["name"]) for b in finished.content if b.get("type") == "tool_use"))


def _assistant(finished: Finished) -> dict[str, Any]:
    return {"role": "assistant", "content": [dict(block) for block in finished.content]}


def _conclude(
    session: Session, prepared: Prepared, provider: Provider, progress: _Progress, finished: Finished
) -> Answer:
    text = "".join(progress.text)
    note = finished.note
    if finished.stop_reason == "tool_use":
        note = f"stopped after {session.settings.tools_rounds} rounds of tools: ask a narrower question"
    return Answer(
        text=text,
        provider=provider.name,
        model=prepared.parameters.model,
        stop_reason=finished.stop_reason,
        citations=_citations(text, prepared),
        receipt=_receipt(session, prepared, provider, progress),
        note=note,
        problems=tuple(session.problems),
    )


def _citations(text: str, prepared: Prepared) -> tuple[Citation, ...]:
    index = prepared.saved.index
    return find_citations(text, lambda path: index.n_lines(path) if path in index.blobs else None)


def _receipt(session: Session, prepared: Prepared, provider: Provider, progress: _Progress) -> Receipt:
    model: Model = session.model
    now = session.clock()
    first = progress.first_token_at
    return Receipt(
        usage=sum(progress.usages, Usage()),
        cost=sum(cost(usage, model) for usage in progress.usages),
        without_cache=sum(cost_without_cache(usage, model) for usage in progress.usages),
        verdict=progress.verdict or Verdict("off", "nothing was sent"),
        simulated=provider.simulated,
        priced_as=model.id,
        prices=session.catalog.version,
        n_requests=len(progress.usages),
        freshness=Freshness(
            revision=prepared.saved.revision,
            anchor=prepared.foreword.anchor.name,
            delta_files=prepared.foreword.delta_files,
        ),
        first_token_ms=None if first is None else (first - prepared.asked_at) * 1000,
        total_ms=(now - prepared.asked_at) * 1000,
    )
