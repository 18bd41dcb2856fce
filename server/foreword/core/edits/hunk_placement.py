"""Hunks carried out on a file as it is now: exactly where they fit, or not at all.

What the file keeps: its encoding and byte order mark, the end of every line, the bytes that mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain

from foreword.core.documents.text import NEWLINES, UNPRINTABLE, Text, encode, printable
from foreword.core.edits.hunk import MAX_PLACES, Hunk, describe, index_lines, places_of, render_hunk
from foreword.core.edits.text_edit import Edit, apply_edits, trimmed
from foreword.core.errors import EditError, Problem
from foreword.core.secrets.redaction import UNKNOWN_VALUE, redaction_of, restored

CLASH = "another change wants the same place"
DONE = "it stands there already"
MIXED = "the ends of lines are mixed there in a way that can't be kept; convert them first"


@dataclass(frozen=True, slots=True)
class RefusedHunk:
    """A hunk that was not carried out, and why, in words that end a sentence."""

    hunk: Hunk
    reason: str

    @property
    def diff(self) -> str:
        """The hunk as in a unified diff."""
        return render_hunk(self.hunk)

    def problem(self, path: str) -> Problem:
        """For the user, in one line."""
        return Problem(f"{path}: {describe(self.hunk)} was not applied: {self.reason}", path)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The text with every hunk that fits, the edits that make it from the text as it was, and the other hunks."""

    text: Text
    edits: tuple[Edit, ...]
    refused: tuple[RefusedHunk, ...]


@dataclass(frozen=True, slots=True)
class _PlacedHunk:
    """A hunk with its place in the current lines, and the edit that it is there; `after` has the values of what is redacted."""

    hunk: Hunk
    place: int
    edit: Edit
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Lines:
    """A text as lines with their ends: the last line has none, and is empty behind a final newline."""

    content: str
    texts: list[str]
    ends: list[str]
    starts: list[int]

    def end_near(self, place: int) -> str:
        """How a new line in front of line `place` ends: as the line before it, or else as the first one that ends."""
        above = next((end for end in reversed(self.ends[:place]) if end), None)
        return above or next((end for end in self.ends[place:] if end), "\n")


def resolve(hunks: Sequence[Hunk], current: Text) -> Resolution:
    """Carry out each hunk where its lines and its context occur exactly once; refuse it otherwise.

    Hunks are looked for in `current` as it is, none in the result of another; of hunks that meet in one place
    none is carried out.
    """
    lines = _lines(current.content)
    redaction = redaction_of(current.content)
    shown = redaction.text.split("\n")
    index = index_lines(shown)
    found, refused = list[_PlacedHunk](), list[RefusedHunk]()
    for hunk in hunks:
        places = places_of(hunk, shown, index)
        if (
            not places
            and len(places_of(replace(hunk, before=hunk.after, after=hunk.before), shown, index)) == 1
        ):
            refused.append(RefusedHunk(hunk, DONE))
            continue
        placed = _place(hunk, places, lines, current, redaction.values)
        if isinstance(placed, _PlacedHunk):
            found.append(placed)
        else:
            refused.append(RefusedHunk(hunk, placed))
    found.sort(key=lambda one: (one.place, one.edit.end))
    clashing = _clashing(found)
    refused += (RefusedHunk(one.hunk, CLASH) for one in found if one in clashing)
    kept = [one for one in found if one not in clashing]
    edits = tuple(trimmed(one.edit) for one in kept)
    content = apply_edits(current.content, edits)
    # A last guard: a new "\r" beside a "\n" makes one line end of two. Then nothing is changed.
    if printable(content).split("\n") != _expected(printable(current.content).split("\n"), kept):
        return Resolution(current, (), tuple(RefusedHunk(hunk, MIXED) for hunk in hunks))
    return Resolution(replace(current, content=content), edits, tuple(refused))


def _expected(shown: list[str], placed: Sequence[_PlacedHunk]) -> list[str]:
    lines = shown.copy()
    # From the end, so that the places before stay right.
    for one in reversed(placed):
        lines[one.place : one.place + len(one.hunk.before)] = one.after
    return lines


def _why_nowhere(places: Sequence[int]) -> str:
    if not places:
        return "the file has changed there"
    several = f"{MAX_PLACES} or more" if len(places) == MAX_PLACES else str(len(places))
    lines = ", ".join(str(place + 1) for place in places)
    return f"the same lines stand in {several} places now (at {lines})"


def _place(
    hunk: Hunk, places: Sequence[int], lines: _Lines, current: Text, values: Mapping[int, Sequence[str]]
) -> _PlacedHunk | str:
    """A hunk at its one place, or why it can't be carried out; `values` are those that are redacted, by line."""
    if len(places) != 1:
        return _why_nowhere(places)
    (place,) = places
    here = range(place, place + len(hunk.before))
    # The model saw such a byte as `\x9f`, and would write those four characters in its place.
    if any(UNPRINTABLE.search(lines.texts[line]) for line in here):
        return f"there are bytes that are no text in {current.encoding}; edit them by hand"
    after = restored(hunk.before, hunk.after, [value for line in here for value in values.get(line, ())])
    if after is None:
        return UNKNOWN_VALUE
    edit = _edit(replace(hunk, after=after), place, lines)
    try:
        # Asked hunk by hunk: a letter that the file's encoding lacks refuses its own hunk only.
        encode(replace(current, content=edit.after))
    except EditError as error:
        return str(error)
    return _PlacedHunk(hunk, place, edit, after)


def _edit(hunk: Hunk, place: int, lines: _Lines) -> Edit:
    """A line that takes the place of another ends as that one did."""
    end_place, n_lines = place + len(hunk.before), len(lines.texts)
    near = lines.end_near(end_place)
    ends = [end or near for end in lines.ends[place:end_place][: len(hunk.after)]]
    ends += [near] * (len(hunk.after) - len(ends))
    if end_place < n_lines:
        return _cut(lines, lines.starts[place], lines.starts[end_place], _joined(hunk.after, ends))
    if place == n_lines:
        at = len(lines.content)
        return _cut(lines, at, at, "".join(chain.from_iterable(zip(ends, hunk.after, strict=True))))
    # The last lines go with the line end before them: else an empty line would stay.
    start = lines.starts[place] - (len(lines.ends[place - 1]) if not hunk.after and place else 0)
    return _cut(lines, start, len(lines.content), _joined(hunk.after, [*ends[:-1], ""]))


def _joined(texts: Sequence[str], ends: Sequence[str]) -> str:
    return "".join(chain.from_iterable(zip(texts, ends, strict=False)))


def _cut(lines: _Lines, start: int, end: int, after: str) -> Edit:
    return Edit(start, end, lines.content[start:end], after)


def _clashing(ordered: Iterable[_PlacedHunk]) -> list[_PlacedHunk]:
    """Those that overlap another one, or stand before the same line."""
    clashing, reach = list[_PlacedHunk](), None
    for one in ordered:
        if reach is not None and (one.edit.start < reach.edit.end or one.place == reach.place):
            clashing += (reach, one)
        reach = one if reach is None or one.edit.end >= reach.edit.end else reach
    return clashing


def _lines(content: str) -> _Lines:
    texts = NEWLINES.split(content)
    ends = [*NEWLINES.findall(content), ""]
    lengths = (len(text) + len(end) for text, end in zip(texts, ends, strict=True))
    starts = list(accumulate(lengths, initial=0))[:-1]
    return _Lines(content, texts, ends, starts)
