"""Words in a text as 64-bit keys: numpy compares these instead of the words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foreword.index.text.word_arrays import Ints

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
