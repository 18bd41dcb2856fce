"""What the cached prefix of recorded requests cost, from the stand-in's own accounts: a second opinion.

The prefix of a request is everything up to its last cache mark in the first user message. What the cache
did not serve or write of it is charged at the full price, so a mark that is ignored counts against us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from messages_api import Recorded

FRESH, WRITE, READ = 3.00, 3.75, 0.30
"""US dollars per million tokens: the prices of the article that made prompt caching known."""


@dataclass(frozen=True, slots=True)
class PrefixMoney:
    """Tokens of the prefixes of some requests, and US dollars for them."""

    tokens: int
    paid: float
    uncached: float

    @property
    def saving(self) -> float:
        """The share of the prefix's input cost that the cache saved."""
        return 1 - self.paid / self.uncached


def prefix_money(requests: Iterable[Recorded]) -> PrefixMoney:
    """The bill for the prefixes of all these requests."""
    tokens, paid = 0, 0.0
    for recorded in requests:
        n_prefix = prefix_tokens(recorded)
        usage = recorded.usage or {}
        written, read = usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]
        tokens += n_prefix
        paid += (n_prefix - written - read) * FRESH + written * WRITE + read * READ
    return PrefixMoney(tokens, paid / 1e6, tokens * FRESH / 1e6)


def prefix_tokens(recorded: Recorded) -> int:
    """The stand-in's own count of the tokens up to the last repository mark."""
    assert recorded.prompt is not None
    return max(position.tokens for position in recorded.prompt.positions if position.ttl)


def blocks(recorded: Recorded) -> list[dict[str, Any]]:
    """The blocks of the first user message."""
    content: list[dict[str, Any]] = (recorded.body or {})["messages"][0]["content"]
    return content


def prefix_texts(recorded: Recorded) -> list[str]:
    """The texts of the first user message up to its last mark."""
    content = blocks(recorded)
    last = max((n for n, block in enumerate(content) if "cache_control" in block), default=-1)
    return [str(block["text"]) for block in content[: last + 1]]


def turn_texts(recorded: Recorded) -> list[str]:
    """The texts of the first user message after its last mark."""
    return [str(block["text"]) for block in blocks(recorded)[len(prefix_texts(recorded)) :]]
