"""Why the cache was hit or missed, from the usage of a request and what was sent before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from foreword.core.usage import Usage
from foreword.prefix.store import Sent

VerdictKind = Literal[
    "hit",
    "cold",
    "changed",
    "expired",
    "model_changed",
    "below_minimum",
    "server_side",
    "not_reported",
    "off",
]


ESTIMATE_SLACK = 1.5
"""Token counts before an answer are estimates: a prefix of up to so many times the minimum may be under it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cache did, and in one sentence why."""

    kind: VerdictKind
    detail: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A request and what came before it; `earlier` newest first, `prefix_tokens` estimated."""

    request: Sent
    marked: bool
    prefix_tokens: int
    minimum: int
    earlier: Sequence[Sent]


def diagnose(usage: Usage, seen: Circumstances) -> Verdict:
    """The verdict on the first request of an answer."""
    if not seen.marked:
        return Verdict("off", "sent without cache marks")
    if usage.read > 0:
        return _judge_read(usage)
    if usage.written == 0:
        return _judge_uncached(seen)
    return _judge_written(seen)


def _judge_read(usage: Usage) -> Verdict:
    if usage.read >= usage.written:
        return Verdict("hit", f"{usage.read:,} tokens read from the cache")
    return Verdict(
        "changed",
        f"only the first {usage.read:,} tokens were unchanged; {usage.written:,} were written anew",
    )


def _judge_uncached(seen: Circumstances) -> Verdict:
    if seen.prefix_tokens < seen.minimum * ESTIMATE_SLACK:
        return Verdict(
            "below_minimum",
            f"the prefix, about {seen.prefix_tokens:,} tokens by estimate, is not cached: {seen.request.model} "
            f"keeps none under {seen.minimum:,}; it is sent at the full price",
        )
    return Verdict("not_reported", "the endpoint reports neither a read nor a write")


def _judge_written(seen: Circumstances) -> Verdict:
    same = [s for s in seen.earlier if (s.provider, s.model) == (seen.request.provider, seen.request.model)]
    if not same:
        others = [
            s for s in seen.earlier if s.provider == seen.request.provider and s.is_warm(seen.request.at)
        ]
        if others:
            return Verdict(
                "model_changed", f"the cache was warm for {others[0].model}; each model has its own"
            )
        return Verdict("cold", "the first request over this prefix; the next ones read it")
    last = same[0]
    if not last.is_warm(seen.request.at):
        idle = seen.request.at - last.at
        return Verdict(
            "expired", f"idle for {_duration(idle)}, longer than the {_duration(last.ttl_s)} it is kept"
        )
    if last.digests.get("instructions") != seen.request.digests.get("instructions"):
        return Verdict("changed", "the instructions or tools differ from the last request's")
    if last.digests.get("base") != seen.request.digests.get("base"):
        return Verdict("changed", "the base was laid anew since the last request")
    return Verdict("server_side", "the same prefix was sent in time; the provider did not have it")


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
