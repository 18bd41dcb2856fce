"""The words of one file as a vector: term hashes, and how often each occurs in four fields.

A vector is two byte strings of the same number of elements: little-endian 32-bit hashes in ascending order, and
16-bit counts. A count is four steps of four bits, one a field (name, signature, comment, body, lowest first);
`STEPS` says what a step stands for, so that a count is exact up to six and grows coarser above.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from foreword.core.outline import Definition
from foreword.index.terms import WORD_BYTES, parts, term_hash, whole, words

FIELDS = ("name", "signature", "comment", "body")
STEPS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 100)

_COMMENT = re.compile(
    rb"^[ \t]*(?:#|//+!?|/\*+|\*|--|;+|%)(.*)$|(?:\"\"\"|''')((?s:.{0,4000}?))(?:\"\"\"|''')", re.MULTILINE
)


def make_vector(data: bytes, definitions: Iterable[Definition]) -> tuple[bytes, bytes, int]:
    """Hashes and counts of a file's words, and how many words it has in all."""
    body = _counted(WORD_BYTES.findall(data))
    comment = _counted(
        word for pair in _COMMENT.findall(data) for word in WORD_BYTES.findall(pair[0] or pair[1])
    )
    name: Counter[str] = Counter()
    signature: Counter[str] = Counter()
    for definition in definitions:
        name.update(words(definition.name))
        signature.update(words(definition.signature))
    fields = [_by_hash(counts) for counts in (name, signature, comment, body)]
    return *_joined(fields), sum(fields[-1].values())


@lru_cache(maxsize=1 << 17)
def path_vector(path: str) -> tuple[bytes, bytes]:
    """Hashes and counts of a path: the words of the last name in the first field, those of the folders in the second."""
    folders, _, name = path.rpartition("/")
    return _joined([_by_hash(Counter(words(name))), _by_hash(Counter(words(folders)))])


def _joined(fields: Sequence[Mapping[int, int]]) -> tuple[bytes, bytes]:
    hashes = sorted({value for field in fields for value in field})
    counts = [_packed([field.get(value, 0) for field in fields]) for value in hashes]
    return struct.pack(f"<{len(hashes)}I", *hashes), struct.pack(f"<{len(counts)}H", *counts)


def _counted(found: Iterable[bytes]) -> Counter[str]:
    """The same words as text; bytes that are no UTF-8 are kept apart, not lost."""
    return Counter({word.decode("utf-8", "replace"): n for word, n in Counter(found).items()})


def _by_hash(counts: Mapping[str, int]) -> dict[int, int]:
    """Counts of parts and, of words with several parts, of the whole."""
    out: dict[int, int] = {}
    for word, n in counts.items():
        pieces = parts(word)
        for piece in pieces:
            value = term_hash(piece)
            out[value] = out.get(value, 0) + n
        if len(pieces) > 1:
            value = term_hash(whole(word))
            out[value] = out.get(value, 0) + n
    return out


def _packed(counts: list[int]) -> int:
    """Four counts in four bits each."""
    return sum((bisect_right(STEPS, n) - 1) << (4 * position) for position, n in enumerate(counts))
