"""Signs of life: what an editor shows of its user, and how much more or less likely it makes a question."""

from __future__ import annotations

from dataclasses import dataclass

ACTIVE_S = 300.0
"""How long a keystroke or a save counts as being at work."""

AT_WORK, CHATTING, FOCUSED, BLURRED = 2.0, 1.5, 1.25, 0.5
"""Factors on the rate at which questions come (proportional hazards)."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of the editor; all unknown by default.

    `last_change` is when something was typed or saved, in the seconds of the decision's clock.
    `closed` is also true where no process stays that could ping.
    """

    last_change: float | None = None
    focused: bool | None = None
    chat_open: bool = False
    asleep: bool = False
    closed: bool = False

    @property
    def is_away(self) -> bool:
        """Whether nobody can come back without a sign of it."""
        return self.asleep or self.closed

    def hazard(self, now: float) -> float:
        """What the rate of questions is multiplied by: above 1 with signs of life, below 1 without focus."""
        factor = {None: 1.0, True: FOCUSED, False: BLURRED}[self.focused]
        if self.last_change is not None and now - self.last_change < ACTIVE_S:
            factor *= AT_WORK
        return factor * (CHATTING if self.chat_open else 1.0)
