"""What requests cost, in US dollars. Pure arithmetic over `Usage` and a model's prices.

    cost          = (fresh·input + write_5m·w5 + write_1h·w1 + read·r + output·output price) · cliff / 10⁶
    without cache = (prompt·input + output·output price) · cliff / 10⁶

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (pricing): the buckets are disjoint
and each is billed at its own price. The cliff's factor is 1 except for a prompt above the model's limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from foreword.core.token_usage import Usage
from foreword.model.catalog.model_info import Model

PER_TOKEN = 1e-6
"""Prices are per million tokens."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars: what was paid, and what the same tokens would have cost without any caching."""

    total: float = 0.0
    without_cache: float = 0.0
    estimated: bool = False

    @property
    def saved(self) -> float:
        """Net saving; negative where write premiums outweigh the reads."""
        return self.without_cache - self.total

    def __add__(self, other: Cost) -> Cost:
        """Both together; estimated as soon as one part is."""
        return Cost(
            self.total + other.total,
            self.without_cache + other.without_cache,
            self.estimated or other.estimated,
        )


def price(usage: Usage, model: Model) -> Cost:
    """What one request costs.

    `usage` must be of one request, not a sum: a price cliff depends on the size of each prompt.
    """
    return Cost(cost(usage, model), cost_without_cache(usage, model), model.estimated)


def cost(usage: Usage, model: Model) -> float:
    """What one request was billed, in dollars."""
    prices = model.prices
    dollars = (
        usage.fresh * prices.input
        + usage.write_5m * prices.write_5m
        + usage.write_1h * prices.write_1h
        + usage.read * prices.read
        + usage.output * prices.output
    )
    return dollars * _factor(usage, model) * PER_TOKEN


def cost_without_cache(usage: Usage, model: Model) -> float:
    """What one request would have been billed with every prompt token at the base price, in dollars."""
    dollars = usage.prompt * model.prices.input + usage.output * model.prices.output
    return dollars * _factor(usage, model) * PER_TOKEN


def _factor(usage: Usage, model: Model) -> float:
    cliff = model.cliff
    return cliff.factor if cliff is not None and usage.prompt > cliff.above else 1.0
