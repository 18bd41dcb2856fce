"""What a prompt cache saves, by the smallest example: one prefix, some questions over it, a simulated cache.

The numbers are those that the pricing of prompt caching gives for a prefix of N tokens that is asked about Q times within
its lifetime, the questions' own tokens left out:

    without = Q · N · input          with = N · write + (Q - 1) · N · read          (prices a token)

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. The cache is `prefix/simulator.py`, the same
that accounts for answers without a provider; nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from foreword.core.token_usage import Usage
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
