"""How submitted batches stand, their answers, and taking them back.

Results come in any order, and may be read more than once: each answer is booked under a name of its own, so it is paid
for once. What failed for no fault of its question can be submitted again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foreword.assist.accounts.ledger import BATCH, LedgerRow
from foreword.assist.answering.batch_answers import BatchAnswer, Emit
from foreword.assist.batches.batch_store import BatchQuestion, BatchStore, Part
from foreword.assist.batches.settlement import adopt
from foreword.assist.question.answer import Answer, find_citations
from foreword.assist.question.receipt import Freshness, Receipt
from foreword.assist.session.providers import open_online, provider_name
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.telemetry.records import BatchRecord, record_of_row
from foreword.core.errors import ForewordError, ModelUnavailable, RequestRejected, StoreError, UsageError
from foreword.core.reply import Finished
from foreword.core.tokens import Usage
from foreword.index.index import Index
from foreword.model.catalog.model_info import Model, cost, cost_without_cache
from foreword.model.message_batch import BatchOutcome, BatchState
from foreword.prefix.verdict import Verdict

if TYPE_CHECKING:
    from foreword.model.messages_api.message_batches import MessageBatches

STATUS_SCHEMA = "foreword.batch_status/1"
BOOKED_AT_ONCE = 500
"""Rows that one transaction of the ledger writes."""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """How batches stand; `own` are those submitted from here, by id, with the number of their questions."""

    states: tuple[BatchState, ...]
    own: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.batch_status/1`."""
        return {"schema": STATUS_SCHEMA, "batches": [self._one(state) for state in self.states]}

    def _one(self, state: BatchState) -> dict[str, Any]:
        return {
            "id": state.id,
            "status": state.status,
            "questions": self.own.get(state.id, state.n_requests),
            "counts": dict(state.counts),
            "created": state.created,
            "expires": state.expires,
            "ended": state.ended,
        }


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What the results of a batch were: how many questions had which outcome, and those that may be asked again."""

    batch: str
    outcomes: Mapping[str, int]
    again: tuple[BatchQuestion, ...]
    errors: tuple[ForewordError, ...]


async def status(session: Session, batch_id: str = "") -> BatchStatus:
    """How a batch stands, or all whose answers were not collected; nothing is sent but the ids.

    Raises:
        ModelError: it can't be asked for.
    """
    _require_provider(session)
    with BatchStore(session.places.batches) as store:
        async with open_online(session) as provider:
            batches = provider.batches
            if batch_id:
                part = store.part_of(batch_id)
                state = await batches.find(batch_id)
                return BatchStatus((state,), {batch_id: part.n} if part else {})
            for part in store.unsettled(batches.url):
                await adopt(session, store, batches, part)
            waiting = store.waiting(batches.url)
            states = [await batches.find(part.batch) for part in waiting]
            return BatchStatus(tuple(states), {part.batch: part.n for part in waiting})


async def cancel(session: Session, batch_id: str) -> BatchStatus:
    """Take a batch back; what was answered by then has results, and costs money.

    Raises:
        ModelError: it has ended, or can't be cancelled.
    """
    _require_provider(session)
    with BatchStore(session.places.batches) as store:
        async with open_online(session) as provider:
            state = await provider.batches.cancel(batch_id)
            part = store.part_of(batch_id)
            return BatchStatus((state,), {batch_id: part.n} if part else {})


async def collect(session: Session, batch_id: str, emit: Emit) -> BatchCounts:
    """Emit the answer of each question of a batch that has ended, or the error in its place, and book what they cost.

    Raises:
        UsageError: the batch was not submitted from here, or has not ended.
        ModelError: its results can't be had.
    """
    _require_provider(session)
    with BatchStore(session.places.batches) as store, ExitStack() as stack:
        async with open_online(session) as provider:
            part = await _part_of(session, store, provider.batches, batch_id)
            state = await provider.batches.find(batch_id)
            if state.status != "ended":
                done = state.n_requests - state.counts.get("processing", 0)
                raise UsageError(
                    f"{batch_id} is {state.status.replace('_', ' ')} ({done:,} of {state.n_requests:,} done): "
                    "ask for its results when `foreword batch status` says that it has ended"
                )
            reader = _Reader(session, part, store.members(part), state.ended or session.clock(), stack)
            return await reader.read(store, provider.batches, emit)


async def _part_of(session: Session, store: BatchStore, batches: MessageBatches, batch_id: str) -> Part:
    part = store.part_of(batch_id)
    if part is None:
        # Submitted and not noted: a kill came between.
        for unsettled in store.unsettled(batches.url):
            await adopt(session, store, batches, unsettled)
        part = store.part_of(batch_id)
    if part is None:
        raise UsageError(f"no batch {batch_id} was submitted from here: see `foreword batch status`")
    return part


class _Reader:
    """Makes answers and rows of the ledger out of the results of one batch that ended at `at` (Unix seconds)."""

    def __init__(
        self, session: Session, part: Part, members: Mapping[str, BatchQuestion], at: float, stack: ExitStack
    ) -> None:
        self._session = session
        self._part = part
        self._members = members
        self._at = at
        self._stack = stack
        self._indexes: dict[str, Index | None] = {}

    async def read(self, store: BatchStore, batches: MessageBatches, emit: Emit) -> BatchCounts:
        """Emit all of them, and note what became of each question.

        Raises:
            UsageError: the batch turns out to be somebody else's.
            ModelError: the results broke off; what was booked by then stays booked.
        """
        outcomes, again, errors, rows = (
            dict[str, str](),
            list[BatchQuestion](),
            list[ForewordError](),
            list[LedgerRow](),
        )
        async with aclosing(batches.results(self._part.batch)) as results:
            async for outcome in results:
                question = self._members.get(outcome.custom_id)
                if question is None:
                    continue
                outcomes[outcome.custom_id] = outcome.kind
                again += [question] if outcome.may_retry else []
                emit(self._emitted(question, outcome, rows, errors))
                if len(rows) >= BOOKED_AT_ONCE:
                    self._book(rows)
                    rows.clear()
        self._book(rows)
        if not outcomes:
            store.note(self._part, "void")
            raise UsageError(
                f"{self._part.batch} is not a batch of ours: its questions were not submitted; run the same "
                "`foreword batch --later` again"
            )
        for question in self._missing(outcomes):
            again.append(question)
            emit(self._emitted(question, BatchOutcome(question.custom_id, "missing", None), rows, errors))
        store.collect(self._part, outcomes)
        with suppress(StoreError):  # it runs out by itself
            self._session.ledger.free(self._part.reserved)
        return BatchCounts(self._part.batch, _counts(outcomes.values()), tuple(again), tuple(errors))

    def _book(self, rows: Sequence[LedgerRow]) -> None:
        session = self._session
        session.ledger.book(*rows)
        # Results may be read again, which books nothing new.
        if rows and self._part.state != "collected":
            told = tuple(record_of_row(row, self._at, session.endpoint) for row in rows)
            session.tell(lambda: BatchRecord(told))

    def _missing(self, outcomes: Mapping[str, str]) -> Iterator[BatchQuestion]:
        return (question for name, question in self._members.items() if name not in outcomes)

    def _emitted(
        self,
        question: BatchQuestion,
        outcome: BatchOutcome,
        rows: list[LedgerRow],
        errors: list[ForewordError],
    ) -> BatchAnswer:
        line: dict[str, Any] = json.loads(question.line)
        identity = {"id": line["id"]} if "id" in line else {}
        if outcome.finished is None:
            error = _error(outcome, self._part.batch)
            errors.append(error)
            return BatchAnswer(question.number, identity, error)
        row, answer = self._answered(question, outcome, outcome.finished)
        rows.append(row)
        return BatchAnswer(question.number, identity, answer)

    def _answered(
        self, question: BatchQuestion, outcome: BatchOutcome, finished: Finished
    ) -> tuple[LedgerRow, Answer]:
        facts, session = self._part.facts.get(question.workspace, {}), self._session
        model, _ = session.catalog.find(str(facts.get("model") or outcome.model))
        usage, factor = finished.usage, session.catalog.geography.get(finished.geography, 1.0)
        priced = model.at_batch_prices()
        priced = replace(priced, prices=priced.prices.times(factor))
        verdict = verdict_of(usage, is_cached=bool(facts.get("cached")))
        row = LedgerRow(
            # The same however often the results are read: an answer is booked once.
            id=hashlib.sha256(f"{self._part.batch} {question.custom_id}".encode()).hexdigest()[:32],
            at=self._at,
            workspace=question.workspace,
            kind=BATCH,
            provider=provider_name(session),
            model=model.id,
            simulated=False,
            status="done",
            message_id=finished.message_id,
            usage=usage,
            cost=cost(usage, priced),
            without_cache=cost_without_cache(usage, priced),
            prices=session.catalog.version,
            verdict=verdict.kind,
            digests=facts.get("digests", {}),
            detail=verdict.detail,
            tokens_lost=verdict.tokens_lost,
        )
        row = replace(row, answer=row.id)
        return row, self._answer(question, finished, row, priced, verdict)

    def _answer(
        self, question: BatchQuestion, finished: Finished, row: LedgerRow, model: Model, verdict: Verdict
    ) -> Answer:
        facts = self._part.facts.get(question.workspace, {})
        text = "".join(
            str(block.get("text", "")) for block in finished.content if block.get("type") == "text"
        )
        took_s = max(self._at - self._part.at, 0.0)
        receipt = Receipt(
            usage=row.usage,
            cost=row.cost,
            without_cache=row.without_cache,
            verdict=verdict,
            simulated=False,
            priced_as=model.id,
            prices=row.prices,
            n_requests=1,
            freshness=Freshness(
                str(facts.get("revision", "")),
                str(facts.get("anchor", "")),
                tuple(facts.get("deltaFiles", ())),
            ),
            # An answer of a batch comes as a whole.
            first_token_ms=took_s * 1000,
            total_ms=took_s * 1000,
            request_id=row.id,
            provider=row.provider,
            estimated=model.estimated,
            is_batch=True,
        )
        return Answer(
            text=text,
            provider=row.provider,
            model=row.model,
            stop_reason=finished.stop_reason,
            citations=find_citations(text, self._n_lines(question.workspace)),
            receipt=receipt,
            note=finished.note,
        )

    def _n_lines(self, workspace: str) -> Callable[[str], int | None]:
        """How many lines a file of a folder has, by the index of now; nothing is known of a folder that is gone."""
        if workspace not in self._indexes:
            self._indexes[workspace] = self._index_of(workspace)
        index = self._indexes[workspace]
        return lambda path: index.n_lines(path) if index is not None and path in index.blobs else None

    def _index_of(self, workspace: str) -> Index | None:
        try:
            session = self._session
            if workspace != str(session.root):
                opened = open_session(Path(workspace), {}, session.environ, session.clock)
                session = self._stack.enter_context(opened)
            return take_snapshot(session).index
        except ForewordError:
            return None


def verdict_of(usage: Usage, *, is_cached: bool) -> Verdict:
    """What the cache did with a request of a batch."""
    if not is_cached:
        return Verdict(
            "off", "sent without cache marks: too few questions for a prefix that is written first"
        )
    if usage.read >= max(usage.written, 1):
        return Verdict("hit", f"{usage.read:,} tokens read from the cache")
    if usage.written:
        detail = (
            "the prefix was written before the batch; the provider did not have it when this was answered"
        )
        return Verdict("server_side", detail, tokens_lost=usage.written)
    return Verdict("not_reported", "the endpoint reports neither a read nor a write")


def _error(outcome: BatchOutcome, batch_id: str) -> ForewordError:
    again = f"submit it again by `foreword batch results {batch_id} --retry`"
    match outcome.kind:
        case "expired":
            return ModelUnavailable(
                f"the day of the batch was over before this question was answered: {again}"
            )
        case "canceled":
            return ModelUnavailable(f"the batch was cancelled before this question was answered: {again}")
        case "missing":
            return ModelUnavailable(f"the batch has no result for this question: {again}")
        case _ if outcome.may_retry:
            return ModelUnavailable(
                f"the endpoint failed at this question ({outcome.error or 'no reason told'}): {again}"
            )
        case _:
            return RequestRejected(f"the endpoint rejects this question ({outcome.error or outcome.kind})")


def _counts(kinds: Iterable[str]) -> dict[str, int]:
    counts = dict[str, int]()
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _require_provider(session: Session) -> None:
    if provider_name(session) == "offline":
        raise UsageError("batches are kept by a provider: set ANTHROPIC_API_KEY")
