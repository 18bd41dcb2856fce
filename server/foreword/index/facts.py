"""What the index learns from one blob, in the form in which it crosses processes and is stored."""

from __future__ import annotations

import marshal
import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.index.terms import term_hash
from foreword.index.vectors import file_vector

MARSHAL_VERSION = 4
"""Fixed, so that interpreters of different versions can share a store."""


class Key(NamedTuple):
    """What the facts depend on: contents, language ("" for plain text) and the version of its grammar."""

    blob: str
    language: str
    grammar: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One blob: `packed` is its outline, `hashes` and `counts` its words, `names` the hashes of what it defines.

    `spoken` is the language that was found at last: a first line can say what the path does not ("" for plain text).
    `reason` says why its contents must not be shown, or is None; then everything but its size is empty.
    """

    key: Key
    spoken: str
    size: int
    n_lines: int = 0
    n_definitions: int = 0
    n_references: int = 0
    n_terms: int = 0
    reason: str | None = None
    failed: str | None = None
    packed: bytes = b""
    hashes: bytes = b""
    counts: bytes = b""
    names: tuple[int, ...] = ()


def make_facts(key: Key, spoken: str, data: bytes, outline: Outline) -> Facts:
    """The facts of a blob that may be shown."""
    hashes, counts, n_terms = file_vector(outline)
    return Facts(
        key,
        spoken,
        size=len(data),
        n_lines=data.count(b"\n") + (not data.endswith(b"\n") and bool(data)),
        n_definitions=len(outline.definitions),
        n_references=sum(outline.references.values()),
        n_terms=n_terms,
        failed=outline.failed,
        packed=pack(outline),
        hashes=hashes,
        counts=counts,
        names=tuple(sorted({name_hash(definition.name) for definition in outline.definitions})),
    )


def name_hash(name: str) -> int:
    """Under which number a definition called `name` is found, whatever the case."""
    return term_hash(name.casefold())


def pack(outline: Outline) -> bytes:
    """An outline as bytes; empty for one that says nothing."""
    if outline == EMPTY_OUTLINE:
        return b""
    rows = [(d.name, d.kind, d.signature, d.line, d.end_line, d.parent) for d in outline.definitions]
    counts = struct.pack(f"<{len(outline.references)}I", *outline.references.values())
    parts = (rows, list(outline.references), counts, outline.failed)
    return zlib.compress(marshal.dumps(parts, MARSHAL_VERSION), 1)


def unpack(packed: bytes) -> Outline:
    """The outline that `pack` made these bytes of."""
    if not packed:
        return EMPTY_OUTLINE
    rows, names, counts, failed = marshal.loads(zlib.decompress(packed))  # noqa: S302 - our own store, in the user's cache
    references = dict(zip(names, struct.unpack(f"<{len(names)}I", counts), strict=True))
    return Outline(tuple(Definition(*row) for row in rows), references, failed)
