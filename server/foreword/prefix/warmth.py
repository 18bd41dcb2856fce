"""Whether a provider's cache still holds a prefix: the one answer to it, from the requests that were sent.

Everything that says "warm" or "cold", or acts by it, asks here: status, context, forecast, pins, the decisions of the
policy, the verdict on a miss, and who waits for whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from foreword.prefix.prefix_store import SentRequest

EFFORT, THINKING, PICTURES = "effort", "thinking", "pictures"
RENDERED = (EFFORT, THINKING, PICTURES)
"""What is no text of the prefix, and yet keeps two entries apart: the API renders it into the prompt.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching, What invalidates the cache. A request that leaves all of it as
the model has it by itself names none of them.
"""
BASE = ("instructions", *RENDERED, "base")
"""The layers up to the breakpoint at the end of the base."""
WITH_DELTA = (*BASE, "delta")
"""The layers up to the last breakpoint of the prefix."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """A prefix in the cache of a provider, where each model has its own; `digests` by layer."""

    provider: str
    model: str
    digests: Mapping[str, str]

    def is_of(self, sent: SentRequest) -> bool:
        """Whether a request went to this provider and model, whatever its prefix."""
        return (sent.provider, sent.model) == (self.provider, self.model)


def key_of(sent: SentRequest) -> CacheKey:
    """The key of what a request wrote or read."""
    return CacheKey(sent.provider, sent.model, sent.digests)


def last_over(
    requests: Iterable[SentRequest], key: CacheKey, layers: Sequence[str] = BASE
) -> SentRequest | None:
    """Of the requests over these layers of a prefix, the one whose entry lives longest, whether it still does or not.

    Records of old releases don't name the instructions: they count as those of now.
    """
    over = (sent for sent in requests if key.is_of(sent) and _has_layers(sent, key, layers))
    # Not the newest: an entry of an hour outlives one of five minutes that was written later.
    return max(over, key=expiry_of, default=None)


def warm_until(
    requests: Iterable[SentRequest], key: CacheKey, now: float, layers: Sequence[str] = BASE
) -> float | None:
    """Until when the cache holds these layers of a prefix (Unix seconds); None if it is cold."""
    last = last_over(requests, key, layers)
    return expiry_of(last) if last is not None and last.is_warm(now) else None


def expiry_of(sent: SentRequest) -> float:
    """When the entry that a request wrote or read grows cold, unless another one renews it (Unix seconds)."""
    return sent.at + sent.ttl_s


def _has_layers(sent: SentRequest, key: CacheKey, layers: Sequence[str]) -> bool:
    unknown = {"instructions": key.digests.get("instructions")}
    return all((unknown | dict(sent.digests)).get(layer) == key.digests.get(layer) for layer in layers)
