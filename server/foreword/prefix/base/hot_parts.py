"""The parts of large files that are worked on: whole definitions, by how lately and how often their own lines changed.

A file that would take a large share of the base is cut at its definitions. What a part is worth is half its share of the
changes of its file, and half its share of the text: the next change is often beside the last one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from foreword.core.documents.text import Text, lines_of
from foreword.core.outline import Definition, Outline
from foreword.core.secrets.redaction import shown
from foreword.core.tokens import NOMINAL_RATIO, weigh
from foreword.core.tree import LineChange
from foreword.prefix.base.file_selection import Candidate
from foreword.prefix.base.render import quoted
from foreword.prefix.layers import Lines

ChangedLines = Callable[[Sequence[str]], Mapping[str, Sequence[LineChange]]]
"""What recent commits changed in some files, by path."""

PART_SHARE = 0.2
"""What takes more of the budget is cut: a file into its definitions, a definition into those inside.

Chosen by `tests/benchmarks/base_cuts.py`: in a small base parts hold more of what is asked about than whole files, in a large one no
more; smaller shares held no more at any size.
"""

TOKENS_A_CUT = 4_000
"""For so many tokens of the budget one file is cut, the best ones first: each is read, and its history asked for."""

MOST_PARTS_CHANGED = 5
"""A change of more parts counts for the first of them: who formats a file works on none of it."""

PART_FRAME_TOKENS = 20
"""What a part costs beyond its lines, about: the lines that enclose it, its share of the element."""

MOST_ABOVE = 12
"""So many lines right above a definition belong to it, such as decorators and comments."""

MOST_AROUND = 3

LINE_NUMBER_WEIGHT = 5.0
"""The number of a line and the tab behind it, in characters."""


@dataclass(frozen=True, slots=True)
class CutFile:
    """A file that may be shown in parts; `lines` are those of its text as it is shown."""

    path: str
    lines: Sequence[str]
    outline: Outline
    parts: tuple[Candidate, ...]


def worth_cutting(candidates: Iterable[Candidate], budget: int) -> list[Candidate]:
    """The files that are too large to stand beside others, the most valuable first; of no value is none."""
    large = (c for c in candidates if c.is_source and c.value > 0 and c.n_tokens > budget * PART_SHARE)
    return sorted(large, key=lambda c: (-c.value, c.path))[: budget // TOKENS_A_CUT]


def cut(
    candidate: Candidate, text: Text, outline: Outline, changes: Sequence[LineChange], most: int
) -> CutFile | None:
    """A file in parts of at most `most` tokens, where there are definitions; None where nothing says which are better."""
    lines = lines_of(shown(text.content))
    sizes = [0.0]
    for line in lines:
        sizes.append(sizes[-1] + (weigh(line) + 1 + LINE_NUMBER_WEIGHT) / NOMINAL_RATIO)
    parts = list(_parts((1, len(lines)), _ordered(outline.definitions, lines), sizes, most))
    heat = _heat([first for first, _ in parts], changes)
    total = sum(heat)
    if total <= 0 or len(parts) < 2:  # noqa: PLR2004 - one part is the file
        return None
    found = []
    for (first, last), own in zip(parts, heat, strict=True):
        # Such as the blank lines between two methods.
        if not _is_some(lines[first - 1 : last]):
            continue
        n_tokens = _n_tokens((first, last), sizes)
        value = candidate.value * (own / total + n_tokens / max(1.0, sizes[-1])) / 2
        size = int(n_tokens) + PART_FRAME_TOKENS
        found.append(Candidate(candidate.path, size, round(value, 12), lines=(first, last)))
    return CutFile(candidate.path, lines, outline, tuple(found))


def render_parts(file: CutFile, chosen: Sequence[Lines]) -> tuple[str, tuple[Lines, ...]]:
    """The chosen parts of a file as one element, each line with its number, and which lines these are.

    The definitions that a part is inside of are named by their first lines.
    """
    spans = _joined(chosen, file.lines)
    rows = dict[int, str]()
    for first, last in spans:
        numbers = [*_around(file.outline.definitions, first), *range(first, last + 1)]
        rows |= {number: file.lines[number - 1] for number in numbers if number <= len(file.lines)}
    body = "".join(f"{number}\t{rows[number]}\n" for number in sorted(rows))
    head = f"<excerpt path={quoted(file.path)} lines={quoted(str(len(file.lines)))}>"
    return f"{head}\n{body}</excerpt>\n", spans


def _joined(chosen: Iterable[Lines], lines: Sequence[str]) -> tuple[Lines, ...]:
    """The same without neighbours: those between which there is nothing, or nothing but blank lines, are one."""
    spans = list[Lines]()
    for first, last in sorted(chosen):
        if spans and not _is_some(lines[spans[-1][1] : first - 1]):
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return tuple(spans)


def _is_some(lines: Iterable[str]) -> bool:
    return any(line.strip() for line in lines)


def _around(definitions: Iterable[Definition], line: int) -> list[int]:
    """The first lines of the definitions around a line, the outermost first."""
    return sorted({d.line for d in definitions if d.line < line <= d.end_line})[-MOST_AROUND:]


def _heat(starts: Sequence[int], changes: Iterable[LineChange]) -> list[float]:
    """How much is worked on the parts that begin at some lines: a commit counts once for each."""
    counted = set[tuple[int, int]]()
    heat = [0.0] * len(starts)
    for change in changes:
        first = max(0, bisect_right(starts, change.first) - 1)
        last = max(0, bisect_right(starts, change.last) - 1)
        for part in range(first, min(last, first + MOST_PARTS_CHANGED - 1) + 1):
            if (change.commit, part) not in counted:
                counted.add((change.commit, part))
                heat[part] += change.weight
    return heat


def _ordered(definitions: Iterable[Definition], lines: Sequence[str]) -> list[Lines]:
    """The lines of each definition with what stands right above it, in the order of the file, the outer ones first."""
    spans, around, ended = list[Lines](), list[Lines](), 0
    for d in sorted(definitions, key=lambda d: (d.line, -d.end_line)):
        if d.line > len(lines) or d.kind in ("field", "key"):
            continue
        while around and around[-1][1] < d.line:
            ended = max(ended, around.pop()[1])
        least = max(ended, around[-1][0] if around else 0, d.line - MOST_ABOVE)
        first = d.line
        while first - 1 > least and lines[first - 2].strip():
            first -= 1
        end = min(d.end_line, len(lines))
        around.append((d.line, end))
        spans.append((first, end))
    return spans


def _parts(span: Lines, inside: Sequence[Lines], sizes: Sequence[float], most: int) -> Iterator[Lines]:
    """Some lines in parts: one if they are short, else the definitions inside and what lies between these."""
    first, last = span
    if _n_tokens(span, sizes) <= most or not inside:
        if first <= last:
            yield span
        return
    at = first
    for start, end in inside:
        # One inside of the one before, which was dealt with as a whole.
        if start < at or end < start or end > last:
            continue
        if start > at:
            yield at, start - 1
        if _n_tokens((start, end), sizes) <= most:
            yield start, end
        else:
            within = [(a, b) for a, b in inside if start < a and b <= end]
            yield from _parts((start, end), within, sizes, most)
        at = end + 1
    if at <= last:
        yield at, last


def _n_tokens(span: Lines, sizes: Sequence[float]) -> float:
    return sizes[span[1]] - sizes[span[0] - 1]


def no_changes(_paths: Sequence[str]) -> Mapping[str, Sequence[LineChange]]:
    """What is known of changes outside of git."""
    return {}
