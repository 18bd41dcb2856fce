"""When the anchor moves, and which marks a request gets: pure decisions about money.

A mark (breakpoint) costs a write premium on what it closes and pays when the same bytes are read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Ttl = Literal["5m", "1h"]
TTL_SECONDS: Mapping[Ttl, int] = {"5m": 300, "1h": 3600}


@dataclass(frozen=True, slots=True)
class AnchorView:
    """What is known when the anchor is chosen: is it another tree than the one in force, and what would be lost.

    `is_warm`: some provider probably still has the base in force in its cache.
    """

    in_force: bool
    moved: bool
    is_warm: bool
    delta_tokens: int
    delta_limit: int


def should_rebase(view: AnchorView) -> bool:
    """Whether to lay a new base at the anchor of now and begin with an empty delta.

    Cold: it costs nothing beyond what has to be written anyway. Warm: only when the delta is over its limit.
    """
    if not view.in_force:
        return True
    if not view.is_warm:
        return view.moved or view.delta_tokens > 0
    return view.delta_tokens > view.delta_limit


def choose_ttl(setting: str) -> Ttl | None:
    """The time to live for the marks of a request, or None for no marks at all."""
    match setting:
        case "off":
            return None
        case "1h":
            return "1h"
        case _:
            return "5m"
