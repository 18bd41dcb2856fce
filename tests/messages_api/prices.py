"""What a request costs, computed from its `usage` alone: the second opinion about money.

US dollars per million tokens. `ARTICLE` is the price table of the article that made prompt caching
known; it holds for every model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ANY = "*"
CLIFF_TOKENS = 100_000


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens, as decimal strings are read: exactly."""

    fresh: Decimal
    output: Decimal
    write_5m: Decimal
    write_1h: Decimal
    read: Decimal


def _price(fresh: str, output: str, write_5m: str, write_1h: str, read: str) -> Price:
    return Price(Decimal(fresh), Decimal(output), Decimal(write_5m), Decimal(write_1h), Decimal(read))


_SONNET_4 = _price("3", "15", "3.75", "6", "0.30")
_OPUS_5 = _price("5", "25", "6.25", "10", "0.50")
_FABLE_5 = _price("10", "50", "12.50", "20", "1.00")
_FABLE_5_1 = _price("10", "50", "12.50", "20", "0.25")
_FABLE_5_2 = _price("8", "40", "10", "16", "0.20")

ARTICLE: Mapping[str, Price] = {ANY: _SONNET_4}
PRICES: Mapping[str, Price] = {
    "claude-fable-5-2": _FABLE_5_2,
    "claude-mythos-5-2": _FABLE_5_2,
    "claude-opus-5-5": _price("4", "20", "5", "8", "0.20"),
    "claude-sonnet-5-5": _price("2", "10", "2.50", "4", "0.10"),
    "claude-haiku-5-5": _price("0.10", "0.50", "0.125", "0.20", "0.01"),
    "claude-fable-5-1": _FABLE_5_1,
    "claude-mythos-5-1": _FABLE_5_1,
    "claude-fable-5": _FABLE_5,
    "claude-mythos-5": _FABLE_5,
    "claude-opus-5": _OPUS_5,
    "claude-opus-4-8": _OPUS_5,
    "claude-opus-4-7": _OPUS_5,
    "claude-opus-4-6": _OPUS_5,
    "claude-opus-4-5": _OPUS_5,
    "claude-sonnet-5": _price("2", "10", "2.50", "4", "0.20"),
    "claude-sonnet-4-6": _SONNET_4,
    "claude-sonnet-4-5": _SONNET_4,
    "claude-haiku-4-5": _price("1", "5", "1.25", "2", "0.10"),
}
PAST_CLIFF: Mapping[str, Price] = {
    "claude-haiku-5-5": _price("0.50", "2.50", "0.625", "1.00", "0.05"),
}
"""Prices of every token of a request whose whole prompt is over `CLIFF_TOKENS`."""


def cost(usage: Mapping[str, Any], model: str, prices: Mapping[str, Price] = PRICES) -> float:
    """US dollars for `usage` (the API's own field names) on `model`.

    Raises:
        KeyError: neither the model nor `ANY` has a price.
    """
    written = usage.get("cache_creation") or {}
    fresh = usage["input_tokens"]
    write_5m = written.get("ephemeral_5m_input_tokens", 0)
    write_1h = written.get("ephemeral_1h_input_tokens", 0)
    read = usage.get("cache_read_input_tokens") or 0
    price = _price_of(model, fresh + write_5m + write_1h + read, prices)
    dollars = (
        fresh * price.fresh
        + write_5m * price.write_5m
        + write_1h * price.write_1h
        + read * price.read
        + usage["output_tokens"] * price.output
    )
    return float(dollars / 1_000_000)


def _price_of(model: str, prompt: int, prices: Mapping[str, Price]) -> Price:
    if ANY in prices:
        return prices[ANY]
    undated = re.sub(r"-20\d{6}$", "", model)
    if prompt > CLIFF_TOKENS and undated in PAST_CLIFF:
        return PAST_CLIFF[undated]
    return prices[undated]
