"""A wordbook: what is known of each word that was met, so that a word is made into an object once and not in each file.

A worker keeps one. It says which identifiers a word stands for, in which languages it is a keyword instead, and
under which hashes an identifier is searched. It changes nothing but the time that it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, compress
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foreword.index.outline.references import (
    KEYWORDS,
    MAX_IDENTIFIERS,
    identifiers_in,
    keyword_languages,
    language_bit,
)
from foreword.index.text.term_hashing import Parts
from foreword.index.text.term_vectors import Terms
from foreword.index.text.terms import HASH_BYTES, packed_hashes
from foreword.index.text.tokenizer import Tokens, tokenize
from foreword.index.text.word_keys import Growing, Ints, Keys, Lists, Spans, look_up, summed

MAX_KNOWN = 1 << 18
"""With so many words or identifiers a book is full: it begins anew."""

_NUMBER_BITS = 24
_NUMBER_MASK = (1 << _NUMBER_BITS) - 1
_UNKNOWN = -1


class References(NamedTuple):
    """What a file mentions: identifiers with a blank between two, how often each occurs, and how often all do.

    `counts` has 32 bits an identifier, little-endian.
    """

    names: str
    counts: bytes
    total: int


class Vocabulary:
    """Any thread may use it; calls wait for each other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin()

    def read(self, files: Sequence[tuple[bytes, str]]) -> tuple[list[References], Terms]:
        """The references of files, given by contents and language, and the terms of all these by file.

        Identifiers are those of `references`: at most `MAX_IDENTIFIERS`, the most frequent, then by name.
        """
        spelled = tokenize([data for data, _ in files])
        with self._lock:
            if max(self._names.length, len(self._keys)) > MAX_KNOWN:
                self._begin()
            rows, numbers, counts = self._identifiers(spelled, [language for _, language in files])
            sizes, hashes = self._hashes.of(numbers)
            names = self._names.room[numbers].tolist()
        terms = Terms(np.repeat(rows, sizes), hashes, np.repeat(counts, sizes))
        return _references(rows, names, counts, len(files)), terms

    def terms_of(self, names: Sequence[Sequence[str]]) -> Terms:
        """The terms of some names in each of some rows: what was met is not split and hashed again."""
        each = list(chain.from_iterable(names))
        rows = np.repeat(np.arange(len(names)), np.fromiter(map(len, names), np.int64, len(names)))
        with self._lock:
            numbers = np.array([self._number_of.get(name, _UNKNOWN) for name in each], np.int64)
            is_known = numbers != _UNKNOWN
            sizes, hashes = self._hashes.of(numbers[is_known])
        others = list(map(packed_hashes, compress(each, (~is_known).tolist())))
        other_sizes = np.fromiter(map(len, others), np.int64, len(others)) // HASH_BYTES
        rows = np.concatenate((np.repeat(rows[is_known], sizes), np.repeat(rows[~is_known], other_sizes)))
        hashes = np.concatenate((hashes, np.frombuffer(b"".join(others), "<u4")))
        return Terms(rows, hashes, np.ones(len(rows), np.int64))

    def _begin(self) -> None:
        self._names = Growing(np.object_)
        self._number_of: dict[str, int] = {}
        self._hashes = Lists(np.uint32)
        self._parts = Parts()
        self._keys: Keys = np.zeros(0, np.uint64)
        self._entries = np.zeros(0, np.int64)
        """For each of the keys, which are in ascending order, which list of `_meanings` is its."""
        self._meanings = Lists(np.int64)
        """Numbers of identifiers, with a bit above `_NUMBER_BITS` for each language that has it as a keyword."""

    def _identifiers(self, spelled: Tokens, languages: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Files, numbers of their identifiers, and how often these occur; file by file."""
        entries = self._entries_of(spelled)[spelled.places]
        sizes, meanings = self._meanings.of(entries)
        rows, counts = np.repeat(spelled.rows, sizes), np.repeat(spelled.counts, sizes)
        if spelled.long:
            found = [(row, one) for row, word in spelled.long for one in identifiers_in(word)]
            rows = np.append(rows, np.array([row for row, _ in found], np.int64))
            meant = self._meant_beyond([one for _, one in found])
            meanings = np.append(meanings, np.array(meant, np.int64))
            counts = np.append(counts, np.ones(len(found), np.int64))
        bits = np.array([language_bit(language) for language in languages], np.int64)
        is_meant = (meanings >> _NUMBER_BITS) & bits[rows] == 0
        rows, numbers, counts = rows[is_meant], (meanings & _NUMBER_MASK)[is_meant], counts[is_meant]
        if spelled.long or spelled.is_wide.any():
            keys, counts = summed(rows << _NUMBER_BITS | numbers, counts)
            rows, numbers = keys >> _NUMBER_BITS, keys & _NUMBER_MASK
        return self._limited(rows, numbers, counts)

    def _limited(self, rows: Ints, numbers: Ints, counts: Ints) -> tuple[Ints, Ints, Ints]:
        """Without what is too much in a file."""
        too_long = np.flatnonzero(np.bincount(rows) > MAX_IDENTIFIERS).tolist()
        if not too_long:
            return rows, numbers, counts
        kept = np.ones(len(rows), np.bool_)
        for row in too_long:
            begin, end = np.searchsorted(rows, (row, row + 1)).tolist()
            names = self._names.room[numbers[begin:end]].tolist()
            order = sorted(zip((-counts[begin:end]).tolist(), names, range(begin, end), strict=True))
            kept[[place for _, _, place in order[MAX_IDENTIFIERS:]]] = False
        return rows[kept], numbers[kept], counts[kept]

    def _entries_of(self, spelled: Tokens) -> Ints:
        """For each of the different words the list of what it means."""
        places, is_new = look_up(self._keys, spelled.keys)
        if not is_new.any():
            return self._entries[places]
        new = np.flatnonzero(is_new)
        entries = self._learn(spelled.text, spelled.spans.at(new), spelled.is_wide[new])
        self._entries = np.insert(self._entries, places[new], entries)
        self._keys = np.insert(self._keys, places[new], spelled.keys[new])
        return self._entries[np.searchsorted(self._keys, spelled.keys)]

    def _learn(self, text: bytes, spans: Spans, is_wide: NDArray[np.bool_]) -> Ints:
        """Note what some words mean, and give the numbers of the lists of that."""
        ends = (spans.begins + spans.lengths).tolist()
        words = [text[begin:end] for begin, end in zip(spans.begins.tolist(), ends, strict=True)]
        plain, wide = np.flatnonzero(~is_wide), np.flatnonzero(is_wide)
        names = b" ".join(map(words.__getitem__, plain.tolist())).decode("ascii").split()
        beyond = [identifiers_in(words[place]) for place in wide.tolist()]
        sizes = np.concatenate((np.ones(len(plain), np.int64), np.fromiter(map(len, beyond), np.int64)))
        first = len(self._meanings)
        meant = [*self._meant(names), *self._meant_beyond(list(chain.from_iterable(beyond)))]
        self._meanings.add(sizes, np.array(meant, np.int64))
        entries = np.zeros(len(words), np.int64)
        entries[np.concatenate((plain, wide))] = np.arange(first, first + len(words))
        return entries

    def _meant(self, names: Sequence[str]) -> Sequence[int]:
        """Identifiers as they stand in `_meanings`."""
        numbers = self._numbers(names)
        if KEYWORDS.isdisjoint(names):
            return numbers
        return [
            keyword_languages(name) << _NUMBER_BITS | number if name in KEYWORDS else number
            for name, number in zip(names, numbers, strict=True)
        ]

    def _meant_beyond(self, found: Sequence[tuple[str, bool]]) -> list[int]:
        """The same for some of which it is said whether they can be keywords."""
        names = [name for name, _ in found]
        return [
            meant if can_be_keyword else meant & _NUMBER_MASK
            for meant, (_, can_be_keyword) in zip(self._meant(names), found, strict=True)
        ]

    def _numbers(self, names: Sequence[str]) -> Sequence[int]:
        """The numbers of identifiers, known or new."""
        known = self._number_of
        new = [name for name in dict.fromkeys(names) if name not in known]
        numbers = range(len(known), len(known) + len(new))
        if new:
            known.update(zip(new, numbers, strict=True))
            self._names.add(new)
            self._hashes.add(*self._parts.hashes_of(new))
        return numbers if len(new) == len(names) else [known[name] for name in names]


def _references(rows: Ints, names: Sequence[str], counts: Ints, n_files: int) -> list[References]:
    ends = np.searchsorted(rows, np.arange(n_files + 1)).tolist()
    totals = np.bincount(rows, counts, n_files).astype(np.int64).tolist()
    packed = counts.astype("<u4").tobytes()
    return [
        References(" ".join(names[start:end]), packed[4 * start : 4 * end], total)
        for start, end, total in zip(ends[:-1], ends[1:], totals, strict=True)
    ]
