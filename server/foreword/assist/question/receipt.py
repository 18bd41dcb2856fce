"""The receipt of an answer: a value, JSON for scripts, and one sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foreword.core.tokens import Usage
from foreword.core.tree import LeftOut, Scope
from foreword.prefix.verdict import Verdict

SMALL, LEAST = 0.00005, 0.0000005
"""US dollars from which four, and from which six places tell more than zero."""
MAX_NAMED = 3
"""Files that the sentence of a receipt names; all of them are in its JSON."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the answer is about: the saved tree, the anchor of its base, and the files that are not as at the anchor.

    `unsaved` are the files whose unsaved text was sent; `unsaved_left_out` those whose unsaved text was not, and why.
    `scope` is the folder that is seen, where the repository is larger.
    """

    revision: str
    anchor: str
    delta_files: tuple[str, ...]
    scope: Scope | None = None
    unsaved: tuple[str, ...] = ()
    unsaved_left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer cost (US dollars), what the cache did, how fresh it is, and how long it took (ms).

    `simulated`: the tokens are estimated, and the cache and so the money are simulated. `estimated`: the prices are an
    assumption. `request_id` is the ledger's name of the answer, for `foreword why --request`. `is_batch`: it was answered in
    a Message Batch, at the prices of one. `effort` is what the request named, empty for the model's own; `media` are pictures
    and PDF files that went with it, by name. `next_cost` is what an answer like this costs while its prefix is warm, None where
    nothing was written for later ones.
    """

    usage: Usage
    cost: float
    without_cache: float
    verdict: Verdict
    simulated: bool
    priced_as: str
    prices: str
    n_requests: int
    freshness: Freshness
    first_token_ms: float | None
    total_ms: float
    request_id: str = ""
    provider: str = ""
    estimated: bool = False
    is_batch: bool = False
    effort: str = ""
    media: tuple[str, ...] = ()
    next_cost: float | None = None

    @property
    def summary(self) -> str:
        """Who answered, cache, money, freshness and time in one sentence, the same in every front end."""
        return " · ".join(
            (
                "offline" if self.simulated else f"{self.provider} · {self.priced_as}",
                *([f"effort {self.effort}"] if self.effort else []),
                *([self._media_phrase()] if self.media else []),
                self._cache_phrase(),
                self._money_phrase(),
                _freshness(self.freshness),
                f"{self.total_ms / 1000:.1f} s",
            )
        )

    def _media_phrase(self) -> str:
        """The pictures and PDF files that went with the question."""
        more = f" and {len(self.media) - MAX_NAMED} more" if len(self.media) > MAX_NAMED else ""
        return f"{', '.join(self.media[:MAX_NAMED])}{more} sent"

    def _cache_phrase(self) -> str:
        """What the cache did with how many tokens of the prompt."""
        # Tokens of a simulation are estimates, and the sentence must not sound like a bill.
        label, about = ("simulated cache", "about ") if self.simulated else ("cache", "")
        where, usage = f" ({self.verdict.file})" if self.verdict.file else "", self.usage
        if self.verdict.kind == "not_reported":
            return f"{label}: no counters, {about}{usage.prompt:,} prompt tokens"
        counts = f"{usage.read:,} read, {usage.written:,} written, {usage.fresh:,} fresh tokens"
        return f"{label}: {self.verdict.kind}{where}, {about}{counts}"

    def _money_phrase(self) -> str:
        """What the answer cost, and what it would have cost without the cache."""
        if self.usage == Usage():
            return "the endpoint told no tokens, so what it cost is not known"
        if not self.without_cache:
            return "costs nothing" if self.simulated else "cost nothing"
        verb = f"would cost (as {self.priced_as})" if self.simulated else "cost"
        about = "about " if self.simulated or self.estimated else ""
        note = " (the prices are estimated)" if self.estimated else ""
        where = " in a batch" if self.is_batch else ""
        without = f"without cache {about}{dollars(self.without_cache)}"
        # What fills the cache costs more than it would without one, and that alone would read as a loss.
        is_dearer = self.next_cost is not None and self.next_cost < self.without_cache < self.cost
        later = f"; the next questions about {dollars(self.next_cost or 0.0)}" if is_dearer else ""
        return f"{verb} {about}{dollars(self.cost)}{where}, {without}{note}{later}"

    def to_json(self) -> dict[str, Any]:
        """As in `foreword.answer/1`."""
        usage, fresh = self.usage, self.freshness
        return {
            "summary": self.summary,
            "tokens": tokens_json(usage),
            "cost": {
                "currency": "USD",
                "total": _money(self.cost),
                "withoutCache": _money(self.without_cache),
                "saved": _money(self.without_cache - self.cost),
                "pricedAs": self.priced_as,
                "prices": self.prices,
                "estimated": self.estimated,
                **({"batch": True} if self.is_batch else {}),
                **({"next": _money(self.next_cost)} if self.next_cost is not None else {}),
            },
            "cache": {
                "verdict": self.verdict.kind,
                "detail": self.verdict.detail,
                "simulated": self.simulated,
                **self.verdict.to_json(),
            },
            "freshness": {
                "revision": fresh.revision,
                "anchor": fresh.anchor,
                "deltaFiles": list(fresh.delta_files),
                "scope": fresh.scope.to_json() if fresh.scope else None,
                "unsaved": list(fresh.unsaved),
                "unsavedLeftOut": [
                    {"path": left.path, "reason": left.reason} for left in fresh.unsaved_left_out
                ],
            },
            "latency": {
                "firstTokenMs": None if self.first_token_ms is None else round(self.first_token_ms),
                "totalMs": round(self.total_ms),
            },
            "requests": self.n_requests,
            "requestId": self.request_id,
            **({"effort": self.effort} if self.effort else {}),
            **({"media": list(self.media)} if self.media else {}),
        }


def receipt_from_json(shown: Mapping[str, Any], provider: str) -> Receipt:
    """The receipt that became this JSON, also in a release that had no sentence for it; `provider` answered."""
    cost, cache, fresh, latency = (shown[key] for key in ("cost", "cache", "freshness", "latency"))
    known = {"file": "file", "layer": "layer", "tokensLost": "tokens_lost", "cause": "cause"}
    more = {name: cache[key] for key, name in known.items() if key in cache}
    tokens = shown["tokens"]
    return Receipt(
        usage=Usage(*(tokens[key] for key in ("fresh", "write5m", "write1h", "read", "output"))),
        cost=cost["total"],
        without_cache=cost["withoutCache"],
        verdict=Verdict(cache["verdict"], cache["detail"], **more),
        simulated=cache["simulated"],
        priced_as=cost["pricedAs"],
        prices=cost["prices"],
        n_requests=shown["requests"],
        freshness=_freshness_from_json(fresh),
        first_token_ms=latency["firstTokenMs"],
        total_ms=latency["totalMs"],
        # Chats keep receipts of older releases, which named no request.
        request_id=shown.get("requestId", ""),
        provider=provider,
        estimated=cost.get("estimated", False),
        is_batch=cost.get("batch", False),
        effort=shown.get("effort", ""),
        next_cost=cost.get("next"),
        media=tuple(shown.get("media", ())),
    )


def tokens_json(usage: Usage) -> dict[str, int]:
    """The tokens of a usage as JSON, by bucket: fresh, written for 5 minutes or an hour, read, output."""
    return {
        "fresh": usage.fresh,
        "write5m": usage.write_5m,
        "write1h": usage.write_1h,
        "read": usage.read,
        "output": usage.output,
    }


def dollars(amount: float) -> str:
    """US dollars with as many places as the amount needs."""
    sign, size = "-" if amount < 0 else "", abs(amount)
    if size >= 1:
        return f"{sign}${size:,.2f}"
    # An answer often costs less than a cent, and a short one of a small model less than a hundredth of one.
    return f"{sign}${size:.6f}" if LEAST <= size < SMALL else f"{sign}${size:.4f}"


def _freshness_from_json(shown: Mapping[str, Any]) -> Freshness:
    scope = shown.get("scope")
    # Receipts of older releases said nothing of these.
    left_out = tuple(LeftOut(left["path"], left["reason"]) for left in shown.get("unsavedLeftOut", ()))
    return Freshness(
        shown["revision"],
        shown["anchor"],
        tuple(shown["deltaFiles"]),
        Scope(scope["folder"], scope["repository"]) if scope else None,
        tuple(shown.get("unsaved", ())),
        left_out,
    )


def _freshness(fresh: Freshness) -> str:
    n_changed, n_unsaved = len(fresh.delta_files), len(fresh.unsaved)
    said = f"with {_files(n_changed, 'changed')}" if n_changed else "no file changed since the base"
    if n_unsaved:
        said += f", {_files(n_unsaved, 'unsaved')} sent"
    left_out = [f"{left.path} ({left.reason})" for left in fresh.unsaved_left_out]
    if left_out:
        more = f" and {len(left_out) - MAX_NAMED} more" if len(left_out) > MAX_NAMED else ""
        said += f", unsaved text not sent: {', '.join(left_out[:MAX_NAMED])}{more}"
    return f"fresh: {said}" + (f", but only {fresh.scope.folder} is seen" if fresh.scope else "")


def _files(n_files: int, what: str) -> str:
    return f"{n_files} {what} file{'s' if n_files > 1 else ''}"


def _money(dollars: float) -> float:
    # One token costs millionths of a dollar: with fewer places a short request would come to nothing.
    return round(dollars, 8)
