"""What a decision about the prefix looks at, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from foreword.core.token_usage import Usage
from foreword.prefix.policy.activity import Signals
from foreword.prefix.policy.gap_model import GapModel
from foreword.prefix.policy.rates import TTL_SECONDS, Rates, Ttl

Action = Literal["keep", "rebase", "ping", "wait", "let go", "warm"]

GROWTH_TOKENS = 260.0
"""How much a question adds to the delta on the average, as long as nothing better is known."""

GROWTH_QUESTIONS = 10
"""How many questions that weighs as much as."""

MOST_PINGS = 500
"""No plan has more."""


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
        if self.signals.is_away or self.ping_price > self.budget_left:
            return 0
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
    return (GROWTH_QUESTIONS * GROWTH_TOKENS + n_tokens) / (GROWTH_QUESTIONS + n_questions)
