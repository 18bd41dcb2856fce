"""The base: the repository at its anchor, as text blocks.

A pure function of what `BaseSource` gives, the budget and the builder version. Order inside: files that
change seldom (up to the inner breakpoint), then overview and map (which every change touches), then the others, and last
the parts of large files that are worked on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from foreword.core.documents.text import Text
from foreword.core.outline import Definition, Outline
from foreword.core.tokens import NOMINAL_RATIO, estimate, weigh
from foreword.prefix.base.file_selection import (
    FULL_SHARE,
    Candidate,
    Selection,
    by_volatility,
    fits,
    inner_breakpoint,
    name_values_of,
    pin,
    select,
    values_of,
)
from foreword.prefix.base.hot_parts import (
    PART_SHARE,
    ChangedLines,
    CutFile,
    cut,
    no_changes,
    render_parts,
    worth_cutting,
)
from foreword.prefix.base.render import (
    MapEntry,
    in_a_row,
    names_tokens,
    render_directories,
    render_file,
    render_languages,
    render_map,
)
from foreword.prefix.instructions import REPOSITORY_CLOSING, REPOSITORY_OPENING
from foreword.prefix.layers import Base, Block, Form, Lines, Part, text_digest

HEADER_TOKENS = 40
"""What the header of a file costs beyond its text, about."""

MAX_PASSES = 4
SPARE_SHARE = 0.03
"""Room that is not worth another pass."""

SOURCE_WEIGHT = 1.0
"""From this weight on a file is source code; what counts less stands in full only where room is left."""

NAMES_SHARE = 0.25
"""At most this share of the budget goes to names of files alone."""

MAP_SHARE = 0.15
"""What the map may take, with definitions, where the names need less; chosen by `tests/benchmarks/base.py`."""

PIN_SLACK = 1.5
"""So much more than fits is read of the pinned files: sizes in bytes are no tokens yet."""


@dataclass(frozen=True, slots=True)
class BaseSource:
    """The tree at the anchor.

    `sizes` (bytes) and `languages` are known without reading a file;
    `weights` say how much a file counts by its kind, 1 for source code; `definitions` gives those of a path
    with their scores, best first; `read` yields texts of the paths asked for. `churn` says how often a file changes, `heat`
    how much it is worked on now, `changed_lines` where in some files. `pinned` are the files that stand in full before all others.
    """

    sizes: Mapping[str, int]
    weights: Mapping[str, float]
    languages: Mapping[str, int]
    ranks: Mapping[str, float]
    churn: Mapping[str, float]
    heat: Mapping[str, float]
    outline: Callable[[str], Outline]
    definitions: Callable[[str], tuple[tuple[Definition, float], ...]]
    read: Callable[[Iterable[str]], Mapping[str, Text]]
    pinned: frozenset[str] = frozenset()
    changed_lines: ChangedLines = no_changes


def build_base(source: BaseSource, budget: int) -> Base:
    """The base within `budget` tokens, counted at `core.tokens.NOMINAL_RATIO`."""
    values = values_of(source.weights, source.ranks, source.heat, source.sizes)
    sized = [
        _candidate(path, size, values[path], source.weights[path]) for path, size in source.sizes.items()
    ]
    if fits(sized, budget):
        rendered = _rendered(source, source.sizes)
        # A file that can't be read any more is in no base, and must not count as room that is taken.
        sized = [c for c in _measured(sized, rendered) if c.path in rendered]
        if fits(sized, budget):
            everything = Selection(frozenset(rendered), (), whole=True)
            return _assemble(source, everything, values, rendered, budget, files={})
    return _filled(source, sized, values, budget)


def _candidate(path: str, size: int, value: float, weight: float) -> Candidate:
    """A file of `size` bytes, before it is read."""
    # The nominal ratio and not the user's own: two users must get the same bytes.
    n_tokens = int(size / NOMINAL_RATIO) + HEADER_TOKENS if size else 0
    return Candidate(path, n_tokens, value, weight >= SOURCE_WEIGHT, n_tokens)


def _filled(source: BaseSource, sized: Sequence[Candidate], values: Mapping[str, float], budget: int) -> Base:
    """A base of map and whole files: what the map does not need is given to more whole files."""
    pinned = _pinned(source, sized, budget)
    known = dict(pinned)
    files = _cut(source, [c for c in sized if c.path not in pinned], budget)
    parts = {path: file.parts for path, file in files.items()}
    n_full = max(0, int(budget * FULL_SHARE) - sum(map(estimate, pinned.values())))
    best: tuple[Selection, dict[str, str], int] | None = None
    # Only a rendered map shows what it needs: each pass gives what the last one left over to more whole
    # files.
    for _ in range(MAX_PASSES):
        selection = select(sized, n_full, frozenset(pinned), parts)
        # A pass mostly adds to the files of the last one: none is read and redacted twice.
        known |= _rendered(source, selection.full - known.keys())
        rendered = {path: known[path] for path in selection.full if path in known}
        base = _assemble(source, selection, values, rendered, budget, files=files)
        spare = budget - sum(estimate(block.text) for block in base.blocks)
        # The pass before fitted: what it left over was too little for what was added.
        if best is not None and spare < 0:
            break
        best = selection, rendered, spare
        if spare < budget * SPARE_SHARE:
            return base
        n_full += spare
        sized = _measured(sized, known)
    assert best is not None, "the first pass always counts"  # noqa: S101 - an invariant of the loop
    # No further file fits, so the map may say more of all others.
    return _assemble(source, best[0], values, best[1], budget, files=files, deep=True)


def _cut(source: BaseSource, candidates: Sequence[Candidate], budget: int) -> dict[str, CutFile]:
    """The large files that are worked on, in parts."""
    large = {c.path: c for c in worth_cutting(candidates, budget)}
    changes = source.changed_lines(sorted(large)) if large else {}
    # Only those whose history says where: a text is read and redacted for a reason.
    texts = source.read(sorted(changes))
    most = int(budget * PART_SHARE)
    found = (
        cut(large[path], texts[path], source.outline(path), changes[path], most) for path in sorted(texts)
    )
    return {file.path: file for file in found if file is not None}


def _pinned(source: BaseSource, sized: Sequence[Candidate], budget: int) -> dict[str, str]:
    """The pinned files that fit beside the overview, rendered: their true sizes count."""
    # Pins may take all but the overview: the user said so, and the tools reach the rest.
    room = budget - estimate(_overview(source)) - HEADER_TOKENS
    # Sizes in bytes choose what to read, and the texts as they are shown then decide what fits.
    rendered = _rendered(source, pin(sized, source.pinned, int(room * PIN_SLACK)))
    chosen = pin(_measured(sized, rendered), rendered.keys(), room)
    return {path: text for path, text in rendered.items() if path in chosen}


def _measured(sized: Sequence[Candidate], rendered: Mapping[str, str]) -> list[Candidate]:
    """The candidates with the true sizes of those that are rendered."""
    return [replace(c, n_tokens=estimate(rendered[c.path])) if c.path in rendered else c for c in sized]


def _rendered(source: BaseSource, paths: Iterable[str]) -> dict[str, str]:
    # Sorted, so that no order of a set or a mapping can get into the bytes.
    texts = source.read(sorted(paths))
    return {
        path: render_file(path, text, source.outline(path)) if text.content else ""
        for path, text in texts.items()
    }


def _assemble(
    source: BaseSource,
    selection: Selection,
    values: Mapping[str, float],
    rendered: Mapping[str, str],
    budget: int,
    *,
    files: Mapping[str, CutFile],
    deep: bool = False,
) -> Base:
    """The base of a selection; `deep`: the map takes all the room that is left."""
    full = by_volatility([path for path in rendered if path in selection.full], source.churn)
    sizes = [estimate(rendered[path]) for path in full]
    k = inner_breakpoint(sizes, [source.churn.get(path, 0.0) for path in full])
    stable = [_full_part(path, rendered[path]) for path in full[:k]]
    volatile = [_full_part(path, rendered[path]) for path in full[k:]]
    parts = [_parts_part(files[path], lines) for path, lines in selection.parts.items()]
    n_shown = sum(sizes) + sum(estimate(text) for _, text in parts)
    # Where every file stands there whole, a map would say everything twice.
    blocks = [] if selection.whole else [_survey(source, selection, values, budget, n_shown, deep=deep)]
    if volatile or parts or not blocks:
        blocks.append(_file_block([*volatile, *parts]))
    return _framed([_file_block(stable)] if stable else [], blocks, whole=selection.whole)


def _framed(stable: list[Block], rest: list[Block], *, whole: bool) -> Base:
    """Open the element in the first block and close it in the last one; drop a block that holds nothing."""
    blocks = [block for block in (*stable, *rest) if block.text] or [Block("(no files yet)\n")]
    blocks[0] = Block(REPOSITORY_OPENING + blocks[0].text, blocks[0].parts)
    blocks[-1] = Block(blocks[-1].text + REPOSITORY_CLOSING, blocks[-1].parts)
    # Nothing is dropped from `stable`: it is either empty or one block with text.
    n_stable = len(stable)
    return Base(tuple(blocks[:n_stable]), tuple(blocks[n_stable:]), whole)


def _overview(source: BaseSource) -> str:
    return (
        f"<overview>\nFiles by language: {render_languages(source.languages)}\n"
        f"Directories with their number of files:\n{render_directories(source.sizes)}</overview>\n"
    )


def _survey(
    source: BaseSource,
    selection: Selection,
    values: Mapping[str, float],
    budget: int,
    n_full: int,
    *,
    deep: bool,
) -> Block:
    """Overview and map, beside whole files of `n_full` tokens."""
    overview = _overview(source)
    name_values = name_values_of(source.weights, source.heat, source.sizes)
    entries = [
        MapEntry(
            path,
            values[path],
            partial(source.definitions, path),
            _rank_of_name(source, path, name_values[path]),
        )
        for path in selection.outlined
    ]
    room = budget - n_full - estimate(overview) - HEADER_TOKENS
    # What the names need at least, and beyond that little: a thousand tokens of a whole file show more that is asked about
    # than a thousand of signatures.
    n_map = max(min(names_tokens(entries), int(budget * NAMES_SHARE)), int(budget * MAP_SHARE))
    text, shown = render_map(entries, room if deep else min(room, n_map), 1.0)
    parts = (_part(path, "outline", piece) for path, piece in shown.items())
    return Block(f"{overview}<map>\n{text}</map>\n", tuple(parts))


def _rank_of_name(source: BaseSource, path: str, value: float) -> tuple[bool, float]:
    """The least comes first: source code, and then by value."""
    return source.weights[path] < SOURCE_WEIGHT, -value


def _file_block(files: list[tuple[Part, str]]) -> Block:
    """The files, and then the names of the empty ones, which need no element of their own."""
    empty = [part.path for part, text in files if not text]
    names = "".join(f"{in_a_row(path)}\n" for path in empty)
    told = f"<empty>\n{names}</empty>\n" if empty else ""
    return Block("".join(text for _, text in files) + told, tuple(part for part, _ in files))


def _parts_part(file: CutFile, chosen: Sequence[Lines]) -> tuple[Part, str]:
    text, lines = render_parts(file, chosen)
    return replace(_part(file.path, "parts", text), lines=lines), text


def _full_part(path: str, text: str) -> tuple[Part, str]:
    return _part(path, "full", text), text


def _part(path: str, form: Form, text: str) -> Part:
    return Part(path, form, text_digest(text), weigh(text))
