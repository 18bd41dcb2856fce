"""The demonstration of `caching_demo` for real: the same requests, sent to a provider, measured and booked.

The prefix is made-up text that begins with a word of chance, so that no cache knows it. Nothing of any workspace is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import uuid4

from foreword.assist.accounts.ledger import LedgerRow
from foreword.assist.question.receipt import dollars
from foreword.assist.session.ports import Provider
from foreword.assist.session.providers import open_online, provider_name
from foreword.assist.session.session import Session
from foreword.assist.spending.limits import day_caps, holding_amount
from foreword.core.errors import LimitError, UsageError
from foreword.core.reply import Finished, TextDelta, ThinkingDelta
from foreword.core.token_usage import Usage
from foreword.core.tokens import weigh
from foreword.model.catalog.model_info import Model, cost, cost_without_cache
from foreword.replay.caching_demo import Demonstration, Scenario

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
    with holding_amount(session, KIND, most, day_caps(session)):
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
