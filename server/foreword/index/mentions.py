"""Which files mention the names that others define, and how much each mention is worth.

Names are matched as written and within one family of languages: this is no type checker.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat

import numpy as np
from numpy.typing import NDArray

from foreword.core.outline import DefinitionKind
from foreword.index.index import Index
from foreword.index.path_table import Role, role_of
from foreword.index.store.facts import unpack_defined, unpack_mentioned
from foreword.index.text.terms import is_compound

MAX_DEFINERS = 16
SHORT_NAME = 4

VOICE: Mapping[Role, float] = {"source": 1.0, "test": 0.2, "example": 0.2, "vendored": 0.05, "history": 0.05}
"""How much a file's mentions count."""

_FAMILY: Mapping[str, str] = {
    "cpp": "c",
    "tsx": "typescript",
    "javascript": "typescript",
    "ocaml_interface": "ocaml",
}
"""Languages that use each other's definitions."""

# Code does not mention these by name.
_NOT_LINKED: frozenset[DefinitionKind] = frozenset(("heading", "key", "selector", "test"))
_LINKED_NAME = re.compile(r"(?!__)[^\W\d]\w{2,}[?!]?")

_FILES_AT_ONCE = 512
"""The mentions of so many files are looked up before those of names that nobody defines are left out."""

ShortInts = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions of defined names in order, one a (source file, name), each with its weight.

    `files` are the files that define a name, one name after the other: `n_definers` of them from `first`.
    """

    source: ShortInts
    name: ShortInts
    weight: Floats
    names: Sequence[str]
    first: ShortInts
    n_definers: ShortInts
    files: ShortInts


def mentions_of(index: Index) -> Mentions:
    """All mentions in an index that has files."""
    position = {path: number for number, path in enumerate(index.paths)}
    families = [_family(index.language(path)) for path in index.paths]
    definers = _definers(index, position, families)
    number_of: dict[str, dict[str, int]] = {family: {} for family in families}
    for number, (family, name) in enumerate(definers):
        number_of[family][name] = number
    packed = ((position[path], packed) for path, packed in index.packed_outlines())
    parts = _found(packed, [number_of[family] for family in families])
    # The empty one comes first because numpy joins no list without any array.
    found = np.concatenate((np.zeros((3, 0), np.int32), *parts), axis=1)
    voices = np.array([VOICE[role_of(path)] for path in index.paths])
    return _weighed(definers, found, voices)


def _found(
    packed: Iterator[tuple[int, bytes]], number_of: Sequence[Mapping[str, int]]
) -> Iterator[ShortInts]:
    """Mentions of defined names, one a column: in which file, of which name, how often; some files at a time.

    `number_of` has the numbers of the names that each file can mention.
    """
    while some := list(islice(packed, _FILES_AT_ONCE)):
        numbers, counts, lengths = array("i"), bytearray(), []
        for file, outline in some:
            names, n_each = unpack_mentioned(outline)
            # -1 for a name that nobody defines; `map` over a method written in C takes no step in Python for
            # a name.
            numbers.extend(map(number_of[file].get, names, repeat(-1)))
            counts += n_each
            lengths.append(len(names))
        source = np.repeat(np.array([file for file, _ in some], np.int32), lengths)
        found = np.array((source, numbers, np.frombuffer(counts, "<i4")), np.int32)
        yield found[:, found[1] >= 0]


def _definers(
    index: Index, position: Mapping[str, int], families: Sequence[str]
) -> dict[tuple[str, str], list[int]]:
    """Which files define a name, for names that few enough define; in the order of names."""
    found: dict[str, dict[str, list[int]]] = {family: {} for family in families}
    for path, packed in index.packed_outlines():
        number = position[path]
        known = found[families[number]]
        for name in {name for name, kind in unpack_defined(packed) if kind not in _NOT_LINKED}:
            files = known.get(name)
            if files is not None:
                files.append(number)
            elif _LINKED_NAME.fullmatch(name):
                known[name] = [number]
    return {
        (family, name): sorted(known[name])
        for family, known in sorted(found.items())
        for name in sorted(known)
        if len(known[name]) <= MAX_DEFINERS
    }


def _weighed(definers: Mapping[tuple[str, str], list[int]], found: ShortInts, voices: Floats) -> Mentions:
    """The mentions in order, with what each is worth to each file that defines the name."""
    # By file and then by name: `lexsort` sorts by its last key first.
    source, name, count = found[:, np.lexsort((found[1], found[0]))]
    n_definers = np.array([len(files) for files in definers.values()], np.int32)
    n_mentioning = np.bincount(name, minlength=len(definers))
    clarity = np.array([_clarity(key[1]) for key in definers])
    rarity = clarity * np.log1p(len(voices) / np.maximum(n_mentioning, 1)) / np.maximum(n_definers, 1)
    weight = voices[source] * np.log1p(count.astype(np.float64)) * rarity[name]
    files = np.array([number for numbers in definers.values() for number in numbers], np.int32)
    first = (np.cumsum(n_definers) - n_definers).astype(np.int32)
    return Mentions(source, name, weight, [key[1] for key in definers], first, n_definers, files)


def _clarity(name: str) -> float:
    """How surely a mention of `name` means its definition: compound names do, short words do not."""
    weight = 1.0 if is_compound(name) else 0.5 if len(name) > SHORT_NAME else 0.15
    return weight * 0.3 if name.startswith("_") else weight


def _family(language: str) -> str:
    return _FAMILY.get(language, language)
