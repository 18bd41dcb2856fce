"""The numbers that words have in the store; apart, for names are looked up without the rest of `terms`."""

from __future__ import annotations

from zlib import crc32


def term_hash(term: str) -> int:
    """32 bits that stand for `term` in the store, the same on every machine."""
    # `hash` differs from process to process. Half a surrogate pair, as editors may send, is hashed like all
    # else.
    return crc32(term.encode("utf-8", "surrogatepass"))
