"""What a decision about the prefix looks at, and what it says.

What tokens cost and what a cache keeps are plain values: that is all a decision about money needs of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from foreword.core.tokens import Usage
from foreword.prefix.policy.gap_model import GapModel, Signals

Action = Literal["keep", "rebase", "ping", "wait", "let go", "warm"]

GROWTH_TOKENS = 260.0
"""How much a question adds to the delta on the average, as long as nothing better is known."""

GROWTH_QUESTIONS = 10
"""How many questions that weighs as much as."""

MOST_PINGS = 500
"""The most pings that a plan may have."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision looks at. Times are seconds of one clock, whose days begin at midnight.

    `base` and `delta` are tokens in force, `pending` those that a request would append, `turn` those of a turn.
    `renewed` is the start of the last request that wrote or read the prefix, and `ttl` how long it lives
    from there; None where none did. `questions` were asked over this prefix, `pings` sent since the last of them.
    `budget_left` is what may still be spent on warming today, in dollars. `setting` is `cache.ttl`,
    `delta_limit` the most tokens that a delta may have (`context.delta`).
    """

    rates: Rates
    gaps: GapModel
    now: float
    base: int
    delta: int = 0
    pending: int = 0
    turn: int = 0
    growth: float = GROWTH_TOKENS
    ttl: Ttl | None = None
    renewed: float | None = None
    questions: int = 0
    pings: int = 0
    budget_left: float = inf
    signals: Signals = field(default_factory=Signals)
    setting: str = "auto"
    delta_limit: int | None = None

    @property
    def expires(self) -> float:
        """When the prefix in force grows cold."""
        return -inf if self.ttl is None or self.renewed is None else self.renewed + TTL_SECONDS[self.ttl]

    @property
    def is_warm(self) -> bool:
        """Whether the cache probably has it."""
        return self.expires > self.now

    @property
    def most_pings(self) -> int:
        """How many pings may be sent from now on."""
        # Nobody comes back to an editor that is closed or asleep without a sign of it.
        if self.signals.is_away or self.ping_price > self.budget_left:
            return 0
        # Where a read costs nothing, as that of a local model, no budget bounds it.
        return int(min(MOST_PINGS, self.budget_left / self.ping_price)) if self.ping_price else MOST_PINGS

    @property
    def ping_price(self) -> float:
        """What one ping costs, in dollars."""
        return self.rates.cost(Usage(read=self.base + self.delta))


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and why in a sentence for people.

    `ttl` is for the marks of the request (None: no marks); `wake` is when to ask `decide_warmth` (again).
    """

    action: Action
    why: str
    ttl: Ttl | None = None
    wake: float | None = None


def expected_growth(n_tokens: float, n_questions: int) -> float:
    """How much the next question will add to the delta, after `n_questions` that added `n_tokens`."""
    # The usual growth counts as if so many questions had shown it: the first ones alone would say nothing.
    return (GROWTH_QUESTIONS * GROWTH_TOKENS + n_tokens) / (GROWTH_QUESTIONS + n_questions)


Ttl = Literal["5m", "1h"]
TTL_SECONDS: Mapping[Ttl, int] = {"5m": 300, "1h": 3600}

PER_TOKEN = 1e-6
"""Prices are per million tokens."""


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars per million tokens, by bucket.

    `minimum` is the shortest prefix that is cached, `window` the longest prompt, both in tokens.
    A prompt of more than `cliff_above` tokens multiplies every price of its request by `cliff_factor`.
    """

    input: float
    write_5m: float
    write_1h: float
    read: float
    minimum: int = 0
    window: int = 1_000_000
    cliff_above: int | None = None
    cliff_factor: float = 1.0

    def cost(self, usage: Usage) -> float:
        """What the prompt of one request costs, in dollars; output is left out."""
        dollars = (
            usage.fresh * self.input
            + usage.write_5m * self.write_5m
            + usage.write_1h * self.write_1h
            + usage.read * self.read
        )
        # The cliff counts for the whole prompt, not for what is above it.
        return dollars * self.factor(usage.prompt) * PER_TOKEN

    def factor(self, n_prompt: int) -> float:
        """What a prompt of this many tokens multiplies its prices by."""
        return self.cliff_factor if self.cliff_above is not None and n_prompt > self.cliff_above else 1.0

    def room(self, n_least: int) -> int:
        """The longest prompt that is wise, in tokens, where at least `n_least` are needed."""
        below_cliff = self.cliff_above is not None and n_least <= self.cliff_above
        return min(self.window, self.cliff_above or self.window) if below_cliff else self.window

    @property
    def reading(self) -> float:
        """The price of a read as a share of the price of fresh input."""
        return self.read / self.input if self.input else 0.0

    def writing(self, ttl: Ttl) -> float:
        """The price of a write as a multiple of the price of fresh input."""
        price = self.write_1h if ttl == "1h" else self.write_5m
        return price / self.input if self.input else 0.0
