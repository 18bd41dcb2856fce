"""Runs of equal numbers in ordered arrays, and lists of different lengths in flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_VALUE_BITS = 20
_LEAST_ROOM = 1 << 10


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


class Growing:
    """An array with room for more at its end, which doubles when it is used up: so little is copied.

    The first `length` elements of `room` count.
    """

    def __init__(self, kind: type[np.generic]) -> None:
        self.room: NDArray[Any] = np.zeros(_LEAST_ROOM, kind)
        self.length = 0

    def add(self, values: NDArray[Any] | Sequence[object]) -> None:
        """Some more, at the end."""
        end = self.length + len(values)
        if end > len(self.room):
            grown = np.zeros(max(end, 2 * len(self.room)), self.room.dtype)
            grown[: self.length] = self.room[: self.length]
            self.room = grown
        self.room[self.length : end] = values
        self.length = end


class Lists:
    """Lists of numbers of some kind, one after the other; they are numbered in the order in which they come."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._begins = Growing(np.int64)
        self._sizes = Growing(np.int64)
        self._values = Growing(kind)

    def __len__(self) -> int:
        return self._sizes.length

    def add(self, sizes: Ints, values: NDArray[Any]) -> None:
        """More lists: how long each is, and the numbers of all of them."""
        self._begins.add(self._values.length + np.cumsum(sizes) - sizes)
        self._sizes.add(sizes)
        self._values.add(values)

    def of(self, numbers: Ints) -> tuple[Ints, NDArray[Any]]:
        """The sizes and values of the lists with these numbers."""
        sizes = self._sizes.room[numbers]
        ends = np.cumsum(sizes)
        n_values = int(ends[-1]) if len(ends) else 0
        places = np.repeat(self._begins.room[numbers] - ends + sizes, sizes) + np.arange(n_values)
        return sizes, self._values.room[places]
