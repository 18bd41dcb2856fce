"""How large the base is where nobody says it: up to the step that costs more than what it shows is worth.

A larger base shows more of what is asked about, and each question pays for all of it: for reading it where it is warm, for
writing it where it is not. What it shows at each size is a table: rounded means of a count over 15 repositories of whole files
alone, without the map, which a base spends a fifth on; `tests/benchmarks/base_cuts.py` counts so, and `base.py` real bases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from foreword.prefix.policy.situation import PER_TOKEN, Rates

SHOWN: Mapping[int, float] = MappingProxyType(
    {
        15_000: 0.12,
        30_000: 0.21,
        45_000: 0.28,
        60_000: 0.33,
        80_000: 0.37,
        120_000: 0.44,
        200_000: 0.54,
    }
)
"""The share of what is asked about that a base of so many tokens holds in full, the mean of 15 repositories.

A few sizes only: each one is another prefix, which somebody has to write.
"""

LEAST = min(SHOWN)
SMALL = (4_000, 8_000)
"""For models whose window is too short for the least size that is worth it."""

TYPICAL = 60_000
"""Where nothing is paid for tokens, and as what `auto` counts where it is compared with a number."""

ROUND_TOKENS, ROUND_DOLLARS = 30_000, 0.05
"""What a file is worth that need not be looked for first: the fresh tokens of the rounds of tools, and some seconds of a person."""

WINDOW_SHARE = 0.5
"""The rest of a model's window is for changes, excerpts, tools and the answer."""

CLIFF_SHARE = 0.85
"""The same below the length from which a model charges more; most questions stay far under that."""

TYPICAL_QUESTIONS, TYPICAL_COLD = 45.0, 0.05
"""A day of a developer, and the share of questions that find the prefix cold."""

PRIOR_QUESTIONS = 20
"""How many questions the typical habits weigh as much as."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often somebody asks: questions on a day with any, and the share of them that find nothing warm."""

    questions: float = TYPICAL_QUESTIONS
    cold: float = TYPICAL_COLD


@dataclass(frozen=True, slots=True)
class BaseSize:
    """The tokens of a base, and why in a sentence; no reason where the user set them."""

    tokens: int
    why: str = ""


def habits_of(days: int, gaps: int, cold_gaps: int) -> Habits:
    """The habits of who asked on so many days, with so many gaps between questions at one place, some longer than a cache lives."""
    cold = (cold_gaps + PRIOR_QUESTIONS * TYPICAL_COLD) / (gaps + PRIOR_QUESTIONS)
    # Each day of the typical developer that is not yet known counts as one of theirs.
    questions = (gaps + PRIOR_QUESTIONS) / (days + PRIOR_QUESTIONS / TYPICAL_QUESTIONS)
    return Habits(questions, cold)


def base_size(rates: Rates, habits: Habits) -> BaseSize:
    """The size from which the next step no longer pays."""
    fitting, limit = _fitting(rates)
    if not rates.input:
        return BaseSize(min(TYPICAL, fitting[-1]), "nothing is paid for tokens, so it is the usual size")
    price = rates.input * PER_TOKEN
    worth = ROUND_TOKENS * price + ROUND_DOLLARS
    # A cold question writes the base for an hour, a warm one reads it.
    share = rates.reading + habits.cold * max(0.0, rates.writing("1h") - rates.reading)
    for size, larger in pairwise(fitting):
        if size < LEAST:
            continue
        gain, cost = SHOWN[larger] - SHOWN[size], (larger - size) * price * share
        if gain * worth < cost:
            return BaseSize(size, _why(larger - size, gain, gain * worth, cost, habits))
    return BaseSize(fitting[-1], limit)


def _fitting(rates: Rates) -> tuple[list[int], str]:
    """The sizes that a model takes, the smallest first, and what keeps it from taking a larger one."""
    sizes = [*SMALL, *sorted(SHOWN)]
    room, limit = (
        rates.window * WINDOW_SHARE,
        f"more would leave too little of the window of {rates.window:,}",
    )
    if rates.cliff_above is not None and rates.cliff_above * CLIFF_SHARE < room:
        room = rates.cliff_above * CLIFF_SHARE
        limit = f"more could pass the {rates.cliff_above:,} tokens from which each costs {rates.cliff_factor:g} times as much"
    found = [size for size in sizes if size <= room] or [sizes[0]]
    return found, limit if len(found) < len(sizes) else "it is the largest that was measured"


def _why(step: int, gain: float, worth: float, cost: float, habits: Habits) -> str:
    return (
        f"{step:,} more would show about {100 * gain:.0f} % more of what is asked about, worth ${worth:.4f} a question, "
        f"and cost ${cost:.4f} at about {habits.questions:.0f} questions a day"
    )
