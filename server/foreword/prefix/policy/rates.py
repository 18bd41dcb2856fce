"""What tokens cost and what a cache keeps, as plain values: all that a decision about money needs of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from foreword.core.token_usage import Usage

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
