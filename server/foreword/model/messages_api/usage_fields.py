"""The API's usage fields as disjoint buckets.

`input_tokens` are those after the last breakpoint; writes are split by time to live where the API says so
(https://platform.claude.com/docs/en/build-with-claude/prompt-caching). In a stream the numbers are cumulative,
and a later event may name only some of them, or zeros where a gateway does not know: the last word counts that makes the
prompt no smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from foreword.core.token_usage import Usage

_TOTALS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
OUTPUT = "output_tokens"
MAX_COUNT = 1 << 40
"""No request has so many tokens: a larger number is a fault of the endpoint."""
_SPLIT = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


def counts_of(usage: object) -> dict[str, int]:
    """The token counts that a `usage` object holds; fields that are missing, null or strange are left out."""
    if not isinstance(usage, Mapping):
        return {}
    split = usage.get("cache_creation")
    known = {name: usage.get(name) for name in _TOTALS}
    if isinstance(split, Mapping):
        known |= {name: split.get(name) for name in _SPLIT}
    return {name: count for name, count in known.items() if is_count(count)}


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


def larger(counts: Mapping[str, int], later: Mapping[str, int]) -> dict[str, int]:
    """The counts with what was told later: its word on the prompt, unless that makes the prompt smaller, and the larger output."""
    merged = {**counts, **later}
    if usage_of(merged).prompt < usage_of(counts).prompt:
        merged |= {name: count for name, count in counts.items() if name != OUTPUT}
    return merged | ({OUTPUT: max(counts.get(OUTPUT, 0), merged[OUTPUT])} if OUTPUT in merged else {})


def is_count(value: object) -> TypeGuard[int]:
    """Whether a number can be a number of tokens."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
