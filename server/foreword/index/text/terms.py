"""Words as the index compares them: identifiers split into their parts, each cut to a light stem.

`HTTPServer.handle_requests` gives `http server handl request`. The same function serves files and questions,
so that a plural, an -ing or a camel hump never stands between them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

# Each class says what of ASCII is not in it: a range up to the last character of Unicode takes milliseconds to compile.
_NO_LETTER = r"\x00-@\[-\^`{-\x7f"
_NO_LETTER_OR_DIGIT = r"\x00-/:-@\[-\^`{-\x7f"
_NOT_SMALL = r"\x00-`{-\x7f"
WORD = re.compile(f"[^{_NO_LETTER}][^{_NO_LETTER_OR_DIGIT}]*|[0-9]{{2,}}")
"""What begins with a letter, an underline or anything beyond ASCII, or is a number of two digits or more."""
_PART = re.compile(f"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^{_NOT_SMALL}]+|[A-Z]+|[0-9]+")
_ENDINGS = (("ization", 3), ("ation", 4), ("ing", 3), ("ion", 4), ("ed", 3))
"""Endings with the least number of letters that must be left."""
_LAST_LETTERS = frozenset("ngd")
_VOWEL = re.compile(r"[aeiouy]")

SHORTEST = 3
MAX_WORD = 80
"""A longer run of letters is data, not a word."""
HASH_BYTES = 4


def stem(word: str) -> str:
    """`word` (lower case) without the endings of plurals, -ing, -ed and -ation; never shorter than three letters."""
    if word[-1:] == "s" and len(word) > SHORTEST and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > SHORTEST + 1 else word[:-1]
    if word[-1:] in _LAST_LETTERS:
        word = _without_ending(word)
    return word[:-1] if word[-1:] == "e" and len(word) > SHORTEST else word


def _without_ending(word: str) -> str:
    for ending, n_left in _ENDINGS:
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= n_left and _VOWEL.search(root):
            return root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
    return word


@lru_cache(maxsize=65536)
def parts(word: str) -> tuple[str, ...]:
    """The stems of the parts of one identifier or word, in order; single ASCII letters and digits are dropped."""
    if len(word) > MAX_WORD:
        return ()
    pieces = (piece.lower() for piece in _PART.findall(word))
    return tuple(stem(piece) for piece in pieces if len(piece) > 1 or not piece.isascii())


def is_compound(word: str) -> bool:
    """Whether it has several `parts`: quicker than to make them."""
    if len(word) > MAX_WORD:
        return False
    return sum(len(piece) > 1 or not piece.isascii() for piece in _PART.findall(word)) > 1


@lru_cache(maxsize=1 << 17)
def packed_hashes(text: str) -> bytes:
    """The little-endian hashes of the terms under which a text with the words of `text` is found.

    These are the parts of each word and, of a word of several parts, the whole.
    """
    return _packed_word(text) if text.isidentifier() else b"".join(map(_packed_word, words(text)))


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
    """The identifiers and words of `text`, as written."""
    return WORD.findall(text)


def terms(text: str) -> list[str]:
    """The stems of all words of `text`."""
    return [part for word in words(text) for part in parts(word)]


def whole(word: str) -> str:
    """The term that stands for the identifier `word` as a whole, whatever its case."""
    return "=" + word.lower()


def term_hash(term: str) -> int:
    """32 bits that stand for `term` in the store, the same on every machine."""
    return crc32(term.encode("utf-8", "surrogatepass"))
