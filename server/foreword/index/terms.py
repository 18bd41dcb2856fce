"""Words as the index compares them: identifiers split into their parts, each cut to a light stem.

`HTTPServer.handle_requests` gives `http server handl request`. The same function serves files and questions,
so that a plural, an -ing or a camel hump never stands between them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

WORD = re.compile(r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*|[0-9]{2,}")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z\u0080-\U0010ffff]+|[A-Z]+|[0-9]+")
_ENDINGS = (("ization", 3), ("ation", 4), ("ing", 3), ("ion", 4), ("ed", 3))
"""Endings with the least number of letters that must be left."""
_LAST_LETTERS = ("n", "g", "d")
_VOWEL = re.compile(r"[aeiouy]")

SHORTEST = 3
MAX_WORD = 80
"""A longer run of letters is data, not a word."""
HASH_BYTES = 4


def stem(word: str) -> str:
    """`word` (lower case) without the endings of plurals, -ing, -ed and -ation; never shorter than three letters."""
    if len(word) > SHORTEST and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > SHORTEST + 1 else word[:-1]
    for ending, n_left in _ENDINGS if word.endswith(_LAST_LETTERS) else ():
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= n_left and _VOWEL.search(root):
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    return word[:-1] if len(word) > SHORTEST and word.endswith("e") else word


@lru_cache(maxsize=65536)
def parts(word: str) -> tuple[str, ...]:
    """The stems of the parts of one identifier or word, in order; single ASCII letters and digits are dropped."""
    if len(word) > MAX_WORD:
        return ()
    pieces = (piece.lower() for piece in _PART.findall(word))
    return tuple(stem(piece) for piece in pieces if len(piece) > 1 or not piece.isascii())


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
    """The hash of a part as written; nothing for one that is dropped."""
    return _packed(stem(piece.lower())) if len(piece) > 1 or not piece.isascii() else b""


def _packed(term: str) -> bytes:
    return crc32(term.encode("utf-8", "surrogatepass")).to_bytes(HASH_BYTES, "little")


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
