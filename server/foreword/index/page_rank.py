"""Which files and definitions matter: PageRank over "mentions an identifier that is defined there".

Names are matched as written and within one family of languages: this is no type checker.

An edge goes from a file to each file that defines an identifier it mentions. An identifier counts for less the
more files define it or mention it, and not at all beyond `MAX_DEFINERS`; tests, examples and vendored files say
less than sources. Names are matched as written and within one family of languages: this is no type checker.
Scores are rounded to six significant digits and ties are broken by path, so that every machine finds the same order
(findings/numpy-results-follow-the-processor.sh).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat

import numpy as np
import rustworkx
from numpy.typing import NDArray

from foreword.core.outline import Definition, DefinitionKind, Outline
from foreword.index.index import Index
from foreword.index.path_table import Role, is_own, role_of
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
    voices = np.array([VOICE[_role(index, path)] for path in index.paths])
    return _weighed(definers, found, voices)


def _role(index: Index, path: str) -> Role:
    said = index.statements.get(path, "")
    return "vendored" if index.rows[path].is_built and not is_own(said) else role_of(path, said)


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


MAX_EDGES_A_FILE = 32
MAX_EDGES = 1_100_000
"""Of more, the weakest of each file are left out: the graph and its ranking take 120 bytes an edge."""
SIGNIFICANT_DIGITS = 6

_WEIGHT_OF_KIND: Mapping[str, float] = {
    "class": 4,
    "interface": 4,
    "struct": 4,
    "trait": 4,
    "enum": 3,
    "type": 3,
    "function": 2,
}
_UNMENTIONED = 1e-3
"""The share of its file's score that a definition has although nobody else mentions it."""

_LINKS_AT_ONCE = 1 << 17
"""Mentions are spread over the definers of their names for so many links at a time: all would take much room."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """`files` best first with their scores, which add up to about one; `names` scores what other files mention."""

    files: tuple[tuple[str, float], ...]
    names: Mapping[str, Mapping[str, float]]
    scores: Mapping[str, float]

    def definitions(self, path: str, outline: Outline) -> tuple[tuple[Definition, float], ...]:
        """The definitions of the file at `path`, best first; what is equally good stays in source order."""
        names, own = self.names.get(path, {}), self.scores.get(path, 0.0) * _UNMENTIONED
        scored = [
            (one, _rounded(names.get(one.name, 0.0) + own * _WEIGHT_OF_KIND.get(one.kind, 1)))
            for one in outline.definitions
        ]
        return tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0].line)))


def rank(index: Index) -> Ranking:
    """The ranking of everything in `index`."""
    paths = index.paths
    if not paths:
        return Ranking((), {}, {})
    mentions = mentions_of(index)
    scores = _pagerank(mentions, paths, index.statements)
    ordered = sorted(zip(paths, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return Ranking(
        tuple(ordered), _names(mentions, np.array(scores), paths), dict(zip(paths, scores, strict=True))
    )


@dataclass(frozen=True, slots=True)
class _Links:
    """Mentions spread over the files that define their names: `place` is the index of `target` in `files`."""

    source: ShortInts
    place: ShortInts
    target: ShortInts
    weight: Floats


def _links(mentions: Mentions) -> Iterator[_Links]:
    """All links, those of some source files at a time, without those of a file to itself."""
    ends = np.cumsum(mentions.n_definers[mentions.name], dtype=np.int64)
    start = 0
    while start < len(ends):
        before = ends[start - 1] if start else 0
        last = min(int(np.searchsorted(ends, before + _LINKS_AT_ONCE)), len(ends) - 1)
        end = int(np.searchsorted(mentions.source, mentions.source[last], side="right"))
        yield _links_of(mentions, slice(start, end))
        start = end


def _links_of(mentions: Mentions, some: slice) -> _Links:
    name = mentions.name[some]
    spread = mentions.n_definers[name]
    offset = mentions.first[name] - (np.cumsum(spread) - spread).astype(np.int32)
    place = np.repeat(offset, spread) + np.arange(spread.sum(), dtype=np.int32)
    source, target = np.repeat(mentions.source[some], spread), mentions.files[place]
    others = source != target
    weight = np.repeat(mentions.weight[some], spread)
    return _Links(source[others], place[others], target[others], weight[others])


def _pagerank(mentions: Mentions, paths: Sequence[str], said: Mapping[str, str]) -> list[float]:
    graph: rustworkx.PyDiGraph[None, float] = rustworkx.PyDiGraph()
    # Nodes are numbered from 0 in this order, so a node's number is the place of its path.
    graph.add_nodes_from([None] * len(paths))
    parts = [_edges(links, len(paths)) for links in _links(mentions)]
    limit = _edges_a_file(parts)
    # `pop` takes from the end, and so frees each part once the graph has it.
    parts.reverse()
    while parts:
        graph.extend_from_weighted_edge_list(_strongest(parts.pop(), limit))
    # Where a walk begins anew: a test or a vendored file that nobody mentions gets little of its own.
    home = {number: VOICE[role_of(path, said.get(path, ""))] for number, path in enumerate(paths)}
    found = rustworkx.pagerank(graph, weight_fn=float, personalization=home, tol=1e-9, max_iter=200)
    return [_rounded(found[number]) for number in range(len(paths))]


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges of some files, those of a file from the strongest on; `place` counts them."""

    source: ShortInts
    target: ShortInts
    weight: Floats
    place: NDArray[np.uint8]


def _edges(links: _Links, n_files: int) -> _Edges:
    """The strongest edges of each file, in order."""
    pairs, inverse = np.unique(links.source.astype(np.int64) * n_files + links.target, return_inverse=True)
    weight = np.bincount(inverse, weights=links.weight, minlength=len(pairs))
    source, target = pairs // n_files, pairs % n_files
    # `lexsort` sorts by its last key first: by source, the strongest first, equals by target.
    order = np.lexsort((target, -weight, source))
    source, target, weight = source[order], target[order], weight[order]
    place = np.arange(len(source)) - np.searchsorted(source, source)
    kept = place < MAX_EDGES_A_FILE
    return _Edges(
        source[kept].astype(np.int32),
        target[kept].astype(np.int32),
        weight[kept],
        place[kept].astype(np.uint8),
    )


def _edges_a_file(parts: Sequence[_Edges]) -> int:
    """How many edges a file may have so that all together are not too many; at least one."""
    at_place = sum(
        (np.bincount(part.place, minlength=MAX_EDGES_A_FILE) for part in parts),
        start=np.zeros(MAX_EDGES_A_FILE, np.int64),
    )
    return max(1, int(np.searchsorted(np.cumsum(at_place), MAX_EDGES, side="right")))


def _strongest(edges: _Edges, limit: int) -> list[tuple[int, int, float]]:
    kept = edges.place < limit
    columns = (edges.source[kept].tolist(), edges.target[kept].tolist(), edges.weight[kept].tolist())
    return list(zip(*columns, strict=True))


def _names(mentions: Mentions, scores: Floats, paths: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each file the score of each of its names: the sources' scores, shared out by weight."""
    flows = np.zeros(len(mentions.files))
    for links in _links(mentions):
        total = np.bincount(links.source, weights=links.weight, minlength=len(paths))
        # A file whose links weigh nothing passes on nothing, instead of dividing by zero.
        flow = scores[links.source] * links.weight / np.maximum(total[links.source], 1e-300)
        # `flows[place] += flow` would count a place that occurs several times only once.
        np.add.at(flows, links.place, flow)
    name = np.repeat(np.arange(len(mentions.names)), mentions.n_definers)
    found: dict[str, dict[str, float]] = {}
    for place in np.lexsort((name, mentions.files)).tolist():
        if flows[place]:
            named = found.setdefault(paths[mentions.files[place]], {})
            named[mentions.names[name[place]]] = _rounded(float(flows[place]))
    return found


def _rounded(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
