"""Tokens: estimates from characters, and the counts of requests in buckets that never overlap.

A text weighs its ASCII characters plus `WIDE_WEIGHT` for each other one; an estimate is weight / ratio,
where ratio is the characters per token of a model, calibrated from the `usage` of its answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


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


NOMINAL_RATIO = 2.5
"""Characters a token on current tokenizers, as Anthropic's documentation has it (1M tokens are about 2.5M characters).

The base is budgeted with this constant, never with a calibrated ratio, so that its bytes depend on
the repository and the settings alone.
"""

WIDE_WEIGHT = 2.5
"""A character outside ASCII costs about a token of its own."""

CALIBRATION_STEP = 0.2
CALIBRATION_RANGE = (1.0, 8.0)


def weigh(text: str) -> float:
    """The weight of `text` in characters."""
    # CPython has this as a flag of the string: nothing is looked through.
    if text.isascii():
        return float(len(text))
    n_ascii = len(text.encode("ascii", "ignore"))
    return n_ascii + WIDE_WEIGHT * (len(text) - n_ascii)


def estimate(text: str, ratio: float = NOMINAL_RATIO) -> int:
    """How many tokens `text` probably costs, rounded up."""
    return ceil(weigh(text) / ratio)


def calibrate(ratio: float, weight: float, n_tokens: int) -> float:
    """The next characters-per-token ratio after a text of `weight` was counted as `n_tokens`.

    An exponential moving average; counts outside `CALIBRATION_RANGE` are taken for noise and ignored.
    """
    if n_tokens <= 0:
        return ratio
    seen = weight / n_tokens
    low, high = CALIBRATION_RANGE
    return ratio + CALIBRATION_STEP * (seen - ratio) if low <= seen <= high else ratio
