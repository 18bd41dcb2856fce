"""Runs of equal numbers in ordered arrays, and lists of different lengths in flat arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_VALUE_BITS = 20


def firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each of some ordered numbers is the first of its kind."""
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return is_first


def summed(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The different ones of `keys` in order, and the sums of their values.

    The keys have at most 43 bits, the values 20: sorted as one number each, they need no order of positions.
    """
    pairs = np.sort(keys << _VALUE_BITS | values)
    ordered = pairs >> _VALUE_BITS
    begins = np.flatnonzero(firsts(ordered))
    ordered, values = ordered[begins], pairs & ((1 << _VALUE_BITS) - 1)
    return ordered, np.add.reduceat(values, begins) if len(begins) else values


class Lists(NamedTuple):
    """Lists of numbers, one after the other in `values`; list n has `sizes[n]` of them from `begins[n]`."""

    begins: Ints
    sizes: Ints
    values: NDArray[Any]

    def extended(self, sizes: Ints, values: NDArray[Any]) -> Lists:
        """With more lists behind these, given in the same way."""
        begins = len(self.values) + np.cumsum(sizes) - sizes
        return Lists(
            np.concatenate((self.begins, begins)),
            np.concatenate((self.sizes, sizes)),
            np.concatenate((self.values, values)),
        )

    def of(self, numbers: Ints) -> tuple[Ints, NDArray[Any]]:
        """The sizes and values of the lists with these numbers."""
        sizes = self.sizes[numbers]
        ends = np.cumsum(sizes)
        n_values = int(ends[-1]) if len(ends) else 0
        return sizes, self.values[np.repeat(self.begins[numbers] - ends + sizes, sizes) + np.arange(n_values)]


def no_lists(kind: type[np.generic]) -> Lists:
    """None yet, of values of a kind."""
    return Lists(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, kind))
