"""Spending limits: nothing is sent that could go past one."""

from __future__ import annotations

from datetime import datetime

from foreword.assist.preparing import Prepared
from foreword.assist.session import Session
from foreword.core.errors import LimitError
from foreword.core.usage import Usage
from foreword.model.pricing import cost


def check_limits(session: Session, prepared: Prepared) -> None:
    """Compare what was spent today, and what this prompt costs if the cache misses, with `limits.day`.

    Raises:
        LimitError: it would be too much.
    """
    limit = session.settings.limits_day
    if not limit:
        return
    spent = session.ledger.spent_since(start_of_day(session.clock()))
    expected = cost(_worst_case(session, prepared), session.model)
    if spent + expected > limit:
        raise LimitError(
            f"today's limit of ${limit:.2f} stands in the way: ${spent:.4f} is spent and this prompt may cost "
            f"${expected:.4f}; raise limits.day, or use --provider offline"
        )


def start_of_day(now: float) -> float:
    """Midnight of the user's own day, in Unix seconds."""
    local = datetime.fromtimestamp(now).astimezone()
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _worst_case(session: Session, prepared: Prepared) -> Usage:
    """The prompt with its whole prefix written anew; the answer's length is not known."""
    prefix, whole = (round(w / session.ratio) for w in (prepared.prefix_weight, prepared.weight))
    if prepared.laid.ttl is None:
        return Usage(fresh=whole)
    written = Usage(write_1h=prefix) if prepared.laid.ttl == "1h" else Usage(write_5m=prefix)
    return Usage(fresh=whole - prefix) + written
