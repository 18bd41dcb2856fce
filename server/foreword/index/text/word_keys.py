"""Words in a text as 64-bit keys, which numpy compares instead of the words, and the flat arrays that they are counted in.

Such an array holds runs of equal numbers in order, or lists of different lengths one behind the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_STEP = 8
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_STEP + 1)], np.uint64)
"""What is kept of eight bytes of which so many belong to a word."""
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93))
_SHIFTS = (np.uint64(32), np.uint64(29))
"""Each step can be undone, so words of which only the last bytes differ never have the same key."""

Keys = NDArray[np.uint64]


class Spans(NamedTuple):
    """Words by where they begin in a text and how many bytes they have."""

    begins: Ints
    lengths: Ints

    def at(self, which: NDArray[np.generic]) -> Spans:
        """Those at some positions, or under a mask."""
        return Spans(self.begins[which], self.lengths[which])


def padded(text: bytes) -> bytes:
    """`text` with so much behind it that `keys_of` can read its last word."""
    return text + bytes(_STEP)


def keys_of(text: bytes, spans: Spans) -> Keys:
    """The key of each word of a `padded` text that has no NUL in its words.

    A word of up to eight bytes is its own key; the key of a longer one is a hash of it.
    """
    # One element for each byte, eight bytes wide: they overlap, and nothing is copied. Little-endian, so that
    # a mask of the low bits keeps the first bytes of a word.
    eights: Keys = np.ndarray((len(text) - _STEP + 1,), "<u8", text, strides=(1,))
    begins, lengths = spans
    keys = eights[begins] & _MASKS[np.minimum(lengths, _STEP)]
    longer = np.flatnonzero(lengths > _STEP)
    n_done = _STEP
    while len(longer):
        n_left = lengths[longer] - n_done
        more = eights[begins[longer] + n_done] & _MASKS[np.minimum(n_left, _STEP)]
        keys[longer] = _mixed(keys[longer], more)
        n_done += _STEP
        longer = longer[n_left > _STEP]
    return keys


def look_up(known: Keys, keys: Keys) -> tuple[Ints, NDArray[np.bool_]]:
    """Where each of `keys` stands among the `known` ones, which are in order, or would stand; and which are missing."""
    places = np.searchsorted(known, keys)
    is_missing = np.ones(len(keys), np.bool_)
    inside = np.flatnonzero(places < len(known))
    is_missing[inside] = known[places[inside]] != keys[inside]
    return places, is_missing


def _mixed(keys: Keys, more: Keys) -> Keys:
    """Keys that depend on both; multiplication wraps around."""
    mixed = keys * _MULTIPLIERS[0]
    mixed ^= mixed >> _SHIFTS[0]
    mixed += more
    mixed *= _MULTIPLIERS[1]
    mixed ^= mixed >> _SHIFTS[1]
    return mixed


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


class GrowingArray:
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


class IntegerLists:
    """Lists of numbers of some kind, one after the other; they are numbered in the order in which they come."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._begins = GrowingArray(np.int64)
        self._sizes = GrowingArray(np.int64)
        self._values = GrowingArray(kind)

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
