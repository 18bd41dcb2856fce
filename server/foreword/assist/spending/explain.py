"""Why a request cost what it cost, in three lines that a person understands (`foreword.why/1`).

what happened        the cache and what was behind it
what it cost         in money, against the same request without a cache
what to do           or that there is nothing to do
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from foreword.assist.accounts.ledger import WARM, Ledger, LedgerRow
from foreword.assist.question.receipt import dollars, tokens_json
from foreword.core.errors import UsageError
from foreword.core.tokens import Usage

NOTHING_YET = "nothing was asked about this workspace yet: there is nothing to explain"
NOTHING_TO_DO = "nothing to do"
OLD_RELEASE = "how it came about was not kept by the release of Foreword that sent it"
TITLES: Mapping[str, str] = MappingProxyType({
    "hit": "the cache was hit",
    "cold": "the prefix was new to the cache",
    "changed": "the prefix had changed",
    "expired": "the cache had expired",
    "model_changed": "it went to another model",
    "tools_changed": "other tools were offered",
    "below_minimum": "the prefix is too short to be cached",
    "concurrent_write": "the prefix was written twice at once",
    "server_side": "the provider had lost the prefix",
    "not_reported": "the endpoint says nothing of a cache",
    "off": "the cache was not used",
})  # fmt: skip
ADVICE: Mapping[str, str] = MappingProxyType({
    "hit": NOTHING_TO_DO,
    "cold": "nothing to do: the next question over this prefix reads it",
    "changed": "nothing to do: the next question reads what was written now",
    "expired": "ask sooner, set cache.ttl to 1h, or keep the prefix warm with `foreword warm`",
    "model_changed": "stay with one model where you can: each one writes the prefix once for itself",
    "tools_changed": "keep tools.rounds and tools.style as they are between questions",
    "below_minimum": "raise context.budget if there is more to show, or choose a model with a lower minimum",
    "concurrent_write": "let the first answer begin before you start others from other machines; here they wait by themselves",
    "server_side": "nothing to do, unless it goes on: then the provider evicts early, and cache.ttl = 1h may help",
    "not_reported": "nothing to do: an engine may reuse prefixes without saying so",
    "off": "nothing to do, unless more questions follow soon: then set cache.ttl to 5m, and leave --no-cache out",
})  # fmt: skip
FOLDED = "raise context.delta if this happens often: more saves then fit before the base is laid anew"


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer (or a warm-up) and what there is to say of it; `requests` in order, the first has the verdict."""

    requests: tuple[LedgerRow, ...]
    lines: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.why/1`; without requests, `request` is null."""
        shown: dict[str, Any] = {"schema": "foreword.why/1", "lines": list(self.lines), "request": None}
        if self.requests:
            shown["request"] = _request_json(self.requests)
        return shown


def explain(ledger: Ledger, workspace: str, name: str = "") -> Explanation:
    """Explain the last answer over a workspace, or the request whose row id or message id begins with `name`.

    Raises:
        UsageError: there is no such request, or more than one.
    """
    entry = _find(ledger, name) if name else ledger.latest(workspace, warm=False) or ledger.latest(workspace)
    if entry is None:
        return Explanation((), (NOTHING_YET,))
    requests = ledger.of_answer(entry)
    return Explanation(requests, explain_requests(requests))


def explain_requests(requests: Sequence[LedgerRow]) -> tuple[str, str, str]:
    """The three lines on the requests of one answer."""
    return _happened(requests), _money(requests), _advice(requests[0])


def _find(ledger: Ledger, name: str) -> LedgerRow:
    found = ledger.find(name)
    if not found:
        raise UsageError(f"no request is called {name!r}: a receipt's requestId in --json is its name")
    first = found[0]
    # A whole name is meant even where a longer one begins with it.
    if len(found) > 1 and name not in (first.id, first.message_id):
        raise UsageError(f"more than one request begins with {name!r}: give more of its name")
    return first


def _happened(requests: Sequence[LedgerRow]) -> str:
    first = requests[0]
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(first.at))
    what = "warm-up" if first.kind == WARM else first.kind
    title = TITLES.get(first.verdict, first.verdict or "the cache was not judged")
    cause = f" ({first.cause})" if first.cause else ""
    simulated = ", simulated" if first.simulated else ""
    detail, api, said = (first.detail or OLD_RELEASE).partition("; the API says")
    return f"{what} of {when}, {first.model}{simulated}: {title}: {detail}{cause}{api}{said}"


def _money(requests: Sequence[LedgerRow]) -> str:
    usage = sum((entry.usage for entry in requests), Usage())
    cost, without = sum(e.cost for e in requests), sum(e.without_cache for e in requests)
    verb = "would have cost" if requests[0].simulated else "cost"
    several = f" in {len(requests)} requests" if len(requests) > 1 else ""
    head = f"it {verb} {dollars(cost)}{several}: {usage.read:,} of {usage.prompt:,} prompt tokens read from the cache"
    if requests[0].kind == WARM:
        return f"{head}; the next question saves more than that if it comes in time"
    saved = without - cost
    if not usage.read and not usage.written:
        return f"{head}, as much as without one"
    if saved >= 0:
        return f"{head}, {dollars(saved)} less than without one"
    return f"{head}, {dollars(-saved)} more than without one, which the next hit earns back"


def _advice(first: LedgerRow) -> str:
    if first.status == "started":
        return "its process ended before the answer did: what the API billed by then is booked; ask again"
    if first.verdict == "changed" and "context.delta" in first.cause:
        return FOLDED
    return ADVICE.get(first.verdict, NOTHING_TO_DO)


def _request_json(requests: Sequence[LedgerRow]) -> dict[str, Any]:
    first = requests[0]
    usage = sum((entry.usage for entry in requests), Usage())
    cost, without = sum(e.cost for e in requests), sum(e.without_cache for e in requests)
    return {
        "id": first.id,
        "messageIds": [entry.message_id for entry in requests if entry.message_id],
        "at": first.at,
        "workspace": first.workspace,
        "kind": first.kind,
        "provider": first.provider,
        "model": first.model,
        "simulated": first.simulated,
        "status": requests[-1].status,
        "requests": len(requests),
        "verdict": first.verdict,
        "detail": first.detail,
        "file": first.file,
        "layer": first.layer,
        "tokensLost": first.tokens_lost,
        "cause": first.cause,
        "tokens": tokens_json(usage),
        "cost": {
            "currency": "USD",
            "total": round(cost, 8),
            "withoutCache": round(without, 8),
            "saved": round(without - cost, 8),
            "prices": first.prices,
        },
        "manifest": first.manifest,
    }
