"""How a file, an outline and a list of directories are written for the model.

Nothing volatile may get in here: the output depends on the arguments alone.
File contents are verbatim but for what JSON or the API can't carry (see `core.documents.text.printable`).

The repository map: the files most worth knowing, each with the signatures of its best definitions.

Breadth before depth: first each file in order of value gets a few definitions until most of the budget is
spent, then the most valuable files get more. The map is written in path order, so that a small change of
values moves nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from foreword.core.documents.text import Text, lines_of
from foreword.core.outline import Definition, Outline
from foreword.core.secrets.redaction import redact, shown
from foreword.core.tokens import NOMINAL_RATIO, weigh

# Each element that any layer writes has to be here: a new one needs its word, or a file could pass for it.
FRAME = re.compile(
    r"</?(?:repository|overview|note|map|file|files|index|changes|changed|changed-files|new|deleted|unsaved|attached|excerpts|excerpt"
    r"|hidden|instructions)\b"
)
"""What begins or ends a piece of a prompt. A text that has it could pass for more than a text: its frame then ends with a
digest of the text, which no text can have in itself."""
END_LENGTH = 16
MAX_INDEX_ENTRIES = 60
MAX_SIGNATURE_CHARS = 120


def render_file(path: str, text: Text, outline: Outline) -> str:
    """A whole file: a header with its line count and the lines of its definitions, then its text."""
    # Verbatim: line numbers would cost a fifth of the budget and make exact edits harder, and the places that
    # get cited are mostly definitions, whose lines the header has.
    content = shown(text.content)
    closing = "" if content.endswith("\n") or not content else "\n"
    end = hashlib.sha256(content.encode()).hexdigest()[:END_LENGTH] if FRAME.search(content) else ""
    attribute, name = (f" end={quoted(end)}", f"file {end}") if end else ("", "file")
    return f"<file {_attributes(path, text, outline)}{attribute}>\n{content}{closing}</{name}>\n"


def render_outline(path: str, definitions: Sequence[Definition]) -> str:
    """A file as its definitions: line number and signature, indented by nesting."""
    rows = [f"{in_a_row(path)}\n"]
    rows += (
        f"{'  ' * depth}{d.line} {d.signature[:MAX_SIGNATURE_CHARS]}\n" for depth, d in _nested(definitions)
    )
    # A signature has default values in it, and one of them may be a secret.
    return redact("".join(rows))


def render_directories(paths: Iterable[str], max_rows: int = 80) -> str:
    """The directories that hold the files, two levels deep, with the number of files below each."""
    counts: dict[str, int] = {}
    for path in paths:
        parts = path.split("/")[:-1][:2]
        for depth in range(len(parts)):
            name = "/".join(parts[: depth + 1]) + "/"
            counts[name] = counts.get(name, 0) + 1
    largest = sorted(counts, key=lambda name: (-counts[name], name))[:max_rows]
    # Chosen by size and written by name: a folder that outgrows another one moves no row.
    rows = [f"{in_a_row(name)} {counts[name]}\n" for name in sorted(largest)]
    rest = len(counts) - len(rows)
    return "".join(rows) + (f"(and {rest} smaller directories)\n" if rest > 0 else "")


def render_languages(languages: Mapping[str, int]) -> str:
    """The languages by number of files, most first."""
    ordered = sorted(languages.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered[:12])


def numbered(content: str, start_line: int, end_line: int) -> str:
    """Lines of a text with their numbers, for excerpts that the model is to cite."""
    lines = lines_of(content)[start_line - 1 : end_line]
    return "".join(f"{number}\t{line}\n" for number, line in enumerate(lines, start_line))


def in_a_row(path: str) -> str:
    """A path at the beginning of a line, where it could pass for a frame if it began like one."""
    return f"./{path}" if path.startswith("<") else path


def quoted(value: str) -> str:
    """A value between double quotes, on one line."""
    return (
        '"'
        + FRAME.sub(lambda match: match[0].replace("<", "("), value)
        .replace('"', "'")
        .replace("\n", " ")
        .replace("\r", " ")
        + '"'
    )


def _attributes(path: str, text: Text, outline: Outline) -> str:
    shown = f"path={quoted(path)} lines={quoted(str(len(lines_of(text.content))))}"
    # What is usual is not said: nearly all files are UTF-8 with plain line ends, and each word is in every
    # base.
    if text.encoding != "utf-8" or text.bom:
        shown += f" encoding={quoted(text.encoding + ('-bom' if text.bom else ''))}"
    if text.newline not in ("lf", "none"):
        shown += f" newline={quoted(text.newline)}"
    if text.n_invalid:
        shown += f" undecodable-bytes={quoted(str(text.n_invalid))}"
    index = _index(outline)
    return f"{shown} definitions={quoted(index)}" if index else shown


def _index(outline: Outline) -> str:
    entries = [
        f"{d.line} {d.parent}.{d.name}" if d.parent else f"{d.line} {d.name}"
        for d in outline.definitions
        if d.kind not in ("field", "key")
    ]
    shown = entries[:MAX_INDEX_ENTRIES]
    return ", ".join(shown) + (", ..." if len(entries) > len(shown) else "")


def _nested(definitions: Sequence[Definition]) -> Iterable[tuple[int, Definition]]:
    """Each definition with its depth: how many of the given ones enclose it."""
    open_ends: list[int] = []
    for definition in sorted(definitions, key=lambda d: (d.line, -d.end_line)):
        # Line numbers are all there is: a selection of definitions has lost who held whom.
        while open_ends and open_ends[-1] < definition.line:
            open_ends.pop()
        yield min(len(open_ends), 4) + 1, definition
        open_ends.append(definition.end_line)


# Few definitions of many files: a model that knows that a file exists finds the rest by tools, and one that
# does not never looks.
FIRST_DEFINITIONS = 2
MORE_DEFINITIONS = 40
BREADTH_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A file that may stand in the map; `definitions` with scores, best first."""

    path: str
    value: float
    definitions: tuple[tuple[Definition, float], ...]


def render_map(entries: Iterable[MapEntry], budget: int) -> tuple[str, dict[str, str]]:
    """The map within `budget` tokens from entries by falling value, and the piece of each file in it."""
    room = budget * NOMINAL_RATIO
    chosen, used = _breadth(entries, room * BREADTH_SHARE)
    pieces = _depth(chosen, room - used)
    # By path and not by value: a small change of values then moves nothing.
    ordered = {path: pieces[path] for path in sorted(pieces)}
    return "".join(ordered.values()), ordered


def _breadth(entries: Iterable[MapEntry], room: float) -> tuple[list[MapEntry], float]:
    """Entries from the best on while their short form fits, with the weight they take."""
    chosen, used = list[MapEntry](), 0.0
    for entry in entries:
        weight = weigh(_piece(entry, FIRST_DEFINITIONS))
        # Stops, though a later one may fit: entries come by falling value, and each costs a look at an
        # outline.
        if used + weight > room:
            break
        chosen.append(entry)
        used += weight
    return chosen, used


def _depth(chosen: Sequence[MapEntry], room: float) -> dict[str, str]:
    """The pieces: long forms from the best entry on while there is room, short ones after that."""
    pieces = {}
    for entry in chosen:
        short, long = _piece(entry, FIRST_DEFINITIONS), _piece(entry, MORE_DEFINITIONS)
        more = weigh(long) - weigh(short)
        pieces[entry.path] = long if more <= room else short
        room -= more if more <= room else 0.0
    return pieces


def _piece(entry: MapEntry, n_definitions: int) -> str:
    best: Sequence[Definition] = [definition for definition, _ in entry.definitions[:n_definitions]]
    return render_outline(entry.path, best)
