"""The words of one file, or of one path, as a vector: term hashes, and how often each occurs in two fields.

A vector is two byte strings of the same number of elements: little-endian 32-bit hashes in ascending order, and
8-bit counts. A count is two steps of four bits: the lower one for the first field, the upper one for the second.
`STEPS` says what a step stands for, so that a count is exact up to six and grows coarser above.
The fields of a file are the names of its definitions and its body; those of a path are the file's name and its folders.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from foreword.core.outline import Outline
from foreword.index.terms import parts, term_hash, whole, words

N_FIELDS = 2
BITS_A_FIELD = 4
STEPS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 100)

_STEP_OF = tuple(bisect_right(STEPS, n) - 1 for n in range(STEPS[-1] + 1))


def file_vector(outline: Outline) -> tuple[bytes, bytes, int]:
    """Hashes and counts of a file's words, and how many words it has in all."""
    body = _by_hash(outline.references)
    names = _by_hash(Counter(definition.name for definition in outline.definitions))
    return *_joined(names, body), sum(body.values())


@lru_cache(maxsize=1 << 17)
def path_vector(path: str) -> tuple[bytes, bytes]:
    """Hashes and counts of the words of a path."""
    folders, _, name = path.rpartition("/")
    return _joined(_by_hash(Counter((name,))), _by_hash(Counter((folders,))))


def _by_hash(counts: Mapping[str, int]) -> dict[int, int]:
    """Counts of the parts of words and, of words with several parts, of the whole."""
    out: dict[int, int] = {}
    for text, n in counts.items():
        for value in _hashes(text):
            out[value] = out.get(value, 0) + n
    return out


@lru_cache(maxsize=1 << 16)
def _hashes(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for word in words(text):
        pieces = parts(word)
        found += [term_hash(piece) for piece in pieces]
        if len(pieces) > 1:
            found.append(term_hash(whole(word)))
    return tuple(found)


def _joined(first: Mapping[int, int], second: Mapping[int, int]) -> tuple[bytes, bytes]:
    last = STEPS[-1]
    packed = {value: _STEP_OF[min(n, last)] << BITS_A_FIELD for value, n in second.items()}
    for value, n in first.items():
        packed[value] = packed.get(value, 0) | _STEP_OF[min(n, last)]
    hashes = sorted(packed)
    return struct.pack(f"<{len(hashes)}I", *hashes), bytes([packed[value] for value in hashes])
