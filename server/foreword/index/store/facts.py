"""What the index learns from one blob, in the form in which it crosses processes and is stored."""

from __future__ import annotations

import marshal
import struct
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from foreword.core.outline import EMPTY_OUTLINE, Definition, DefinitionKind, Outline
from foreword.index.text.term_hash import term_hash

if TYPE_CHECKING:
    from foreword.index.text.vocabulary import Vocabulary

_UNREAD = " lines unread"
MARSHAL_VERSION = 4
"""Fixed, so that interpreters of different versions can share a store."""


INCLUDED = "+included"
"""The end of a grammar's version in the key of a file that the user wants whatever it contains."""


ENCODED = "+encoding="
"""In it, before the encoding that is expected of the file."""


class Key(NamedTuple):
    """What the facts depend on: contents, language ("" for plain text) and the version of its grammar."""

    blob: str
    language: str
    grammar: str


class Facts(NamedTuple):
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
    is_built: bool = False


@dataclass(frozen=True, slots=True)
class ParsedBlob:
    """A blob that may be shown, as it was read: the language found at last, its contents and its definitions.

    `failed` says why it could not be parsed, or is None. Then it says nothing. `unread` is as in `Outline`.
    """

    key: Key
    spoken: str
    data: bytes
    definitions: Sequence[Definition] = ()
    failed: str | None = None
    unread: int = 0
    is_built: bool = False


def make_facts(blobs: Sequence[ParsedBlob]) -> tuple[Facts, ...]:
    """The facts of blobs that may be shown."""
    from foreword.index.text.term_vectors import ROWS_AT_ONCE  # noqa: PLC0415 - what is read back needs no numpy

    return tuple(
        one
        for start in range(0, len(blobs), ROWS_AT_ONCE)
        for one in _some_facts(blobs[start : start + ROWS_AT_ONCE])
    )


def unread_note(n_lines: int) -> str | None:
    """What is stored as the failure of a file that was read in part; None of one that was read in whole."""
    return f"{n_lines}{_UNREAD}" if n_lines else None


def n_unread(failed: str | None) -> int:
    """How many lines a stored failure says could not be read; 0 if it says something else, or nothing."""
    number = failed.removesuffix(_UNREAD) if failed is not None and failed.endswith(_UNREAD) else ""
    return int(number) if number.isdigit() else 0


def _some_facts(blobs: Sequence[ParsedBlob]) -> Iterator[Facts]:
    from foreword.index.text.term_vectors import file_vectors  # noqa: PLC0415 - as above

    book = _book()
    references, terms = book.read([(_spoken_of(one), one.spoken) for one in blobs])
    names = [[each.name for each in one.definitions] for one in blobs]
    vectors = file_vectors(book.terms_of(names), terms, len(blobs))
    for one, said, defined, vector in zip(blobs, references, names, vectors, strict=True):
        yield Facts(
            one.key,
            one.spoken,
            len(one.data),
            _n_lines(one.data),
            len(defined),
            said.total,
            vector.n_terms,
            failed=one.failed or unread_note(one.unread),
            packed=pack(one.definitions, said.names, said.counts, one.failed),
            hashes=vector.hashes,
            counts=vector.counts,
            # Twice a set: names repeat, and different ones may have the same hash.
            names=tuple(sorted(set(map(name_hash, set(defined))))),
            is_built=one.is_built,
        )


@cache
def _book() -> Vocabulary:
    """One a process: most words of a file were met before."""
    from foreword.index.text.vocabulary import Vocabulary  # noqa: PLC0415 - as above

    return Vocabulary()


def _spoken_of(one: ParsedBlob) -> bytes:
    """The bytes whose words count: none where parsing failed."""
    return b"" if one.failed is not None else one.data.removeprefix(BOM_UTF8)


def _n_lines(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def name_hash(name: str) -> int:
    """Under which number a definition called `name` is found, whatever the case."""
    return term_hash(name.casefold())


def pack(definitions: Sequence[Definition], names: str, counts: bytes, failed: str | None = None) -> bytes:
    """An outline as bytes; empty for one that says nothing. `names` and `counts` are as in `References`."""
    if not definitions and not names and failed is None:
        return b""
    # Plain tuples: `marshal` takes no subclass, and a named tuple is one.
    return marshal.dumps((list(map(tuple, definitions)), names, counts, failed), MARSHAL_VERSION)


def unpack(packed: bytes) -> Outline:
    """The outline that `pack` made these bytes of."""
    if not packed:
        return EMPTY_OUTLINE
    rows, names, counts, failed = _loaded(packed)
    references = dict(zip(names.split(), struct.unpack(f"<{len(counts) // 4}I", counts), strict=True))
    return Outline(tuple(map(Definition._make, rows)), references, failed)


def unpack_defined(packed: bytes) -> list[tuple[str, DefinitionKind]]:
    """The names and kinds of the definitions alone: a few times as quick."""
    return [(name, kind) for name, kind, *_ in _loaded(packed)[0]] if packed else []


def unpack_mentioned(packed: bytes) -> tuple[list[str], bytes]:
    """The identifiers alone, and how often each occurs, as in `References`."""
    if not packed:
        return [], b""
    _, names, counts, _ = _loaded(packed)
    return names.split(), counts


def _loaded(packed: bytes) -> tuple[list[Any], str, bytes, str | None]:
    loaded: tuple[list[Any], str, bytes, str | None] = marshal.loads(packed)  # noqa: S302 - our own store, in the user's cache
    return loaded
