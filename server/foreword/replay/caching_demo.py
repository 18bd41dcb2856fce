"""What a prompt cache saves, by the smallest example: one prefix and some questions over it, simulated or sent to a provider.

The numbers are those that the pricing of prompt caching gives for a prefix of N tokens that is asked about Q times within
its lifetime, the questions' own tokens left out:

    without = Q · N · input          with = N · write + (Q - 1) · N · read          (prices a token)

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. The cache is `prefix/simulator.py`, the same
that accounts for answers without a provider; nothing is sent.

The prefix is made-up text that begins with a word of chance, so that no cache knows it. Nothing of any workspace is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from foreword.assist.accounts.ledger import LedgerRow
from foreword.assist.question.receipt import dollars
from foreword.assist.session.ports import Provider
from foreword.assist.session.providers import open_online, provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.spending_caps import budget_caps
from foreword.assist.spending.limits import holding_amount
from foreword.core.errors import LimitError, UsageError
from foreword.core.reply import Finished, TextDelta, ThinkingDelta
from foreword.core.tokens import Usage, weigh
from foreword.model.catalog.model_info import Model, cost, cost_without_cache
from foreword.prefix.simulator import CacheEntry, Position, simulate

TTL_S = 300
PAUSE_S = 20.0
"""Seconds from one question to the next: well within the lifetime, which each read renews."""

MAX_BREAKPOINTS = 4
"""How many marks the API takes in one request."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`questions` over a prefix of `tokens`, at the prices of `model`."""

    tokens: int
    questions: int
    model: Model


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The usage of each request, and of three more: what breaks a cache, and what it never keeps.

    `changed_in_front` is a request whose prefix differs by one character at its beginning, `changed_behind` one with
    another question; `below_minimum` has a prefix just too short for the model's cache. `first_token_ms` are the times to the first token of the
    requests, where they were really sent.
    """

    scenario: Scenario
    requests: tuple[Usage, ...]
    changed_in_front: Usage
    changed_behind: Usage
    below_minimum: Usage
    first_token_ms: tuple[float, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it was really sent."""
        return bool(self.first_token_ms)

    @property
    def cold_ms(self) -> float:
        """Milliseconds to the first token of the request that wrote the prefix."""
        return self.first_token_ms[0]

    @property
    def warm_ms(self) -> float:
        """Milliseconds to the first token of a request that read it: the middle one of them."""
        warm = sorted(self.first_token_ms[1:]) or [self.cold_ms]
        return warm[len(warm) // 2]

    @property
    def with_cache(self) -> float:
        """What the requests cost, in dollars."""
        return sum(cost(usage, self.scenario.model) for usage in self.requests)

    @property
    def without_cache(self) -> float:
        """What the same requests cost without marks, in dollars."""
        return sum(cost_without_cache(usage, self.scenario.model) for usage in self.requests)

    @property
    def saved_percent(self) -> float:
        """How much of the cost without a cache is saved, in percent; negative where the writes outweigh the reads."""
        whole = self.without_cache
        return 100 * (1 - self.with_cache / whole) if whole else 0.0


def demonstrate(scenario: Scenario) -> Demonstration:
    """Run the scenario through the simulated cache."""
    model, cache = scenario.model, _Cache(scenario.model.minimum)
    requests = tuple(cache.send("prefix", scenario.tokens) for _ in range(scenario.questions))
    behind = cache.send("prefix", scenario.tokens)
    in_front = cache.send("another first character", scenario.tokens)
    short = _Cache(model.minimum)
    # Sent twice: that the first one reads nothing would prove nothing.
    below = [short.send("short", max(1, model.minimum - 1)) for _ in range(2)][-1]
    return Demonstration(scenario, requests, in_front, behind, below)


class _Cache:
    """A provider's cache on a clock of its own."""

    def __init__(self, minimum: int) -> None:
        self._minimum = minimum
        self._entries: dict[str, CacheEntry] = {}
        self._now = 0.0
        self._n_sent = 0

    def send(self, prefix: str, n_tokens: int) -> Usage:
        """The usage of one request: a marked prefix, and a question that weighs nothing."""
        positions = tuple(self._positions(prefix, n_tokens))
        usage, changed = simulate(self._entries, positions, now=self._now, ratio=1.0, minimum=self._minimum)
        self._entries.update(changed)
        self._now += PAUSE_S
        self._n_sent += 1
        return usage

    def _positions(self, prefix: str, n_tokens: int) -> Iterator[Position]:
        yield Position(prefix, float(n_tokens), TTL_S)
        # The number makes each question a new one; without a mark it is never written.
        yield Position(f"{prefix}, question {self._n_sent}", float(n_tokens))


KIND = "demo"
ANSWER_TOKENS = 64
"""The longest answer: long enough for a first token."""
EXTRA = 4
"""Requests beside the questions: a change in front, one behind, and two of a prefix that is too short."""

Tell = Callable[[str], None]


async def demonstrate_live(session: Session, scenario: Scenario, tell: Tell) -> Demonstration:
    """Send the scenario, after the user agreed to what it costs; each request is booked.

    Raises:
        UsageError: there is nobody to send it to.
        LimitError: the user said no, or the day's limit stands in the way; nothing was sent.
        ModelError: a request was not answered; those before it are booked.
    """
    if provider_name(session) == "offline":
        raise UsageError("there is nobody to ask: set ANTHROPIC_API_KEY, or leave --live out")
    model, n_requests, most = scenario.model, scenario.questions + EXTRA, likely_cost(scenario)
    asked = f"{n_requests} requests to {model.id} with made-up text, for about {dollars(most)}"
    if not await session.consent(f"This sends {asked}. Send them?"):
        raise LimitError(f"nothing was sent: {asked}; agree to it, or give --yes")
    with holding_amount(session, KIND, most, budget_caps(session)):
        async with open_online(session) as provider:
            return await _run(_Sender(session, provider, model), scenario, tell)


def likely_cost(scenario: Scenario) -> float:
    """US dollars of the whole demonstration, its answers as long as they may be."""
    n, model = scenario.tokens, scenario.model
    written, read = Usage(write_5m=n), Usage(read=n)
    prompts = 2 * cost(written, model) + scenario.questions * cost(read, model)
    short = cost(Usage(fresh=2 * model.minimum), model)
    return prompts + short + cost(Usage(output=ANSWER_TOKENS * (scenario.questions + EXTRA)), model)


async def _run(sender: _Sender, scenario: Scenario, tell: Tell) -> Demonstration:
    word, ratio = uuid4().hex, sender.ratio
    prefix = made_up(scenario.tokens, ratio, word)
    answers = list[tuple[Usage, float]]()
    for number in range(scenario.questions):
        tell(f"question {number + 1} of {scenario.questions}")
        answers.append(await sender.send(prefix, number))
    tell("a change in front")
    behind, _ = await sender.send(prefix, scenario.questions)
    in_front, _ = await sender.send(f"X{prefix[1:]}", 0)
    short = made_up(max(1, scenario.model.minimum // 2), ratio, word[::-1])
    # Sent twice: that the first one reads nothing would prove nothing.
    below = [(await sender.send(short, number))[0] for number in range(2)][-1]
    usages, times = tuple(usage for usage, _ in answers), tuple(ms for _, ms in answers)
    return Demonstration(scenario, usages, in_front, behind, below, times)


class _Sender:
    """Sends one request after another, and books each."""

    def __init__(self, session: Session, provider: Provider, model: Model) -> None:
        self.ratio = session.ratio
        self._session = session
        self._provider = provider
        self._model = model

    async def send(self, prefix: str, number: int) -> tuple[Usage, float]:
        """One question over a prefix: its tokens, and the milliseconds to the first token of the answer."""
        at, began, first = self._session.clock(), time.perf_counter(), 0.0
        usage, message_id = Usage(), ""
        async with aclosing(self._provider.stream(_body(self._model, prefix, number))) as events:
            async for event in events:
                if isinstance(event, TextDelta | ThinkingDelta) and not first:
                    first = time.perf_counter()
                if isinstance(event, Finished):
                    usage, message_id = event.usage, event.message_id
        self._book(at, usage, message_id)
        return usage, ((first or time.perf_counter()) - began) * 1000

    def _book(self, at: float, usage: Usage, message_id: str) -> None:
        session, name = self._session, uuid4().hex
        row = LedgerRow(
            id=name,
            at=at,
            workspace=str(session.root),
            kind=KIND,
            provider=self._provider.name,
            model=self._model.id,
            simulated=False,
            status="done",
            message_id=message_id,
            usage=usage,
            cost=cost(usage, self._model),
            without_cache=cost_without_cache(usage, self._model),
            prices=session.catalog.version,
            verdict="",
            digests={},
        )
        session.ledger.book(replace(row, answer=name))


def made_up(n_tokens: int, ratio: float, word: str) -> str:
    """About so many tokens of text that no cache knows: lines of a list, the first with a word of chance."""
    lines, weight = list[str](), 0.0
    for line in _lines(word):
        lines.append(line)
        weight += weigh(line)
        if weight / ratio >= n_tokens:
            break
    return "".join(lines)


def _lines(word: str) -> Iterator[str]:
    yield f"List {word}\n"
    number = 0
    while True:
        number += 1
        yield f"Line {number}: shelf {number * 7 % 97}, box {number * 31 % 89}, {number * 13 % 101} pieces\n"


def _body(model: Model, prefix: str, number: int) -> dict[str, Any]:
    content = [
        {"type": "text", "text": prefix, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": f"How many pieces are in line {number + 1}? Answer with the number alone."},
    ]
    return {
        "model": model.id,
        "max_tokens": ANSWER_TOKENS,
        "messages": [{"role": "user", "content": content}],
    }
