"""Which files stand in the base, and in which form: a pure function of the tree, its ranking and its churn.

The value of a file is mostly its share of what was changed just now, and a little its share of the PageRank and of the text:
people ask about what is being worked on. Source code comes first; tests, documentation, data and generated text stand there in
full only where room is left. Of a large file the parts stand there that are worked on (`hot_parts`).

Where the inner breakpoint stands: files that change seldom come first, and the mark where it saves most.

When the anchor moves, everything after the first changed byte is written anew. With files in order of
rising volatility, a breakpoint after the first k files saves their tokens if none of them changed:
the best k maximises P(none of the first k changed) x tokens of the first k.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, fsum, log1p, sqrt
from pathlib import PurePosixPath
from types import MappingProxyType

from foreword.prefix.layers import Lines

FULL_SHARE = 0.6
"""Share of the budget for whole files, where the repository does not fit; more if the map leaves room."""

HEAT_SHARE = 0.99
"""How much recent changes count against rank and size, which order what nobody changed.

These shares and powers are chosen by `tests/benchmarks/base.py`.
"""

SIZE_SHARE = 0.005
"""How much the root of the size counts: of two files that nobody changed lately the next change is mostly in the larger one."""

SIZE_POWER = 0.7
"""By which power of its size a value is divided."""

NAME_SIZE_SHARE, NAME_FOLDER_SHARE = 0.3, 0.1
"""How much the root of the size counts for a file's name, and that of what is worked on around it.

Of eleven repositories whose names don't all fit the names then hold 0.90 of the files that the next commit changes, not 0.88.
"""

WHOLE_SHARE = 0.7
"""A file of which so much is chosen in parts stands there whole."""

MAX_INTRODUCTION_SHARE = 0.02
"""A readme or manifest up to this share of the budget is shown before all others: a line of it says what the project is."""

SMALL_FILE_TOKENS = 300
"""What is below this size is compared by value alone: being tiny is no merit."""

MANIFESTS = frozenset(
    [
        "Cargo.toml",
        "CMakeLists.txt",
        "Gemfile",
        "Makefile",
        "Package.swift",
        "build.gradle",
        "build.gradle.kts",
        "build.zig",
        "composer.json",
        "deno.json",
        "go.mod",
        "meson.build",
        "mix.exs",
        "package.json",
        "pom.xml",
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
    ]
)
READMES = ("readme.md", "readme.rst", "readme.txt", "readme")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that could stand in the base; `n_tokens` is the estimate of its rendered full text.

    `is_source`: its text is what people ask about, and not a test, documentation or data. `n_compared` are the tokens by
    which it is compared with others, the same before and after it was rendered; those of its text where they are not given.
    `lines` are the first and the last line of a part of a file; None for the whole.
    """

    path: str
    n_tokens: int
    value: float
    is_source: bool = True
    n_compared: int | None = None
    lines: Lines | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen files: `full` in no particular order, `outlined` by falling value, source code first.

    `parts` are the lines to show of some of those in `outlined`, in their order.
    """

    full: frozenset[str]
    outlined: tuple[str, ...]
    whole: bool
    parts: Mapping[str, tuple[Lines, ...]] = field(default_factory=dict)


def values_of(
    weights: Mapping[str, float],
    ranks: Mapping[str, float],
    heat: Mapping[str, float],
    sizes: Mapping[str, int],
) -> dict[str, float]:
    """The value of each path of `weights`, which say how much a kind of file counts (1 for source code)."""
    # `fsum` is exact in whatever order it adds: a sum that depends on order could swap two files in the base.
    n_rank = fsum(ranks.get(path, 0.0) * weight for path, weight in weights.items()) or 1.0
    # Weighed by kind: by heat alone release bumps win, as `package.json` changes more often than any source.
    n_heat = fsum(heat.get(path, 0.0) * weight for path, weight in weights.items()) or 1.0
    n_size = fsum(sqrt(sizes.get(path, 0)) * weight for path, weight in weights.items()) or 1.0

    def mean(path: str) -> float:
        rank, size = ranks.get(path, 0.0) / n_rank, sqrt(sizes.get(path, 0)) / n_size
        others = (1 - HEAT_SHARE - SIZE_SHARE) * rank + SIZE_SHARE * size
        return others + HEAT_SHARE * heat.get(path, 0.0) / n_heat

    # Rounded, so that the last bits of a machine's arithmetic decide no order.
    return {path: round(weight * mean(path), 9) for path, weight in weights.items()}


def name_values_of(
    weights: Mapping[str, float], heat: Mapping[str, float], sizes: Mapping[str, int]
) -> dict[str, float]:
    """What it is worth to name each path, where there is no room for all names: work spreads to large files and to neighbours."""
    folders, n_inside = defaultdict[str, float](float), Counter[str]()
    for path in weights:
        folder = path.rpartition("/")[0]
        folders[folder] += heat.get(path, 0.0)
        n_inside[folder] += 1
    around = {
        path: sqrt(folders[folder] / n_inside[folder])
        for path in weights
        for folder in [path.rpartition("/")[0]]
    }
    large = {path: sqrt(sizes.get(path, 0)) for path in weights}
    heat_share = 1 - NAME_SIZE_SHARE - NAME_FOLDER_SHARE
    parts = ((heat_share, heat), (NAME_SIZE_SHARE, large), (NAME_FOLDER_SHARE, around))
    totals = [fsum(of.get(path, 0.0) * weight for path, weight in weights.items()) or 1.0 for _, of in parts]
    # Rounded, as `values_of` is.
    return {
        path: round(
            weight
            * fsum(share * of.get(path, 0.0) / n for (share, of), n in zip(parts, totals, strict=True)),
            9,
        )
        for path, weight in weights.items()
    }


def fits(candidates: Sequence[Candidate], budget: int) -> bool:
    """Whether all files fit into `budget` tokens whole."""
    return sum(candidate.n_tokens for candidate in candidates) <= budget


def pin(candidates: Sequence[Candidate], pinned: Collection[str], room: int) -> frozenset[str]:
    """Those of the pinned files that fit into `room` tokens, taken in the order of their paths."""
    chosen = set[str]()
    # By path: in which order the user named them must not matter.
    for candidate in sorted((c for c in candidates if c.path in pinned), key=lambda c: c.path):
        if candidate.n_tokens <= room:
            chosen.add(candidate.path)
            room -= candidate.n_tokens
    return frozenset(chosen)


def select(
    candidates: Sequence[Candidate],
    n_full: int,
    pinned: frozenset[str] = frozenset(),
    parts: Mapping[str, Sequence[Candidate]] = MappingProxyType({}),
) -> Selection:
    """The pinned files, and for `n_full` tokens more of whole files, the best by value for their size; the others by value.

    A file of `parts` is chosen in these, or whole where most of it would be.
    """
    # An empty file has nothing to show: its name in the map says all.
    whole = [c for c in candidates if c.path not in pinned and c.n_tokens > 0]
    apart = {path: found for path, found in parts.items() if path not in pinned}
    chosen = _fill(_pieces(whole, apart), n_full)
    mostly = _mostly_chosen(whole, chosen)
    if mostly:
        # Those are weighed against the others once more, as what they are now.
        chosen = _fill(
            _pieces(whole, {path: found for path, found in apart.items() if path not in mostly}), n_full
        )
    full = pinned | {one.path for one in chosen if one.lines is None}
    shown = defaultdict[str, list[Lines]](list)
    for one in chosen:
        if one.lines is not None and one.path not in full:
            shown[one.path].append(one.lines)
    rest = (c for c in candidates if c.path not in full)
    return Selection(
        full,
        tuple(c.path for c in sorted(rest, key=_by_value)),
        whole=False,
        parts={path: tuple(sorted(shown[path])) for path in sorted(shown)},
    )


def _pieces(whole: Iterable[Candidate], parts: Mapping[str, Sequence[Candidate]]) -> list[Candidate]:
    """What may be chosen: of each file itself, or its parts."""
    return [one for c in whole for one in parts.get(c.path, (c,))]


def _mostly_chosen(whole: Iterable[Candidate], chosen: Iterable[Candidate]) -> frozenset[str]:
    """The files of which most was chosen in parts."""
    n_shown = Counter[str]()
    for one in chosen:
        if one.lines is not None:
            n_shown[one.path] += one.n_tokens
    return frozenset(
        c.path for c in whole if c.path in n_shown and n_shown[c.path] >= WHOLE_SHARE * c.n_tokens
    )


def is_introduction(path: str) -> bool:
    """Whether a root file introduces the project: its readme, or the manifest of its package."""
    return "/" not in path and (path in MANIFESTS or PurePosixPath(path).name.lower() in READMES)


def _fill(candidates: Sequence[Candidate], budget: int) -> list[Candidate]:
    """Greedy by value for a power of the size: large central files are worth more than many tiny ones."""
    left, chosen, taken = budget, list[Candidate](), set[tuple[str, Lines | None]]()
    most, is_short = budget * MAX_INTRODUCTION_SHARE, False
    first = [c for c in candidates if is_introduction(c.path) and c.n_tokens <= most]
    for candidate in [*sorted(first, key=_by_density), *sorted(candidates, key=_by_density)]:
        name = candidate.path, candidate.lines
        if name in taken:
            continue
        # Goes on after one that does not fit: a smaller file behind it may. But a template or a page is no use beside a
        # source that found no room; what is left goes to the map then.
        if candidate.n_tokens <= left and (candidate.is_source or not is_short):
            taken.add(name)
            chosen.append(candidate)
            left -= candidate.n_tokens
        is_short |= candidate.is_source and name not in taken
    return chosen


def _by_density(candidate: Candidate) -> tuple[bool, float, str, Lines]:
    size = candidate.n_tokens if candidate.n_compared is None else candidate.n_compared
    density = candidate.value / max(size, SMALL_FILE_TOKENS) ** SIZE_POWER
    # The path decides between equals, so that every machine chooses the same files; and the last bits of a power may differ.
    return (not candidate.is_source, -round(density, 12), candidate.path, candidate.lines or (0, 0))


def _by_value(candidate: Candidate) -> tuple[bool, float, str]:
    return (not candidate.is_source, -candidate.value, candidate.path)


COMMITS_BETWEEN_REBASES = 30
"""How many commits the anchor typically jumps over: about a day of an active team."""

HISTORY_SIZE = 1000
"""Churn is the (weighted) number of changes in so many commits."""


def by_volatility(paths: Sequence[str], churn: Mapping[str, float]) -> list[str]:
    """The paths with the seldom changed ones first; ties by path."""
    return sorted(paths, key=lambda path: (churn.get(path, 0.0), path))


def inner_breakpoint(sizes: Sequence[int], changes: Sequence[float]) -> int:
    """The number k of leading files before the inner breakpoint; 0 if no place is worth one.

    `sizes` are tokens and `changes` the churn of each file, both in order of rising churn.
    """
    best, best_saving, n_tokens, log_unchanged = 0, 0.0, 0, 0.0
    for k, (size, churn) in enumerate(zip(sizes, changes, strict=True), 1):
        n_tokens += size
        # As a sum of logarithms: the product of thousands of chances would be zero. Below one, for there is
        # no log of zero.
        log_unchanged += COMMITS_BETWEEN_REBASES * log1p(-min(churn / HISTORY_SIZE, 0.999))
        saving = n_tokens * exp(log_unchanged)
        if saving > best_saving:
            best, best_saving = k, saving
    return best
