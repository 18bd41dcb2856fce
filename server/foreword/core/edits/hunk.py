"""The changes from one text to another as hunks, each of which finds its own place in a text that moved on.

Hunks are made of lines as the model sees them (`core.text.printable`): without their ends, the empty one behind
the last newline included. So one hunk fits a file whatever its line endings are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import islice

MIN_CONTEXT = 3
EXACT_DIFF_LINES = 3_000
"""Above it, difflib may pass over lines that are frequent: quicker, and the hunks are larger at worst."""
SHOWN_CHARACTERS = 60
MAX_PLACES = 6
"""To know of more would make no difference."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Behind the first `line` lines of a text, the lines `before` become `after`.

    `lead` and `trail` are unchanged lines on both sides: at least `MIN_CONTEXT` of them, and so many that
    they occur only once in the text, together with `before`; fewer only where the text begins or ends.
    `closes` is how many lines there must be behind those that are replaced, for a hunk that belongs to the end.
    """

    line: int
    lead: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    trail: tuple[str, ...]
    closes: int | None = None

    @property
    def old(self) -> tuple[str, ...]:
        """What must be there for the hunk to fit."""
        return self.lead + self.before + self.trail


def hunks_between(before: str, after: str) -> tuple[Hunk, ...]:
    r"""The hunks that make `before` into `after`; both with lines ended by "\n"."""
    old, new = before.split("\n"), after.split("\n")
    index = index_lines(old)
    return tuple(_hunk(old, index, i1, i2, new[j1:j2]) for i1, i2, j1, j2 in _differences(old, new))


def hunks_on(before: str, after: str, wanted: Iterable[int], applied: Collection[int]) -> tuple[Hunk, ...]:
    """Those of `hunks_between(before, after)` with these numbers, for a text in which others are applied already.

    Their context is that of `before` with the hunks of `applied` carried out, so it names no line that is gone.
    """
    old, new = before.split("\n"), after.split("\n")
    ranges, lines, starts, end = tuple(_differences(old, new)), list[str](), list[int](), 0
    for number, (i1, i2, j1, j2) in enumerate(ranges):
        lines += old[end:i1]
        starts.append(len(lines))
        lines += new[j1:j2] if number in applied else old[i1:i2]
        end = i2
    lines += old[end:]
    index = index_lines(lines)
    return tuple(
        _hunk(lines, index, starts[number], starts[number] + i2 - i1, new[j1:j2])
        for number in wanted
        for i1, i2, j1, j2 in [ranges[number]]
    )


def places_of(hunk: Hunk, lines: Sequence[str], index: Mapping[str, Sequence[int]]) -> list[int]:
    """Where in `lines` the hunk fits, at most the first `MAX_PLACES`: how many lines come before its own.

    A hunk that only inserts stands between two neighbours; the text's beginning or end is one of them.
    """
    found = (start + len(hunk.lead) for start in _occurrences(hunk.old, lines, index))
    return list(islice((place for place in found if _is_within(hunk, place, lines)), MAX_PLACES))


def _is_within(hunk: Hunk, place: int, lines: Sequence[str]) -> bool:
    """Whether the hunk stands at `place` as it has to towards the beginning and the end."""
    if place and not (hunk.before or hunk.lead):
        return False
    n_behind = len(lines) - place - len(hunk.before)
    return hunk.closes is None or (
        n_behind == hunk.closes and (n_behind <= len(hunk.trail) or lines[-1] == "")
    )


def index_lines(lines: Iterable[str]) -> dict[str, list[int]]:
    """The places of each line."""
    index: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        index.setdefault(line, []).append(place)
    return index


def render_hunk(hunk: Hunk) -> str:
    """The hunk as in a unified diff, with its nearest context."""
    lead, trail = hunk.lead[-MIN_CONTEXT:], hunk.trail[:MIN_CONTEXT]
    first, n_context = hunk.line - len(lead) + 1, len(lead) + len(trail)
    ranges = f"@@ -{first},{n_context + len(hunk.before)} +{first},{n_context + len(hunk.after)} @@"
    rows = [ranges, *(f" {line}" for line in lead), *(f"-{line}" for line in hunk.before)]
    rows += [*(f"+{line}" for line in hunk.after), *(f" {line}" for line in trail)]
    return "".join(f"{row}\n" for row in rows)


def describe(hunk: Hunk) -> str:
    """The hunk in one line, for a message."""
    where = f"line {hunk.line + 1}"
    if len(hunk.before) > 1:
        where = f"lines {hunk.line + 1}-{hunk.line + len(hunk.before)}"
    if not hunk.before:
        return f"the insertion before {where} ({_gist(hunk.after)})"
    return f"the change of {where} ({_gist(hunk.before)})"


def _gist(lines: Sequence[str]) -> str:
    first = " ".join(next((line for line in lines if line.strip()), "a blank line").split())
    cut = first if len(first) <= SHOWN_CHARACTERS else first[: SHOWN_CHARACTERS - 3] + "..."
    return cut + (" ..." if len(lines) > 1 else "")


def _hunk(
    lines: Sequence[str], index: Mapping[str, Sequence[int]], start: int, end: int, after: Sequence[str]
) -> Hunk:
    """The hunk with as much context as makes it unique; at last the whole text, and its end."""
    before, n_context = tuple(lines[start:end]), MIN_CONTEXT
    n_behind, is_ended = len(lines) - end, lines[-1] == ""
    belongs_to_end = (
        (is_ended or not before) if n_behind == 0 else (n_behind == 1 and is_ended and not before)
    )
    closes = n_behind if belongs_to_end else None
    while True:
        lead = lines[max(0, start - n_context) : start]
        # What is behind the final newline is no line to know a place by: the text may have grown.
        trail = lines[end : min(end + n_context, max(end, len(lines) - is_ended))]
        hunk = Hunk(start, tuple(lead), before, tuple(after), tuple(trail), closes)
        if len(places_of(hunk, lines, index)) == 1:
            return hunk
        if n_context > len(lines):
            return replace(hunk, closes=n_behind)
        n_context *= 2


def _occurrences(
    wanted: Sequence[str], lines: Sequence[str], index: Mapping[str, Sequence[int]]
) -> Iterator[int]:
    """Where `wanted` begins in `lines`, looked for by its rarest line; nothing begins everywhere."""
    if not wanted:
        yield from range(len(lines) + 1)
        return
    # By the rarest there is little to compare, also in a text of many equal lines.
    offset = min(range(len(wanted)), key=lambda n: len(index.get(wanted[n], ())))
    sought, last = list(wanted), len(lines) - len(wanted)
    for place in index.get(wanted[offset], ()):
        start = place - offset
        if 0 <= start <= last and lines[start : start + len(sought)] == sought:
            yield start


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of `old` and `new` that differ, as difflib gives them; what is equal at both ends is cut off first."""
    # difflib's time can grow with the square of the length, and most changes leave both ends alone.
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    ours, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=len(ours) + len(theirs) > EXACT_DIFF_LINES)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield i1 + head, i2 + head, j1 + head, j2 + head
