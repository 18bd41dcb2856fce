"""Why the cache was hit or missed, from the usage of a request and what was sent before it.

The provider's own diagnosis compares requests, with their questions, and not the cached prefixes; so it can add to
what is found here, and it decides only where nothing on our side explains a miss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from foreword.core.tokens import Usage
from foreword.prefix.manifest import Difference, changed_inputs
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.warmth import EFFORT, PICTURES, RENDERED, THINKING, key_of, last_over

VerdictKind = Literal[
    "hit",
    "cold",
    "changed",
    "expired",
    "model_changed",
    "tools_changed",
    "below_minimum",
    "concurrent_write",
    "server_side",
    "not_reported",
    "off",
]


ESTIMATE_SLACK = 1.5
"""Token counts before an answer are estimates: a prefix of up to so many times the minimum may be under it."""

OWN = "the model's own"
"""What is not named in a request."""

API_KINDS: Mapping[str, VerdictKind] = MappingProxyType(
    {"model_changed": "model_changed", "tools_changed": "tools_changed", "system_changed": "changed"}
)
"""What the API says of a miss that its own words explain; `messages_changed` is said of every new question."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cache did, and in one sentence why.

    For a miss: `layer` and `file` say what first differed (empty: nothing, or not known), `tokens_lost` how much of
    what the last request had in the cache was not read, `cause` which commit or save did it.
    """

    kind: VerdictKind
    detail: str
    file: str = ""
    layer: str = ""
    tokens_lost: int = 0
    cause: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is known beside kind and detail."""
        known = {"file": self.file, "layer": self.layer, "tokensLost": self.tokens_lost, "cause": self.cause}
        return {key: value for key, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class ApiDiagnosis:
    """What the API says about a miss, in its words; `missed` is its own estimate of the tokens."""

    reason: str
    missed: int | None = None


@dataclass(frozen=True, slots=True)
class VerdictInputs:
    """A request and what came before it; `earlier` newest first, `prefix_tokens` estimated.

    `difference` is where the prefix parts from that of `compared_with(request, earlier)`; `elsewhere` are the requests
    of the same worktree under other settings.
    """

    request: SentRequest
    marked: bool
    prefix_tokens: int
    minimum: int
    earlier: Sequence[SentRequest]
    difference: Difference | None = None
    elsewhere: Sequence[SentRequest] = ()
    api: ApiDiagnosis | None = None


def compared_with(request: SentRequest, earlier: Sequence[SentRequest]) -> SentRequest | None:
    """The request that a verdict looks back at: over the same base, if one is warm, else the newest."""
    key = key_of(request)
    # Before all else one with the same effort and the like, whose entries this one can read.
    for layers in ((*RENDERED, "base"), ("base",)):
        alike = last_over(earlier, key, layers)
        if alike is not None and alike.is_warm(request.at):
            return alike
    # `earlier` is newest first.
    return next((sent for sent in earlier if key.is_of(sent)), None)


def diagnose(usage: Usage, seen: VerdictInputs) -> Verdict:
    """The verdict on the first request of an answer."""
    if not seen.marked:
        return Verdict("off", "sent without cache marks")
    # Before all else: an endpoint that reports nothing must not be told that something was lost.
    if usage.read == 0 and usage.written == 0:
        return _judge_uncached(seen)
    last = compared_with(seen.request, seen.earlier)
    judged = _judge_read(usage, seen, last) if usage.read else _judge_written(usage, seen, last)
    return _with_api(judged, seen.api)


def _judge_read(usage: Usage, seen: VerdictInputs, last: SentRequest | None) -> Verdict:
    lost = max(0, last.cached - usage.read) if last is not None else 0
    if last is not None and last.is_warm(seen.request.at) and seen.difference is not None and lost > 0:
        return _changed(seen.difference, lost)
    if usage.read >= usage.written or (last is not None and last.cached and lost == 0):
        return Verdict("hit", f"{usage.read:,} tokens read from the cache")
    if last is not None and not last.is_warm(seen.request.at):
        return replace(_expired(seen.request, last), tokens_lost=lost)
    return Verdict(
        "changed",
        f"only the first {usage.read:,} tokens were unchanged; {usage.written:,} were written anew",
        tokens_lost=lost,
    )


def _judge_uncached(seen: VerdictInputs) -> Verdict:
    if seen.prefix_tokens < seen.minimum * ESTIMATE_SLACK:
        return Verdict(
            "below_minimum",
            f"the prefix, about {seen.prefix_tokens:,} tokens by estimate, is not cached: {seen.request.model} "
            f"keeps none under {seen.minimum:,}; it is sent at the full price",
        )
    return Verdict(
        "not_reported",
        "no counters: the endpoint reports neither a read nor a write, so what its cache did is not known",
    )


def _judge_written(usage: Usage, seen: VerdictInputs, last: SentRequest | None) -> Verdict:
    if last is None:
        return _judge_first(seen)
    lost = last.cached or usage.written
    # Before what changed: what had expired is written anew, whatever else differs.
    if not last.is_warm(seen.request.at):
        return replace(_expired(seen.request, last), tokens_lost=lost)
    changed = _changed_rendering(seen.request, last, lost) or _changed_layer(seen, last, lost)
    if changed is not None:
        return changed
    # An entry can be read only once the answer to the request that writes it has begun.
    if last.readable_at > seen.request.at:
        return Verdict(
            "concurrent_write",
            "another request was writing the same prefix when this one was sent, so it was written twice",
            tokens_lost=lost,
        )
    # Comes last: the provider is to blame only where nothing on our side explains it.
    detail = "the same prefix was sent in time; the provider did not have it"
    return Verdict("server_side", detail, tokens_lost=lost)


def _judge_first(seen: VerdictInputs) -> Verdict:
    now, provider = seen.request.at, seen.request.provider
    key = key_of(seen.request)
    moved = [s for s in seen.elsewhere if key.is_of(s) and s.is_warm(now)]
    # Another model may have a base of another size, and so other settings.
    before = seen.earlier or (() if moved else seen.elsewhere)
    others = [s for s in before if s.provider == provider and s.is_warm(now) and not key.is_of(s)]
    if others:
        return Verdict(
            "model_changed",
            f"the cache was warm for {others[0].model}; each model has its own, and this went to {seen.request.model}",
            tokens_lost=others[0].cached,
        )
    if moved:
        inputs = changed_inputs(moved[0].digests, seen.request.digests)
        # A record of an older release does not say what it was made from.
        why = (
            inputs
            or "for other settings (context.budget, context.pins, .forewordignore, or a release of Foreword)"
        )
        return Verdict(
            "changed",
            f"the base was laid anew{':' if inputs else ''} {why}",
            layer="base",
            tokens_lost=moved[0].cached,
        )
    return Verdict("cold", "the first request over this prefix; the next ones read it")


def _changed_layer(seen: VerdictInputs, last: SentRequest, lost: int) -> Verdict | None:
    """What the digests of the layers say; which file it was, if that is known."""
    # A layer that an older release did not record is taken for the same.
    differs = {
        name for name, digest in seen.request.digests.items() if last.digests.get(name, digest) != digest
    }
    if "endpoint" in differs:
        old, new = (
            digests["endpoint"] or "the provider's own" for digests in (last.digests, seen.request.digests)
        )
        detail = f"the endpoint changed from {old} to {new}; each has a cache of its own"
        return Verdict("changed", detail, layer="endpoint", tokens_lost=lost)
    # In the order of the prompt: what differs first makes all behind it be written anew.
    if "tools" in differs:
        inputs = changed_inputs(last.digests, seen.request.digests, of_tools=True)
        detail = "the tools differ from the last request's, and all that follows them with them"
        detail += f": {inputs}" if inputs else ""
        return Verdict("tools_changed", detail, layer="tools", tokens_lost=lost)
    if differs & {"instructions", "system"}:
        detail = "the instructions or tools differ from the last request's"
        return Verdict("changed", detail, layer="instructions", tokens_lost=lost)
    if seen.difference is not None:
        return _changed(seen.difference, lost)
    if "base" in differs:
        detail = "the base was laid anew since the last request"
        return Verdict("changed", detail, layer="base", tokens_lost=lost)
    return None


def _changed_rendering(request: SentRequest, last: SentRequest, lost: int) -> Verdict | None:
    """What is no text, and yet keeps the entries of two requests apart; None where it is the same."""
    old, new = last.digests, request.digests
    detail = ""
    if old.get(PICTURES) != new.get(PICTURES):
        with_them = "this request has pictures, and the last one had none"
        without = "this request has no pictures, and the last one had some"
        detail = f"{with_them if PICTURES in new else without}: the cache keeps messages with pictures apart"
    elif differing := [key for key in (EFFORT, THINKING) if old.get(key) != new.get(key)]:
        told = (f"{key} changed from {old.get(key, OWN)} to {new.get(key, OWN)}" for key in differing)
        detail = f"{' and '.join(told)}: each has a cache of its own"
    return Verdict("changed", detail, layer="parameters", tokens_lost=lost) if detail else None


def _changed(difference: Difference, lost: int) -> Verdict:
    return Verdict(
        "changed",
        f"{_what(difference)}; {lost:,} cached tokens were not read",
        file=difference.path,
        layer=difference.layer,
        tokens_lost=lost,
    )


def _what(difference: Difference) -> str:
    match difference.layer:
        case "base":
            what = f"{difference.path} was {difference.how}" if difference.path else "its overview differs"
            return f"the base was laid anew: {what} first"
        case "delta":
            what = (
                f"what it says of {difference.path} differs first"
                if difference.path
                else "it has another shape"
            )
            return f"the delta was begun anew: {what}"
        case _:
            return f"the {difference.layer} differ from the last request's"


def _expired(request: SentRequest, last: SentRequest) -> Verdict:
    idle, kept = _duration(request.at - last.at), _duration(last.ttl_s)
    return Verdict("expired", f"idle for {idle}, longer than the {kept} it is kept")


def _with_api(verdict: Verdict, api: ApiDiagnosis | None) -> Verdict:
    """The verdict with the API's own words; they decide where we found nothing."""
    # The API compares whole requests, questions too, and so finds a difference in every hit.
    if api is None or verdict.kind == "hit":
        return verdict
    missed = f", about {api.missed:,} tokens missed" if api.missed else ""
    said = replace(verdict, detail=f"{verdict.detail}; the API says {api.reason}{missed}")
    if verdict.kind == "server_side" and api.reason in API_KINDS:
        return replace(said, kind=API_KINDS[api.reason])
    return said


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
