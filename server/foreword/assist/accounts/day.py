"""The user's own day, which budgets and habits go by."""

from __future__ import annotations

from datetime import datetime


def start_of_day(now: float) -> float:
    """Midnight of the user's own day, in Unix seconds."""
    local = datetime.fromtimestamp(now).astimezone()
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def utc_offset(now: float) -> float:
    """Seconds that the user's own clock is ahead of UTC."""
    offset = datetime.fromtimestamp(now).astimezone().utcoffset()
    return offset.total_seconds() if offset else 0.0
