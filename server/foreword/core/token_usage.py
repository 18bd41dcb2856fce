"""Tokens of one or more requests, in buckets that never overlap."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens: `fresh` input at the base price, cache writes by time to live, cache reads, and output.

    The prompt of a request is fresh + write_5m + write_1h + read.
    """

    fresh: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0
    output: int = 0

    @property
    def prompt(self) -> int:
        """All input tokens, however they were billed."""
        return self.fresh + self.write_5m + self.write_1h + self.read

    @property
    def written(self) -> int:
        """Tokens written to the cache."""
        return self.write_5m + self.write_1h

    def __add__(self, other: Usage) -> Usage:
        """Both, bucket by bucket."""
        return Usage(
            self.fresh + other.fresh,
            self.write_5m + other.write_5m,
            self.write_1h + other.write_1h,
            self.read + other.read,
            self.output + other.output,
        )
