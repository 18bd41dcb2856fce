"""What the index learns from one blob, in the form in which it crosses processes and is stored."""

from __future__ import annotations

import marshal
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.index.terms import term_hash
from foreword.index.vectors import Vector, file_vectors

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


@dataclass(frozen=True, slots=True)
class Read:
    """A blob that may be shown, as it was read: the language found at last, its size, lines and outline."""

    key: Key
    spoken: str
    size: int
    n_lines: int
    outline: Outline


def read_of(key: Key, spoken: str, data: bytes, outline: Outline) -> Read:
    """A blob with contents `data`."""
    n_lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    return Read(key, spoken, len(data), n_lines, outline)


def make_facts(blobs: Sequence[Read]) -> tuple[Facts, ...]:
    """The facts of blobs that may be shown."""
    vectors = file_vectors([one.outline for one in blobs])
    return tuple(_facts(one, vector) for one, vector in zip(blobs, vectors, strict=True))


def _facts(one: Read, vector: Vector) -> Facts:
    outline = one.outline
    return Facts(
        one.key,
        one.spoken,
        one.size,
        one.n_lines,
        n_definitions=len(outline.definitions),
        n_references=sum(outline.references.values()),
        n_terms=vector.n_terms,
        failed=outline.failed,
        packed=pack(outline),
        hashes=vector.hashes,
        counts=vector.counts,
        names=tuple(sorted({name_hash(definition.name) for definition in outline.definitions})),
    )


def name_hash(name: str) -> int:
    """Under which number a definition called `name` is found, whatever the case."""
    return term_hash(name.casefold())


def pack(outline: Outline) -> bytes:
    """An outline as bytes; empty for one that says nothing."""
    if not outline.definitions and not outline.references and outline.failed is None:
        return b""
    rows = list(map(tuple, outline.definitions))
    counts = struct.pack(f"<{len(outline.references)}I", *outline.references.values())
    return marshal.dumps((rows, " ".join(outline.references), counts, outline.failed), MARSHAL_VERSION)


def unpack(packed: bytes) -> Outline:
    """The outline that `pack` made these bytes of."""
    if not packed:
        return EMPTY_OUTLINE
    rows, names, counts, failed = marshal.loads(packed)  # noqa: S302 - our own store, in the user's cache
    references = dict(zip(names.split(), struct.unpack(f"<{len(counts) // 4}I", counts), strict=True))
    return Outline(tuple(map(Definition._make, rows)), references, failed)
