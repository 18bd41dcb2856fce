"""A vocabulary: what is known of each word that was met, so that a word is made into an object once and not in each file.

A worker keeps one. It says which identifiers a word stands for, in which languages it is a keyword instead, and
under which hashes an identifier is searched. It changes nothing but the time that it takes.

The words of some files are runs of bytes: which there are, how often each occurs in each file, where one stands. No
word is made into an object on the way: numpy compares them by their `keys`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, compress
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foreword.index.outline.references import (
    KEYWORDS,
    MAX_IDENTIFIERS,
    MAX_LENGTH,
    MIN_LENGTH,
    identifiers_in,
    keyword_languages,
    language_bit,
)
from foreword.index.text.term_hash import term_hash
from foreword.index.text.term_vectors import Terms
from foreword.index.text.terms import HASH_BYTES, Parts, packed_hashes
from foreword.index.text.unspaced import count_pairs
from foreword.index.text.word_keys import (
    GrowingArray,
    IntegerLists,
    Ints,
    Keys,
    Spans,
    firsts,
    keys_of,
    look_up,
    padded,
    summed,
)

MAX_KNOWN = 1 << 18
"""With so many words or identifiers a vocabulary is full: it begins anew."""

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
    """The words that a process has met: their identifiers, keywords and hashes, by number.

    At most about `MAX_KNOWN` words. Any thread may use it; calls wait for each other.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin()

    def read(self, files: Sequence[tuple[bytes, str]]) -> tuple[list[References], Terms]:
        """The references of files, given by contents and language, and the terms of all these by file.

        Identifiers are those of `references`: at most `MAX_IDENTIFIERS`, the most frequent, then by name.
        """
        # Before the lock is taken: it shares nothing with other threads.
        spelled = tokenize([data for data, _ in files])
        with self._lock:
            if max(self._names.length, len(self._keys)) > MAX_KNOWN:
                self._begin()
            rows, numbers, counts = self._identifiers(spelled, [language for _, language in files])
            sizes, hashes = self._hashes.of(numbers)
            names = self._names.room[numbers].tolist()
        terms = Terms(np.repeat(rows, sizes), hashes, np.repeat(counts, sizes))
        if spelled.is_wide.any() or spelled.long:
            terms = _joined(terms, _pairs([data for data, _ in files]))
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
        self._names = GrowingArray(np.object_)
        self._number_of: dict[str, int] = {}
        self._hashes = IntegerLists(np.uint32)
        self._parts = Parts()
        self._keys: Keys = np.zeros(0, np.uint64)
        self._entries = np.zeros(0, np.int64)
        """For each of the keys, which are in ascending order, which list of `_meanings` is its."""
        self._meanings = IntegerLists(np.int64)
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
        # A word in ASCII means one identifier; only others can mean several, or one that is there already.
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
        # Decoded in one go: a call for each word costs more than all of the decoding.
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


def _pairs(files: Sequence[bytes]) -> Terms:
    """The pairs of characters of what has no blanks between its words, as terms: they are no identifiers."""
    each = [() if data.isascii() else tuple(count_pairs(data).items()) for data in files]
    sizes = np.fromiter(map(len, each), np.int64, len(each))
    found = list(chain.from_iterable(each))
    return Terms(
        np.repeat(np.arange(len(files)), sizes),
        np.array([term_hash(pair) for pair, _ in found], np.uint32),
        np.array([count for _, count in found], np.int64),
    )


def _joined(one: Terms, other: Terms) -> Terms:
    return Terms(
        np.concatenate((one.rows, other.rows)),
        np.concatenate((one.hashes, other.hashes)),
        np.concatenate((one.counts, other.counts)),
    )


def _references(rows: Ints, names: Sequence[str], counts: Ints, n_files: int) -> list[References]:
    ends = np.searchsorted(rows, np.arange(n_files + 1)).tolist()
    totals = np.bincount(rows, counts, n_files).astype(np.int64).tolist()
    packed = counts.astype("<u4").tobytes()
    return [
        References(" ".join(names[start:end]), packed[4 * start : 4 * end], total)
        for start, end, total in zip(ends[:-1], ends[1:], totals, strict=True)
    ]


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
    # File and word as one number, which sorts by file; at least 1, for `divmod` below divides by it.
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
    # A byte below the digits wraps around as it is unsigned, so one comparison excludes just the ten digits.
    can_count = (
        (lengths >= MIN_LENGTH) & (lengths <= MAX_LENGTH) & (codes[begins] - np.uint8(_ZERO) >= _N_DIGITS)
    )
    is_wide = np.zeros(len(begins), np.bool_)
    if not text.isascii():
        # As signed bytes those beyond ASCII are the negative ones.
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
