"""The words of one file, or of one path, as a vector: term hashes, and how often each occurs in two fields.

A vector is two byte strings of the same number of elements: little-endian 32-bit hashes in ascending order, and
8-bit counts. A count is two steps of four bits: the lower one for the first field, the upper one for the second.
`STEPS` says what a step stands for, so that a count is exact up to six and grows coarser above.
The fields of a file are the names of its definitions and its body; those of a path are the file's name and its folders.

Vectors are made for many files at once: a call of numpy costs as much as counting the words of a small file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from foreword.index.text.terms import HASH_BYTES, packed_hashes
from foreword.index.text.word_keys import Ints, firsts

N_FIELDS = 2
BITS_A_FIELD = 4
STEPS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 100)

# Rounded down, so that a count is never said to be more than it is.
_STEP_OF = np.array([bisect_right(STEPS, n) - 1 for n in range(STEPS[-1] + 1)], np.uint8)
_COUNT_BITS, _HASH_BITS = 15, 32
_HASH_MASK = (1 << _HASH_BITS) - 1
ROWS_AT_ONCE = 4096
"""Their numbers must fit into what 63 bits leave beside a hash, a field and a count."""

_Number = TypeVar("_Number", bound=np.generic)


class Vector(NamedTuple):
    """Hashes and counts of the words of a file or path, and how many words its second field has in all."""

    hashes: bytes
    counts: bytes
    n_terms: int


def file_vectors(names: Terms, body: Terms, n_files: int) -> Iterator[Vector]:
    """The vector of each of at most `ROWS_AT_ONCE` files, given the terms of its definitions' names and of its body."""
    return _vectors(names, body, n_files)


def path_vectors(paths: Sequence[str]) -> Iterator[Vector]:
    """The vector of each path."""
    for start in range(0, len(paths), ROWS_AT_ONCE):
        parts = [path.rpartition("/") for path in paths[start : start + ROWS_AT_ONCE]]
        names, folders = [{name: 1} for _, _, name in parts], [{folders: 1} for folders, _, _ in parts]
        yield from _vectors(_terms(names), _terms(folders), len(parts))


class Terms(NamedTuple):
    """The terms of one field of some rows: each with its row and how often it occurs."""

    rows: Ints
    hashes: NDArray[np.uint32]
    counts: Ints


def _vectors(names: Terms, body: Terms, n_rows: int) -> Iterator[Vector]:
    """The vectors of rows, given the terms of their two fields."""
    n_terms = np.bincount(body.rows, weights=body.counts, minlength=n_rows).astype(np.int64)
    places, counts = _summed(np.sort(np.concatenate((_keys(names, 0), _keys(body, 1)))))
    terms, begins = _runs(places >> 1)
    steps = _STEP_OF[np.minimum(counts, STEPS[-1])] << (BITS_A_FIELD * (places & 1)).astype(np.uint8)
    counts_of = _reduced(np.bitwise_or, steps, begins).tobytes()
    hashes = (terms & _HASH_MASK).astype("<u4").tobytes()
    ends = np.searchsorted(terms >> _HASH_BITS, np.arange(n_rows + 1)).tolist()
    for start, end, n in zip(ends[:-1], ends[1:], n_terms.tolist(), strict=True):
        yield Vector(hashes[HASH_BYTES * start : HASH_BYTES * end], counts_of[start:end], n)


def _terms(fields: Sequence[Mapping[str, int]]) -> Terms:
    packed = list(map(packed_hashes, chain.from_iterable(fields)))
    n_hashes = np.fromiter(map(len, packed), np.int64, len(packed)) // HASH_BYTES
    rows = np.repeat(np.arange(len(fields)), np.fromiter(map(len, fields), np.int64, len(fields)))
    counts = np.fromiter(chain.from_iterable([field.values() for field in fields]), np.int64, len(packed))
    hashes = np.frombuffer(b"".join(packed), "<u4")
    return Terms(np.repeat(rows, n_hashes), hashes, np.repeat(counts, n_hashes))


def _keys(terms: Terms, field: int) -> Ints:
    """Row, hash, field and count of each term as one number: sorting brings together what belongs together."""
    # 12 bits of row, 32 of hash, one of field and 15 of count: 60 of the 63 that a signed number has.
    counts = np.minimum(terms.counts, STEPS[-1])
    return (terms.rows << _HASH_BITS | terms.hashes) << (_COUNT_BITS + 1) | field << _COUNT_BITS | counts


def _summed(keys: Ints) -> tuple[Ints, Ints]:
    """The keys without their counts, each once, and the sums of these counts."""
    places, begins = _runs(keys >> _COUNT_BITS)
    return places, _reduced(np.add, keys & ((1 << _COUNT_BITS) - 1), begins)


def _runs(ordered: Ints) -> tuple[Ints, Ints]:
    """Each of some ordered numbers once, and where each begins."""
    begins = np.flatnonzero(firsts(ordered))
    return ordered[begins], begins


def _reduced(operation: np.ufunc, values: NDArray[_Number], begins: Ints) -> NDArray[_Number]:
    """The values of each run taken together."""
    return operation.reduceat(values, begins) if len(begins) else values
