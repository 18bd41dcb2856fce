"""The words of some files, as runs of bytes: which there are, how often each occurs in each file, where one stands.

No word is made into an object on the way: numpy compares them by their `keys`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foreword.index.outline.references import MAX_LENGTH, MIN_LENGTH
from foreword.index.text.word_keys import Ints, Keys, Spans, firsts, keys_of, padded

_WORD_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") | frozenset(
    range(0x80, 0x100)
)
_IS_WORD = bytes(byte in _WORD_BYTES for byte in range(0x100))
"""A translation table: 1 for what can be part of a word. Beyond ASCII that may also be punctuation or a blank."""
_ZERO, _N_DIGITS = ord("0"), 10


class Tokens(NamedTuple):
    """Words of files that were joined to one `text`.

    `keys` are the different words in ascending order, `spans` says where each stands once, `is_wide` which are not ASCII.
    A word in a file is one element of `rows` (the file), `places` (the word) and `counts`, file by file.
    `long` are words beyond ASCII of more than `MAX_LENGTH` bytes, one by one with their files.
    """

    text: bytes
    keys: Keys
    spans: Spans
    is_wide: NDArray[np.bool_]
    rows: Ints
    places: Ints
    counts: Ints
    long: Sequence[tuple[int, bytes]]


def tokenize(files: Sequence[bytes]) -> Tokens:
    """The words of `files`; of those in ASCII only what can be an identifier of a length that counts."""
    text = padded(b"\n".join([b"", *files, b""]))
    spans, is_wide = _spans(text)
    rows = _rows(spans.begins, files)
    is_long = spans.lengths > MAX_LENGTH
    long = _cut(text, spans.at(is_long), rows[is_long]) if is_long.any() else []
    if long:
        spans, is_wide, rows = spans.at(~is_long), is_wide[~is_long], rows[~is_long]
    found = keys_of(text, spans)
    order = np.argsort(found)
    found = found[order]
    is_first = firsts(found)
    once = np.flatnonzero(is_first)
    keys, first = found[once], order[once]
    pairs = np.sort(rows[order] * max(1, len(keys)) + (np.cumsum(is_first) - 1))
    begins = np.flatnonzero(firsts(pairs))
    rows, places = np.divmod(pairs[begins], max(1, len(keys)))
    counts = np.diff(begins, append=len(pairs))
    return Tokens(text, keys, spans.at(first), is_wide[first], rows, places, counts, long)


def _spans(text: bytes) -> tuple[Spans, NDArray[np.bool_]]:
    """All words that can count, and which have something beyond ASCII; `text` begins and ends with none."""
    is_word = np.frombuffer(text.translate(_IS_WORD), np.bool_)
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    begins = edges[::2]
    lengths = edges[1::2] - begins
    codes = np.frombuffer(text, np.uint8)
    can_count = (
        (lengths >= MIN_LENGTH) & (lengths <= MAX_LENGTH) & (codes[begins] - np.uint8(_ZERO) >= _N_DIGITS)
    )
    is_wide = np.zeros(len(begins), np.bool_)
    if not text.isascii():
        beyond = np.flatnonzero(codes.view(np.int8) < 0)
        is_wide[np.searchsorted(begins, beyond, "right") - 1] = True
        can_count |= is_wide
    kept = np.flatnonzero(can_count)
    return Spans(begins[kept], lengths[kept]), is_wide[kept]


def _rows(begins: Ints, files: Sequence[bytes]) -> Ints:
    """In which file each word stands; there is a byte before each file."""
    ends = np.fromiter(accumulate(len(data) + 1 for data in files), np.int64, len(files))
    return np.repeat(np.arange(len(files)), np.diff(np.searchsorted(begins, ends), prepend=0))


def _cut(text: bytes, spans: Spans, rows: Ints) -> list[tuple[int, bytes]]:
    found = zip(rows.tolist(), *(each.tolist() for each in spans), strict=True)
    return [(row, text[begin : begin + length]) for row, begin, length in found]
