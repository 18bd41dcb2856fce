"""Runs a trace through a policy: a virtual clock, the simulated cache of `simulator`, and real prices.

    events, wake-ups -> Situation -> Decision -> request -> Usage -> dollars

A person of a replay has a prefix in force, what was saved since it was told, and activity. The prefix is a base, then one
block a question after a change (the delta), then a mark; the turn follows. A *rebase* makes a new base of the same size
that has all changes so far; what stands before its inner mark (`Sizes.stable`) is what it was, and is read if it is warm. While a machine sleeps nothing is sent.

Several people (`Event.who`) have a cache in common. With `shared_anchor` they have the base in common too: the
state of this morning, so that each one's delta begins with what they saved today. Without, each has a base of
their own, at what they saved last. What others changed today is in nobody's delta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from foreword.core.tokens import Usage
from foreword.prefix.policy.gap_model import DAY_S, GapModel, Signals
from foreword.prefix.policy.situation import TTL_SECONDS, Decision, Rates, Situation, Ttl, expected_growth
from foreword.prefix.simulator import LOOK_BACK, CacheEntry, Position, simulate
from foreword.replay.baselines import Policy
from foreword.replay.trace import Event

BASE_TOKENS, TURN_TOKENS = 80_000, 2_500

PING_TOKENS = 8
"""The turn of a ping: a word that has to be there."""

FORGET_EACH = 1_000
"""After so many requests the entries that have expired are dropped."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of the base, and of a turn where the trace does not tell; so many `stable` ones lead the base and never change."""

    base: int = BASE_TOKENS
    turn: int = TURN_TOKENS
    stable: int = 0


@dataclass(frozen=True, slots=True)
class ReplayedRequest:
    """One request of a replay, as the cache saw it."""

    t: float
    positions: tuple[Position, ...]
    usage: Usage
    is_ping: bool

    @property
    def turn(self) -> int:
        """Tokens after the prefix."""
        return round(self.positions[-1].weight - self.positions[-2].weight)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy came to: dollars for input, questions by hit and miss, writes of the base, pings."""

    policy: str
    cost: float = 0.0
    without_cache: float = 0.0
    hits: int = 0
    misses: int = 0
    writes: int = 0
    pings: int = 0

    @property
    def saved_percent(self) -> float:
        """The share of the input cost that was saved against no caching, in percent."""
        return 100 * (1 - self.cost / self.without_cache) if self.without_cache else 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """`budget` for warming, in US dollars a day and person; `shared_anchor`: whether people have one base in common."""

    budget: float
    shared_anchor: bool = False


def requests_of(
    events: Sequence[Event], policy: Policy, rates: Rates, sizes: Sizes, terms: Terms
) -> Sequence[ReplayedRequest]:
    """Every request that the policy leads to, warm-ups included, in order of time."""
    return _Replay(policy, rates, sizes, terms).run(events)


def outcome(name: str, requests: Sequence[ReplayedRequest], rates: Rates, sizes: Sizes) -> Outcome:
    """The sums over all requests."""
    asks = [sent for sent in requests if not sent.is_ping]
    plain = (Usage(fresh=sizes.base + sent.turn) for sent in asks)
    n_hits = sum(sent.usage.read >= sizes.base for sent in asks)
    return Outcome(
        policy=name,
        cost=sum((rates.cost(sent.usage) for sent in requests), 0.0),
        without_cache=sum(map(rates.cost, plain), 0.0),
        hits=n_hits,
        misses=len(asks) - n_hits,
        writes=sum(sent.usage.written >= sizes.base - sizes.stable for sent in requests),
        pings=len(requests) - len(asks),
    )


class _Replay:
    """The world of one replay: the clock, the cache, the people, the sums."""

    def __init__(self, policy: Policy, rates: Rates, sizes: Sizes, terms: Terms) -> None:
        self._policy, self._rates, self._sizes, self._terms = policy, rates, sizes, terms
        self._entries: dict[str, CacheEntry] = {}
        self._people: dict[int, Person] = {}
        self._wakes: list[tuple[float, int]] = []
        self._requests: list[ReplayedRequest] = []

    def run(self, events: Sequence[Event]) -> list[ReplayedRequest]:
        """All events, each after the wake-ups that come before it."""
        for event in events:
            self._wake_until(event.t)
            person = self._person(event.who)
            person.turn_page(event.t)
            if event.event == "ask":
                self._ask(person, event)
            else:
                person.notice(event)
                self._look_again(person, event.t)
        return self._requests

    def _person(self, who: int) -> Person:
        if who not in self._people:
            is_told = not self._policy.is_stale
            self._people[who] = Person(
                who, self._terms.shared_anchor, is_told, self._sizes.base, self._sizes.stable
            )
        return self._people[who]

    def _ask(self, person: Person, event: Event) -> None:
        turn = self._sizes.turn if event.tokens is None else event.tokens
        person.gaps, person.pings = person.gaps.learn(event.t), 0
        decision = self._policy.request(self._situation(person, event.t, turn))
        if decision.action == "rebase" or not person.version:
            person.rebase(decision.ttl)
        else:
            person.append()
        person.questions += 1
        self._send(person, event.t, decision.ttl, turn, is_ping=False)
        self._follow(person, decision)

    def _wake_until(self, t: float) -> None:
        # What is due at the very moment of an event comes after it: the event may change the decision.
        while self._wakes and self._wakes[0][0] < t:
            at, who = heappop(self._wakes)
            # A wake-up that was called off stays in the heap: only the one in force counts.
            if self._people[who].wake == at:
                self._people[who].wake = None
                self._look(self._people[who], at)

    def _look(self, person: Person, t: float) -> None:
        """Between questions: ping, wait, or let go."""
        if person.signals.asleep:
            return
        person.turn_page(t)
        decision = self._policy.warmth(self._situation(person, t, 0))
        if decision.action == "ping":
            person.pings += 1
            person.spent += self._send(person, t, person.ttl, PING_TOKENS, is_ping=True)
        self._follow(person, decision)

    def _look_again(self, person: Person, t: float) -> None:
        """Activity may change what was decided, as long as a warm prefix is there to be kept."""
        if person.wake is None and person.situation(t, self._rates, 0, 0.0).is_warm:
            self._schedule(person, t)

    def _follow(self, person: Person, decision: Decision) -> None:
        person.wake = None
        if decision.wake is not None:
            self._schedule(person, decision.wake)

    def _schedule(self, person: Person, t: float) -> None:
        person.wake = t
        heappush(self._wakes, (t, person.who))

    def _situation(self, person: Person, t: float, turn: int) -> Situation:
        return person.situation(t, self._rates, turn, self._terms.budget)

    def _send(self, person: Person, t: float, ttl: Ttl | None, turn: int, *, is_ping: bool) -> float:
        """One request through the simulated cache; what it costs in dollars."""
        positions = person.positions(ttl, turn)
        # Only what can be asked for: `simulate` looks through all that it is given.
        known = {at.digest: self._entries[at.digest] for at in positions if at.digest in self._entries}
        usage, changed = simulate(known, positions, now=t, ratio=1.0, minimum=self._rates.minimum)
        self._entries |= changed
        # From the start of the request, as the API counts.
        person.renewed = t if ttl else None
        self._requests.append(ReplayedRequest(t, positions, usage, is_ping))
        if len(self._requests) % FORGET_EACH == 0:
            # For room alone: what has expired is not found anyway.
            self._entries = {digest: entry for digest, entry in self._entries.items() if entry.expires > t}
        return self._rates.cost(usage)


EDIT_TOKENS = 350
"""An edit whose size the trace does not tell."""


@dataclass(slots=True)
class Person:
    """State between events. `today` are the tokens saved since midnight, for a base that is shared by the day."""

    who: int
    shares_anchor: bool
    is_told: bool
    base: int
    stable: int = 0
    version: int = 0
    anchor_day: int = -1
    blocks: list[int] = field(default_factory=list)
    pending: int = 0
    today: int = 0
    day: int = -1
    spent: float = 0.0
    ttl: Ttl | None = None
    renewed: float | None = None
    questions: int = 0
    pings: int = 0
    gaps: GapModel = field(default_factory=GapModel)
    signals: Signals = field(default_factory=Signals)
    wake: float | None = None

    def notice(self, event: Event) -> None:
        """Take an event that is not a question: a save, or activity of the user."""
        match event.event:
            case "edit":
                tokens = EDIT_TOKENS if event.tokens is None else event.tokens
                self.pending += tokens
                self.today += tokens
                self.signals = replace(self.signals, last_change=event.t)
            case "focus" | "blur":
                self.signals = replace(self.signals, focused=event.event == "focus")
            case "sleep" | "wake":
                self.signals = replace(self.signals, asleep=event.event == "sleep")
            case "ask":
                pass

    def turn_page(self, now: float) -> None:
        """A new day has a new budget."""
        day = int(now // DAY_S)
        if day != self.day:
            self.day, self.today, self.spent = day, 0, 0.0

    def situation(self, now: float, rates: Rates, turn: int, budget: float) -> Situation:
        """The situation as the policy may see it: nothing of the future."""
        return Situation(
            rates=rates,
            gaps=self.gaps,
            now=now,
            base=self.base,
            delta=sum(self.blocks),
            pending=self.pending if self.is_told else 0,
            turn=turn,
            # As a server sees it: what grew over the base in force.
            growth=expected_growth(sum(self.blocks), self.questions),
            ttl=self.ttl,
            renewed=self.renewed,
            questions=self.questions,
            pings=self.pings,
            budget_left=budget - self.spent,
            signals=self.signals,
        )

    def rebase(self, ttl: Ttl | None) -> None:
        """A new base: all that was saved, or all until this morning where people share it."""
        self.version += 1
        self.anchor_day = self.day
        # A base of this morning knows nothing of today: that is its first delta block.
        self.blocks = [self.today] if self.shares_anchor and self.is_told and self.today and ttl else []
        self.pending, self.ttl, self.questions = 0, ttl, 0

    def append(self) -> None:
        """One block for what was saved since the last question."""
        if self.is_told and self.pending:
            self.blocks.append(self.pending)
            self.pending = 0

    def positions(self, ttl: Ttl | None, turn: int) -> tuple[Position, ...]:
        """The request: a mark after what is stable in the base, one after the base and one after the delta, then the turn.

        What is stable is the same for everybody and every version of the base: a new one is then read that far.

        Blocks that the look-back of the last mark does not reach stand in the weights only.
        """
        own = f"{self.who}.{self.version}"
        # The digest of a base is its name here: equal names are equal bytes, and so a hit.
        anchor = f"day {self.anchor_day}" if self.shares_anchor else own
        seconds = TTL_SECONDS[ttl] if ttl else None
        weight = float(self.base)
        inner = [Position("stable", float(self.stable), seconds)] if self.stable else []
        found, last = [*inner, Position(anchor, weight, seconds)], len(self.blocks) - 1
        for index, tokens in enumerate(self.blocks):
            weight += tokens
            if index > last - LOOK_BACK:
                mark = seconds if index == last else None
                found.append(Position(f"{anchor} {own}:{index}", weight, mark))
        return (*found, Position("turn", weight + turn))
