"""Words as the index compares them: identifiers split into their parts, each cut to a light stem, and their hashes.

`HTTPServer.handle_requests` gives `http server handl request`. The same function serves files and questions,
so that a plural, an -ing or a camel hump never stands between them. Text that is written without blanks between its words
(see `unspaced`) gives the pairs of its characters.

For many identifiers at once, those in ASCII are split by numpy: their hashes are the same as `packed_hashes` gives for
each alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from string import ascii_lowercase, ascii_uppercase, digits
from types import MappingProxyType
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from foreword.index.text.term_hash import term_hash
from foreword.index.text.unspaced import RUN, UNSPACED, normal, pairs
from foreword.index.text.word_keys import Ints, Keys, Spans, firsts, keys_of, look_up, padded

# Each class says what of ASCII is not in it: a range up to the last character of Unicode takes milliseconds to compile.
_NO_LETTER = r"\x00-@\[-\^`{-\x7f"
_NO_LETTER_OR_DIGIT = r"\x00-/:-@\[-\^`{-\x7f"
_NOT_SMALL = r"\x00-`{-\x7f"
WORD = re.compile(f"[^{_NO_LETTER}][^{_NO_LETTER_OR_DIGIT}]*|[0-9]{{2,}}")
"""What begins with a letter, an underline or anything beyond ASCII, or is a number of two digits or more."""
_MARKS = r"\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
"""Signs above and below letters, which Python takes for no letters, and what surrounds them in the scripts of India."""
_WIDE_WORD = re.compile(
    rf"[{UNSPACED}]+|(?![{UNSPACED}])[^\W\d](?:(?![{UNSPACED}])[\w{_MARKS}])*|[0-9]{{2,}}"
)
"""The same in a text beyond ASCII, whose punctuation and blanks are not all in ASCII either."""
_PART = re.compile(f"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^{_NOT_SMALL}]+|[A-Z]+|[0-9]+")
_ENDINGS = (("ization", 3), ("ation", 4), ("ing", 3), ("ion", 4), ("ed", 3))
"""Endings with the least number of letters that must be left."""
# Those of `_ENDINGS`: most words end in none of them.
_LAST_LETTERS = frozenset("ngd")
_VOWEL = re.compile(r"[aeiouy]")

SHORTEST = 3
MAX_WORD = 80
"""A longer run of letters is data, not a word."""
HASH_BYTES = 4


def stem(word: str) -> str:
    """`word` (lower case) without the endings of plurals, -ing, -ed and -ation; never shorter than three letters."""
    # "class", "status" and "analysis" are no plurals.
    if word[-1:] == "s" and len(word) > SHORTEST and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > SHORTEST + 1 else word[:-1]
    if word[-1:] in _LAST_LETTERS:
        word = _without_ending(word)
    return word[:-1] if word[-1:] == "e" and len(word) > SHORTEST else word


def _without_ending(word: str) -> str:
    for ending, n_left in _ENDINGS:
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= n_left and _VOWEL.search(root):
            # "running" is doubled for its ending, while "calling", "passing" and "buzzing" have two of their
            # own.
            return root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
    return word


@lru_cache(maxsize=65536)
def parts(word: str) -> tuple[str, ...]:
    """The stems of the parts of one identifier or word, in order; single ASCII letters and digits are dropped."""
    if not word.isascii():
        return tuple(part for piece in words(word) for part in _wide_parts(piece))
    return _stems(word)


def is_compound(word: str) -> bool:
    """Whether it has several `parts`: quicker than to make them."""
    if not word.isascii():
        return len(parts(word)) > 1
    return len(word) <= MAX_WORD and sum(len(piece) > 1 for piece in _PART.findall(word)) > 1


def _wide_parts(word: str) -> Iterable[str]:
    return pairs(word) if RUN.match(word) else _stems(word)


def _stems(word: str) -> tuple[str, ...]:
    if len(word) > MAX_WORD:
        return ()
    pieces = (piece.lower() for piece in _PART.findall(word))
    # One letter beyond ASCII can be a word.
    return tuple(stem(piece) for piece in pieces if len(piece) > 1 or not piece.isascii())


@lru_cache(maxsize=1 << 17)
def packed_hashes(text: str) -> bytes:
    """The little-endian hashes of the terms under which a text with the words of `text` is found.

    These are the parts of each word and, of a word of several parts, the whole.
    """
    if text.isascii():
        return _packed_word(text) if text.isidentifier() else b"".join(map(_packed_word, words(text)))
    return packed_identifier(text) + b"".join(
        _packed(pair) for run in RUN.findall(normal(text)) for pair in pairs(run)
    )


def packed_identifier(text: str) -> bytes:
    """The same without the pairs of characters of what has no blanks between its words."""
    spaced = [word for word in words(text) if not RUN.match(word)]
    packed = b"".join(_packed_word(word) for word in spaced)
    is_mixed = (
        [normal(text)] != spaced and text.isidentifier() and len(text) <= MAX_WORD and is_compound(text)
    )
    return packed + _packed(whole(text)) if is_mixed else packed


def _packed_word(word: str) -> bytes:
    if len(word) > MAX_WORD:
        return b""
    packed = b"".join(map(_packed_part, _PART.findall(word)))
    return packed + _packed(whole(word)) if len(packed) > HASH_BYTES else packed


@lru_cache(maxsize=1 << 16)
def _packed_part(piece: str) -> bytes:
    return b"" if (found := part_hash(piece)) is None else found.to_bytes(HASH_BYTES, "little")


def part_hash(piece: str) -> int | None:
    """The hash of the stem of a part as written; None for one that is dropped."""
    return term_hash(stem(piece.lower())) if len(piece) > 1 or not piece.isascii() else None


def _packed(term: str) -> bytes:
    return term_hash(term).to_bytes(HASH_BYTES, "little")


def words(text: str) -> list[str]:
    """The identifiers and words of `text`, as written; of what has no blanks between its words, all that stands together."""
    return WORD.findall(text) if text.isascii() else _WIDE_WORD.findall(normal(text))


def n_words(found: Sequence[str]) -> int:
    """How many words some are, as people count them: of what stands together without blanks, one a pair of characters."""
    return sum(len(pairs(word)) if not word.isascii() and RUN.match(word) else 1 for word in found)


def terms(text: str) -> list[str]:
    """The stems of all words of `text`."""
    return [part for word in words(text) for part in parts(word)]


def whole(word: str) -> str:
    """The term that stands for the identifier `word` as a whole, whatever its case."""
    # No part begins with the sign, so a whole never meets a part.
    return "=" + (word if word.isascii() else normal(word)).lower()


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
        packed = [packed_identifier(name) for name in names if not name.isascii()]
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
            # Never None here: only single letters are dropped, and these have two or more.
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
