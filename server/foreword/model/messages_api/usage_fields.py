"""The API's usage fields as disjoint buckets.

`input_tokens` are those after the last breakpoint; writes are split by time to live where the API says so
(https://platform.claude.com/docs/en/build-with-claude/prompt-caching). In a stream the numbers are cumulative,
and a later event may name only some of them: the last number seen counts. Engines send even fewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from foreword.core.token_usage import Usage

_TOTALS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_SPLIT = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


def counts_of(usage: object) -> dict[str, int]:
    """The token counts that a `usage` object holds; fields that are missing, null or strange are left out."""
    if not isinstance(usage, Mapping):
        return {}
    split = usage.get("cache_creation")
    known = {name: usage.get(name) for name in _TOTALS}
    if isinstance(split, Mapping):
        known |= {name: split.get(name) for name in _SPLIT}
    return {name: count for name, count in known.items() if _is_count(count)}


def usage_of(counts: Mapping[str, int]) -> Usage:
    """Buckets from counts; writes of unknown time to live are taken for five minutes, the default."""
    write_5m, write_1h = (counts.get(name, 0) for name in _SPLIT)
    written = max(counts.get("cache_creation_input_tokens", 0), write_5m + write_1h)
    return Usage(
        fresh=counts.get("input_tokens", 0),
        write_5m=written - write_1h,
        write_1h=write_1h,
        read=counts.get("cache_read_input_tokens", 0),
        output=counts.get("output_tokens", 0),
    )


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
