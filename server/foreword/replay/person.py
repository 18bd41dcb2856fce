"""One person of a replay: the prefix in force, what was saved since it was told, and the signs of life."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from foreword.prefix.policy.activity import Signals
from foreword.prefix.policy.gap_model import DAY_S, GapModel
from foreword.prefix.policy.rates import TTL_SECONDS, Rates, Ttl
from foreword.prefix.policy.situation import Situation, expected_growth
from foreword.prefix.simulator import LOOK_BACK, Position
from foreword.replay.trace import Event

EDIT_TOKENS = 350
"""An edit whose size the trace does not tell."""


@dataclass(slots=True)
class Person:
    """State between events. `today` are the tokens saved since midnight, for a base that is shared by the day."""

    who: int
    shares_anchor: bool
    is_told: bool
    base: int
    version: int = 0
    anchor_day: int = -1
    blocks: list[int] = field(default_factory=list)
    pending: int = 0
    today: int = 0
    day: int = -1
    spent: float = 0.0
    edited: int = 0
    asked: int = 0
    ttl: Ttl | None = None
    renewed: float | None = None
    questions: int = 0
    pings: int = 0
    gaps: GapModel = field(default_factory=GapModel)
    signals: Signals = field(default_factory=Signals)
    wake: float | None = None

    def notice(self, event: Event) -> None:
        """Anything but a question."""
        match event.event:
            case "edit":
                tokens = EDIT_TOKENS if event.tokens is None else event.tokens
                self.pending += tokens
                self.today += tokens
                self.edited += tokens
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
        """What a policy may know."""
        return Situation(
            rates=rates,
            gaps=self.gaps,
            now=now,
            base=self.base,
            delta=sum(self.blocks),
            pending=self.pending if self.is_told else 0,
            turn=turn,
            growth=expected_growth(self.edited, self.asked),
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
        self.blocks = [self.today] if self.shares_anchor and self.is_told and self.today and ttl else []
        self.pending, self.ttl, self.questions = 0, ttl, 0

    def append(self) -> None:
        """One block for what was saved since the last question."""
        if self.is_told and self.pending:
            self.blocks.append(self.pending)
            self.pending = 0

    def positions(self, ttl: Ttl | None, turn: int) -> tuple[Position, ...]:
        """The request: a mark after the base and one after the delta, then the turn.

        Blocks that the look-back of the last mark does not reach stand in the weights only.
        """
        own = f"{self.who}.{self.version}"
        anchor = f"day {self.anchor_day}" if self.shares_anchor else own
        seconds = TTL_SECONDS[ttl] if ttl else None
        weight = float(self.base)
        found, last = [Position(anchor, weight, seconds)], len(self.blocks) - 1
        for index, tokens in enumerate(self.blocks):
            weight += tokens
            if index > last - LOOK_BACK:
                mark = seconds if index == last else None
                found.append(Position(f"{anchor} {own}:{index}", weight, mark))
        return (*found, Position("turn", weight + turn))
