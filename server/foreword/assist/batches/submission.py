"""Submitting questions in Message Batches, so that none is lost and none is asked twice, whatever kills the process.

    read the lines -> has the endpoint batches? -> settle what an earlier attempt left -> prepare what is not in a batch
    -> limits -> write the prefixes (seed) -> for each batch: note it, submit it, note its id

The same questions, submitted again before their answers were collected, are the same submission: what is in a batch stays
there, and the rest is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from foreword.assist.accounts.ledger import BATCH
from foreword.assist.accounts.reservations import Reservation, part_of
from foreword.assist.answering.batch_answers import BatchAnswer, Emit, Line, identity_of, parse_line
from foreword.assist.batches.batch_requests import Estimate, Source, batch_session, custom_id
from foreword.assist.batches.batch_store import BatchQuestion, BatchStore, Part
from foreword.assist.batches.settlement import settle
from foreword.assist.question.receipt import dollars
from foreword.assist.session.ports import TRUSTED, Runner, Sleep, Warmer, agree, in_place
from foreword.assist.session.providers import open_online, provider_name
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.spending_caps import budget_caps
from foreword.assist.session.trust_store import is_trusted
from foreword.assist.spending.forecast import forecast_request
from foreword.assist.spending.limits import confirm_amount, reserve_amount
from foreword.assist.spending.warm_up import ping
from foreword.core.errors import ForewordError, LimitError, ModelError, StoreError, TrustError, UsageError
from foreword.model.catalog.model_info import cost
from foreword.model.message_batch import BatchRequest, is_refused, split
from foreword.storage.lease import named_lock

BATCH_SCHEMA = "foreword.batch/1"
LASTS_S = 25 * 3600.0
"""How long money is held back for a batch: a day for its answers, and an hour to spare."""
MAX_TRIES = 3
TELL_EVERY = 50
"""Questions from one word of progress to the next."""
NO_KEY = "a batch needs a provider: set ANTHROPIC_API_KEY, or ask the questions now, by `foreword batch` without --later"

Flags = Mapping[str, object]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was submitted: ids of the batches, how many questions are in them, and what those that are new will cost.

    `earlier` of the questions were in a batch already.
    """

    batches: tuple[str, ...]
    questions: int
    estimate: Estimate
    earlier: int = 0

    def to_json(self) -> dict[str, Any]:
        """As `foreword.batch/1`."""
        shown: dict[str, Any] = {
            "schema": BATCH_SCHEMA,
            "batches": list(self.batches),
            "questions": self.questions,
            "estimate": self.estimate.to_json(),
        }
        return shown | ({"earlier": self.earlier} if self.earlier else {})

    @property
    def summary(self) -> str:
        """In a sentence, for people."""
        n, one = len(self.batches), self.estimate
        what = f"{self.questions:,} questions in {n} batch{'es' if n != 1 else ''}"
        if not one.questions:
            return f"{what}, all of them submitted before: foreword batch status"
        saved = f"by `foreword batch` {dollars(one.now)}, without a cache {dollars(one.without_cache)}"
        return f"{what}, about {dollars(one.likely + one.seed)} ({saved}): foreword batch status"


@dataclass(frozen=True, slots=True)
class Row:
    """A line that is to be asked: what it says, its id as it was given, and the line for the store."""

    line: Line
    identity: Mapping[str, Any]
    text: str

    @property
    def number(self) -> int:
        """The number of the line, from 1."""
        return self.line.number


@dataclass(frozen=True, slots=True)
class _PreparedQuestion:
    """A question that is prepared; `most` is what it may cost in US dollars."""

    question: BatchQuestion
    request: BatchRequest
    most: float


async def submit(
    session: Session,
    lines: AsyncIterator[str],
    emit: Emit,
    *,
    flags: Flags,
    tell: Tell,
    run: Runner = in_place,
    sleep: Sleep = asyncio.sleep,
) -> Submitted:
    """Submit the questions; what can't be asked is emitted as an error at once.

    `flags` are the settings of the command line, for the other folders that lines name. `tell` hears how far it is.

    Raises:
        UsageError: there is nothing to ask, or nobody to ask.
        RequestRejected: the endpoint has no Message Batches.
        LimitError: it is over a limit, or was not confirmed; nothing was submitted.
        ModelError: a batch was refused, or nobody answers.
    """
    if provider_name(session) == "offline":
        raise UsageError(NO_KEY)
    rows = await _rows(lines, emit)
    async with AsyncExitStack() as stack:
        store = stack.enter_context(BatchStore(session.places.batches))
        store.prune(session.clock())
        provider = await stack.enter_async_context(open_online(session))
        await provider.batches.check()
        digest = _digest(session, provider.batches.url, rows)
        lock = named_lock(session.leases, f"batch {digest}")
        # In a thread, for it may wait for another process that submits the same.
        await asyncio.to_thread(lock.__enter__)
        stack.callback(lock.__exit__, None, None, None)
        job = Submission(session, store, provider, store.open_run(digest), flags, run=run, sleep=sleep)
        with job.sessions:
            await job.settle(tell)
            return await job.submit(rows, emit, tell)


async def resubmit(
    session: Session,
    questions: Sequence[BatchQuestion],
    emit: Emit,
    *,
    flags: Flags,
    tell: Tell,
    run: Runner = in_place,
    sleep: Sleep = asyncio.sleep,
) -> Submitted | None:
    """Submit questions of one run again, with those of it whose batch never came to be; None if there are none.

    Raises:
        ForewordError: as `submit`.
    """
    if not questions:
        return None
    name = questions[0].run
    async with AsyncExitStack() as stack:
        store = stack.enter_context(BatchStore(session.places.batches))
        provider = await stack.enter_async_context(open_online(session))
        lock = named_lock(session.leases, f"batch {name}")
        await asyncio.to_thread(lock.__enter__)
        stack.callback(lock.__exit__, None, None, None)
        job = Submission(session, store, provider, name, flags, run=run, sleep=sleep)
        with job.sessions:
            await job.settle(tell)
            rows = [_row_of(question) for question in (*questions, *store.stranded(name))]
            return await job.submit(rows, emit, tell, again=True)


@dataclass(slots=True)
class Submission:
    """One run of questions on its way into batches."""

    session: Session
    store: BatchStore
    provider: Warmer
    name: str
    flags: Flags
    run: Runner = in_place
    sleep: Sleep = asyncio.sleep
    sessions: ExitStack = field(default_factory=ExitStack)
    _sources: dict[str, Source] = field(default_factory=dict)

    async def settle(self, tell: Tell) -> None:
        """Find out what became of the batches whose submission was not seen to its end."""
        for part in self.store.parts(self.name):
            if part.state == "sending":
                tell("looking for a batch that was submitted before")
                await settle(self.session, self.store, self.provider.batches, part, self.sleep)

    async def submit(self, rows: Sequence[Row], emit: Emit, tell: Tell, *, again: bool = False) -> Submitted:
        """Submit what is not in a batch yet, or all of it `again`, as batches of its own."""
        before = self.store.parts(self.name) if again else ()
        earlier = {} if again else self.store.questions(self.name)
        estimate = Estimate()
        new = [row for row in rows if row.number not in earlier]
        ready = await self._prepare(new, estimate, emit, tell)
        if ready:
            await self._send_all(ready, estimate, tell)
        known = {part.id for part in before}
        ids = tuple(part.batch for part in self.store.parts(self.name) if part.id not in known)
        return Submitted(ids, len(earlier) + len(ready), estimate, len(earlier))

    async def _prepare(
        self, rows: Sequence[Row], estimate: Estimate, emit: Emit, tell: Tell
    ) -> list[_PreparedQuestion]:
        counts = Counter(self._root(row.line) for row in rows)
        ready = list[_PreparedQuestion]()
        for index, row in enumerate(rows):
            if index % TELL_EVERY == 0:
                tell(f"preparing {len(rows):,} questions ({index:,} done)")
            try:
                root = self._root(row.line)
                ready.append(await self.run(self._prepared, row, root, counts[root], estimate))
            except ForewordError as error:
                emit(BatchAnswer(row.number, row.identity, error))
        return ready

    def _prepared(self, row: Row, root: str, n_questions: int, estimate: Estimate) -> _PreparedQuestion:
        source = self._source(root, n_questions)
        prepared = source.prepare(row.line)
        seen, name = (
            forecast_request(source.session, prepared),
            custom_id(self.name, row.number, row.identity),
        )
        before = estimate.high
        estimate.add(seen, is_cached=source.is_cached)
        question = BatchQuestion(self.name, row.number, name, root, row.text)
        return _PreparedQuestion(question, source.encode(name, prepared), estimate.high - before)

    def _root(self, line: Line) -> str:
        """The folder that a line is about, with symlinks resolved; relative ones count from the command's own."""
        return str((self.session.root / Path(line.workspace).expanduser()).resolve())

    def _source(self, root: str, n_questions: int) -> Source:
        """The folder, opened when it is first asked about.

        Raises:
            WorkspaceError: there is no such folder.
            TrustError: it is not the command's own, and nobody trusts it.
        """
        if root not in self._sources:
            session = self.session if root == str(self.session.root) else self._open(root)
            self._sources[root] = Source(batch_session(session), n_questions)
        return self._sources[root]

    def _open(self, root: str) -> Session:
        # Who types a command in a folder trusts that folder, and not whatever its input names.
        if not is_trusted(self.session.places, Path(root)):
            raise TrustError(f"{root} is not trusted, so nothing of it is sent: run `foreword trust` there")
        opened = open_session(root, self.flags, self.session.environ, self.session.clock)
        session = self.sessions.enter_context(opened)
        if provider_name(session) != provider_name(self.session):
            raise UsageError(
                f"the settings of {root} choose another provider: submit its questions by themselves"
            )
        session.trust = TRUSTED
        return session

    async def _send_all(self, ready: Sequence[_PreparedQuestion], estimate: Estimate, tell: Tell) -> None:
        by_name = {one.request.custom_id: one for one in ready}
        parts = [tuple(by_name[r.custom_id] for r in part) for part in split(one.request for one in ready)]
        estimate.seed = sum(self._seed_cost(source) for source in self._seeded())
        high = estimate.high + estimate.seed
        await confirm_amount(self.session, high, f"{len(ready):,} questions in {len(parts)} batches")
        # All of them before the first is sent: half a submission helps nobody.
        reserved = self._reserve(parts)
        n_sent = 0
        try:
            for source in self._seeded():
                tell("writing the prefix to the cache")
                await self._seed(source)
            for part, name in zip(parts, reserved, strict=True):
                tell(f"submitting batch {n_sent + 1} of {len(parts)}")
                n_sent += 1
                await self._send(part, name)
        except ForewordError:
            for unsent in reserved[n_sent:]:
                self._free(unsent)
            raise

    def _seeded(self) -> list[Source]:
        return [source for source in self._sources.values() if source.is_cached and source.sample is not None]

    def _seed_cost(self, source: Source) -> float:
        assert source.sample is not None, "see _seeded"  # noqa: S101 - the caller's choice
        seen = forecast_request(source.session, source.sample)
        return cost(replace(seen.if_miss, fresh=0), seen.model)

    async def _seed(self, source: Source) -> None:
        """Write a prefix, or renew it: by an ordinary request, before anything reads it."""
        assert source.sample is not None, "see _seeded"  # noqa: S101 - the caller's choice
        alone = replace(source.sample, turn=(), weight=source.sample.prefix_weight)
        # The user was asked about the whole of it.
        await ping(replace(source.session, consent=agree), alone, self.provider, by_itself=False)

    def _reserve(self, parts: Iterable[Sequence[_PreparedQuestion]]) -> list[str]:
        """Hold back the money of each part, by workspace; gives the ids."""
        names, until, caps = list[str](), self.session.clock() + LASTS_S, budget_caps(self.session)
        try:
            for part in parts:
                names.append(uuid4().hex)
                for number, (root, amount) in enumerate(sorted(_amounts(part).items()) if caps else ()):
                    model = self._sources[root].session.model_id
                    name = part_of(names[-1], number)
                    wanted = Reservation(name, BATCH, amount, until, model, root)
                    reserve_amount(self.session, wanted, caps)
        except LimitError:
            for name in names:
                self._free(name)
            raise
        return names

    def _free(self, name: str) -> None:
        with suppress(StoreError):  # it runs out by itself
            self.session.ledger.free(name)

    async def _send(self, ready: Sequence[_PreparedQuestion], reserved: str) -> None:
        """Submit one batch. One of which nobody said whether it came to be is looked for before it is sent again."""
        requests = [one.request for one in ready]
        for attempt in range(MAX_TRIES):
            part = self._note(ready, reserved)
            try:
                state = await self.provider.batches.create(requests)
            except ModelError as error:
                if is_refused(error):
                    self.store.note(part, "void")
                    self._free(reserved)
                    raise
                if await settle(self.session, self.store, self.provider.batches, part, self.sleep):
                    return
                if attempt == MAX_TRIES - 1:
                    raise
            else:
                self.store.note(part, "sent", state.id)
                return

    def _note(self, ready: Sequence[_PreparedQuestion], reserved: str) -> Part:
        facts = {root: source.facts() for root, source in self._sources.items() if source.sample is not None}
        url, now = self.provider.batches.url, self.session.clock()
        part = Part(0, self.name, "sending", "", now, len(ready), url, reserved, facts)
        return self.store.begin(part, (one.question for one in ready))


def _amounts(part: Iterable[_PreparedQuestion]) -> dict[str, float]:
    """What the questions of a part may cost, by workspace."""
    amounts = dict[str, float]()
    for one in part:
        amounts[one.question.workspace] = amounts.get(one.question.workspace, 0.0) + one.most
    return amounts


async def _rows(lines: AsyncIterator[str], emit: Emit) -> list[Row]:
    """The lines that are questions.

    Raises:
        UsageError: there is none.
    """
    rows, number = list[Row](), 0
    async for text in lines:
        number += 1
        if not text.strip():
            continue
        identity = identity_of(text)
        try:
            rows.append(Row(parse_line(number, text), identity, json.dumps(json.loads(text))))
        except UsageError as error:
            emit(BatchAnswer(number, identity, error))
    if not rows:
        raise UsageError('there is nothing to submit: write {"question": "..."}, one object a line')
    return rows


def _row_of(question: BatchQuestion) -> Row:
    """A stored question as the line that it was."""
    line = parse_line(question.number, question.line)
    # Where the line's folder was then: it may be asked again from elsewhere.
    return Row(replace(line, workspace=question.workspace), identity_of(question.line), question.line)


def _digest(session: Session, url: str, rows: Iterable[Row]) -> str:
    """The name of what is asked: the same questions of the same folder, model and endpoint have the same."""
    said = [url, str(session.root), session.model_id, *(f"{row.number} {row.text}" for row in rows)]
    return hashlib.sha256("\0".join(said).encode(errors="surrogatepass")).hexdigest()[:12]
