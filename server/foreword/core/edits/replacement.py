r"""What the commands of the text editor tool do to a text that the model sees, whose lines end with "\n".

A command that can't be done is a `Problem` whose message is written for the model, so that it can do better.
"""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

from foreword.core.documents.text import NEWLINES, UNPRINTABLE, lines_of
from foreword.core.errors import Problem

MAX_PLACES = 8
NEAR = 0.6
"""The similarity (0 to 1) from which a line is worth pointing at."""


def replace_once(content: str, old: str, new: str, path: str) -> str | Problem:
    """The content with the one occurrence of `old` replaced."""
    old, new = _plain(old), _plain(new)
    if problem := _unwritable(new, path):
        return problem
    if old == new:
        return Problem(f"old_str and new_str are the same, so nothing changes in {path}.")
    places = _places(content, old)
    if len(places) == 1:
        at = places[0]
        return content[:at] + new + content[at + len(old) :]
    return _several(content, places, path) if places else _not_found(content, old, path)


def insert_after(content: str, line: int, text: str, path: str) -> str | Problem:
    r"""The content with whole lines put after line `line`; 0 is before the first.

    A "\n" at the end of `text` ends its last line; it makes no empty line.
    """
    text = _plain(text)
    n_lines = len(lines_of(content))
    if problem := _unwritable(text, path):
        return problem
    if not text:
        return Problem(f"insert_text is empty, so nothing changes in {path}.")
    if line > n_lines:
        return Problem(f"{path} has {n_lines} lines: insert_line must be 0 to {n_lines}.")
    lines = text.removesuffix("\n").split("\n")
    if not content:
        return "\n".join((*lines, ""))
    all_lines = content.split("\n")
    return "\n".join((*all_lines[:line], *lines, *all_lines[line:]))


def whole_text(text: str, path: str) -> str | Problem:
    """The content of a new file, as the model gave it; a problem if its path can not take that text."""
    text = _plain(text)
    return _unwritable(text, path) or text


def _plain(text: str) -> str:
    return NEWLINES.sub("\n", text) if "\r" in text else text


def _unwritable(text: str, path: str) -> Problem | None:
    return (
        Problem(f"The text for {path} has a NUL or a lone surrogate in it, which no file can hold.")
        if UNPRINTABLE.search(text)
        else None
    )


def _places(content: str, wanted: str) -> list[int]:
    """Where `wanted` begins, overlapping occurrences included."""
    places, at = list[int](), content.find(wanted)
    while at >= 0:
        places.append(at)
        at = content.find(wanted, at + 1)
    return places


def _several(content: str, places: list[int], path: str) -> Problem:
    # Twice as many places, since several may stand on one line.
    found = list(dict.fromkeys(str(content.count("\n", 0, place) + 1) for place in places[: 2 * MAX_PLACES]))
    lines = ", ".join(found[:MAX_PLACES])
    more = ", ..." if len(found) > MAX_PLACES or len(places) > 2 * MAX_PLACES else ""
    return Problem(
        f"old_str occurs {len(places)} times in {path} (at lines {lines}{more}): "
        "add lines around it until it is the only one."
    )


def _not_found(content: str, old: str, path: str) -> Problem:
    wanted = old.strip("\n").split("\n")
    nearest = _nearest(content.split("\n"), wanted)
    hint = "view the file" if nearest is None else f"the nearest is at line {nearest[0]}: {nearest[1]!r}"
    return Problem(
        f"old_str does not occur in {path}; {hint}. It must be the text exactly, with its whitespace."
    )


def _nearest(lines: list[str], wanted: list[str]) -> tuple[int, str] | None:
    """The line (1-based) where the lines that are most like `wanted` begin."""
    first = next((line for line in wanted if line.strip()), "")
    skipped = wanted.index(first) if first else 0
    close = set(get_close_matches(first, set(lines), n=4, cutoff=NEAR))
    starts = [n - skipped for n, line in enumerate(lines) if line in close and n >= skipped]
    if not starts:
        return None
    whole = "\n".join(wanted)
    best = max(starts, key=lambda n: (_likeness("\n".join(lines[n : n + len(wanted)]), whole), -n))
    return best + skipped + 1, lines[best + skipped]


def _likeness(one: str, other: str) -> float:
    # An upper bound of the similarity, in linear time: good enough to point at a line.
    return SequenceMatcher(None, one, other).quick_ratio()
