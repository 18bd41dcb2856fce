"""The prefix cache: what a request reads, what it writes, and the `usage` that says so.

    plan = cache.plan(request...)     at the start of a request: nothing changes yet
    cache.commit(plan)                when its answer begins: now others can read what it wrote

An entry exists only where an earlier request had a mark. A request looks at each of its marks, the last
one first, and from there back over at most `LOOK_BACK` positions. Lifetimes run from the start of the
request that wrote or read the entry. Assumed, as the documentation is silent: reading an entry also
refreshes the entries at the request's own earlier marks, and nothing is written before what was read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from messages_api.errors import Json
from messages_api.models import Model
from messages_api.prompt import Position, Prompt

LOOK_BACK = 20
SECONDS = {"5m": 300.0, "1h": 3600.0}
RUNS = frozenset({"tool_use", "tool_result"})

Key = tuple[str, str, str]


@dataclass(slots=True)
class Entry:
    """A readable prefix; `expires` is in seconds of the cache's clock."""

    ttl: str
    expires: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request that started at `started` reads and will write, in tokens and as cache keys.

    `verdict` is one of: unmarked, below minimum, read, written, read and written.
    """

    started: float
    read: int
    write_5m: int
    write_1h: int
    fresh: int
    reads: tuple[Key, ...]
    writes: tuple[tuple[Key, str], ...]
    verdict: str

    def usage(self, output: int) -> Json:
        """The API's own `usage`."""
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.write_5m + self.write_1h,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.write_5m,
                "ephemeral_1h_input_tokens": self.write_1h,
            },
            "output_tokens": output,
        }


class PrefixCache:
    """Entries by workspace, model and digest; safe for many threads."""

    def __init__(self) -> None:
        self._entries: dict[Key, Entry] = {}
        self._lock = threading.Lock()

    def plan(self, workspace: str, model: Model, prompt: Prompt, now: float) -> Plan:
        """What a request that starts `now` reads and writes."""
        marked = [index for index, position in enumerate(prompt.positions) if position.ttl]
        usable = [index for index in marked if prompt.positions[index].tokens >= model.minimum]
        with self._lock:
            alive = {key for key, entry in self._entries.items() if entry.expires > now}
        keys = [(workspace, model.id, position.cached) for position in prompt.positions]
        hit = _find(prompt.positions, usable, lambda index: keys[index] in alive)
        plan = _plan(prompt, keys, usable, hit, now)
        return plan if usable else replace(plan, verdict="below minimum" if marked else "unmarked")

    def commit(self, plan: Plan) -> None:
        """The answer begins: reads refresh their entries, writes become readable."""
        with self._lock:
            for key in plan.reads:
                entry = self._entries.get(key)
                if entry is not None and entry.expires > plan.started:
                    entry.expires = max(entry.expires, plan.started + SECONDS[entry.ttl])
            for key, ttl in plan.writes:
                self._entries[key] = Entry(ttl, plan.started + SECONDS[ttl])

    def clear(self) -> None:
        """Forget everything, as a server-side eviction does."""
        with self._lock:
            self._entries.clear()


def _find(positions: tuple[Position, ...], marked: list[int], is_alive: Callable[[int], bool]) -> int | None:
    """The index of the longest readable prefix that the look-back reaches."""
    for mark in reversed(marked):
        for index in _reach(positions, mark):
            if is_alive(index):
                return index
    return None


def _reach(positions: tuple[Position, ...], mark: int) -> Iterator[int]:
    """Indices from `mark` back over `LOOK_BACK` positions; a run of tool calls or results is one position."""
    n_seen = 0
    previous = ""
    for index in range(mark, -1, -1):
        kind = positions[index].piece.kind
        if not (kind in RUNS and kind == previous):
            n_seen += 1
        if n_seen > LOOK_BACK:
            return
        previous = kind
        yield index


def _plan(prompt: Prompt, keys: list[Key], usable: list[int], hit: int | None, now: float) -> Plan:
    """The bill: up to the hit a read, up to the last 1h mark a 1h write, up to the last mark a 5m write."""
    at = prompt.positions
    read = 0 if hit is None else at[hit].tokens
    after = [index for index in usable if hit is None or index > hit]
    long = max((at[index].tokens for index in after if at[index].ttl == "1h"), default=read)
    end = max((at[index].tokens for index in after), default=read)
    reads = [] if hit is None else [*(index for index in usable if index < hit), hit]
    counts = {"read": read, "written": end - read}
    return Plan(
        started=now,
        read=read,
        write_5m=end - long,
        write_1h=long - read,
        fresh=prompt.tokens - end,
        reads=tuple(keys[index] for index in reads),
        writes=tuple((keys[index], at[index].ttl or "5m") for index in after),
        verdict=" and ".join(word for word, n_tokens in counts.items() if n_tokens),
    )
