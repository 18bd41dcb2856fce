"""One's own ledger as a trace for `foreword replay`: sizes and times, no text, no names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from foreword.assist.accounts.ledger import Ledger

UNCACHED = frozenset({"off", "below_minimum", "not_reported", ""})
"""Where these are the verdicts, the fresh tokens hold the prefix too, and say nothing of the turn."""


def trace_lines(ledger: Ledger, since: float = 0.0, workspace: str | None = None) -> Iterator[str]:
    """The lines of a trace, oldest first; seconds count from the first question since `since` (Unix seconds).

    What a hit wrote behind what it read was saved since the question before: it becomes an edit at the same moment.
    Warm-ups are no lines: whether to send any is for the policy that replays the trace.
    """
    first: float | None = None
    for at, kind, verdict, fresh, written in ledger.answers(since, workspace):
        first = at if first is None else first
        t = round(at - first, 3)
        if verdict == "hit" and written:
            yield json.dumps({"t": t, "event": "edit", "tokens": written})
        asked: dict[str, Any] = {"t": t, "event": "ask", "kind": kind}
        if verdict not in UNCACHED:
            asked["tokens"] = fresh
        yield json.dumps(asked)
