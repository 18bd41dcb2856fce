"""The hashes of the terms of many identifiers at once: the same as `terms.packed_hashes` gives for each.

Identifiers in ASCII are split by numpy; what is left for each of them alone is the hash of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from string import ascii_lowercase, ascii_uppercase, digits
from types import MappingProxyType
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from foreword.index.text.terms import HASH_BYTES, packed_hashes, part_hash
from foreword.index.text.word_keys import Ints, Keys, Spans, firsts, keys_of, look_up, padded

_END = b"\n"
_WHOLE = crc32(b"=")
"""Where the hash of a word as a whole begins, see `terms.whole`."""

_OTHER, _UPPER, _LOWER, _DIGIT = range(4)
_SORT_OF: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(ascii_uppercase, _UPPER),
        **dict.fromkeys(ascii_lowercase, _LOWER),
        **dict.fromkeys(digits, _DIGIT),
    }
)
_SORTS = np.array([_SORT_OF.get(chr(code), _OTHER) for code in range(0x100)], np.uint8)

Hashes = NDArray[np.uint32]


class Parts:
    """The hashes of the parts of identifiers in ASCII, learnt on the way."""

    def __init__(self) -> None:
        self._keys: Keys = np.zeros(0, np.uint64)
        self._hashes: Hashes = np.zeros(0, np.uint32)

    def hashes_of(self, names: Sequence[str]) -> tuple[Ints, Hashes]:
        """For each of some words of at most `MAX_WORD` letters how many hashes it has, and all these hashes."""
        is_plain = [name.isascii() for name in names]
        plain = list(compress(names, is_plain))
        sizes, hashes = self._of_plain(plain)
        if len(plain) == len(names):
            return sizes, hashes
        packed = [packed_hashes(name) for name in names if not name.isascii()]
        all_sizes = np.zeros(len(names), np.int64)
        all_sizes[is_plain] = sizes
        all_sizes[np.logical_not(is_plain)] = np.fromiter(map(len, packed), np.int64) // HASH_BYTES
        found = np.zeros(all_sizes.sum(), np.uint32)
        of_plain = np.repeat(is_plain, all_sizes)
        found[of_plain] = hashes
        found[~of_plain] = np.frombuffer(b"".join(packed), "<u4")
        return all_sizes, found

    def _of_plain(self, names: Sequence[str]) -> tuple[Ints, Hashes]:
        text = "\n".join(["", *names, ""]).encode("ascii")
        lower = text.lower()
        spans, rows = _parts(text)
        parts = self._known(padded(lower), spans)
        n_parts = np.bincount(rows, minlength=len(names))
        is_compound = n_parts > 1
        wholes = compress(lower[1:-1].split(_END), is_compound.tolist())
        sizes = n_parts + is_compound
        ends = np.cumsum(sizes)
        hashes = np.zeros(sizes.sum(), np.uint32)
        hashes[np.arange(len(parts)) + (np.cumsum(is_compound) - is_compound)[rows]] = parts
        hashes[ends[is_compound] - 1] = [crc32(word, _WHOLE) for word in wholes]
        return sizes, hashes

    def _known(self, text: bytes, spans: Spans) -> Hashes:
        """The hash of each part, in lower case."""
        keys = keys_of(text, spans)
        order = np.argsort(keys)
        is_first = firsts(keys[order])
        once = order[is_first]
        places, is_missing = look_up(self._keys, keys[once])
        if is_missing.any():
            missing = once[is_missing]
            begins, lengths = spans.at(missing)
            words = zip(begins.tolist(), (begins + lengths).tolist(), strict=True)
            hashes = [part_hash(text[begin:end].decode("ascii")) or 0 for begin, end in words]
            self._hashes = np.insert(self._hashes, places[is_missing], np.array(hashes, np.uint32))
            self._keys = np.insert(self._keys, places[is_missing], keys[missing])
            places = np.searchsorted(self._keys, keys[once])
        found = np.zeros(len(keys), np.uint32)
        found[order] = self._hashes[places][np.cumsum(is_first) - 1]
        return found


def _parts(text: bytes) -> tuple[Spans, Ints]:
    """The parts of two letters or more of words that stand between line ends, and of which word each is.

    A part begins where the sort of character changes, but a capital belongs to the small letters behind it.
    """
    codes = np.frombuffer(text, np.uint8)
    sorts = _SORTS[codes]
    before, here, behind = sorts[:-2], sorts[1:-1], sorts[2:]
    changes = (before != here) & ~((before == _UPPER) & (here == _LOWER))
    begins_hump = (before == _UPPER) & (here == _UPPER) & (behind == _LOWER)
    is_begin = np.zeros(len(codes), np.bool_)
    is_begin[1:-1] = (here != _OTHER) & (changes | begins_hump)
    is_end = (sorts[:-1] != _OTHER) & (is_begin[1:] | (sorts[1:] == _OTHER))
    begins = np.flatnonzero(is_begin)
    lengths = np.flatnonzero(is_end) + 1 - begins
    kept = lengths > 1
    begins, lengths = begins[kept], lengths[kept]
    rows = np.searchsorted(np.flatnonzero(codes == _END[0]), begins) - 1
    return Spans(begins, lengths), rows
