"""How a file, an outline and a list of directories are written for the model.

Nothing volatile may get in here: the output depends on the arguments alone.
File contents are verbatim but for what JSON or the API can't carry (see `core.documents.text.printable`).

The repository map: the files most worth knowing, and signatures of their best definitions.

Names before breadth before depth: first each file in order of value gets a row, then each gets a few definitions while there
is room, then the most valuable files get more. The map is written in path order, so that a small change of values moves
nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, fsum

from foreword.core.documents.text import Text, lines_of
from foreword.core.outline import Definition, Outline
from foreword.core.secrets.redaction import MORE_OUTPUT, collapsed, redact, shown
from foreword.core.tokens import NOMINAL_RATIO, weigh

# Each element that any layer writes has to be here: a new one needs its word, or a file could pass for it.
FRAME = re.compile(
    r"</?(?:repository|overview|note|map|file|files|empty|index|changes|changed|changed-files|new|deleted|unsaved|attached|excerpts|excerpt"
    r"|hidden|instructions)\b"
)
"""What begins or ends a piece of a prompt. A text that has it could pass for more than a text: its frame then ends with a
digest of the text, which no text can have in itself."""
END_LENGTH = 16
MAX_INDEX_ENTRIES = 60
MAX_SIGNATURE_CHARS = 120
MAX_RETURNED_CHARS = 60
"""Of what stands behind the parameters so much is shown whole."""


def render_file(path: str, text: Text, outline: Outline) -> str:
    """A whole file: a header with its line count and the lines of its definitions, then its text."""
    # Verbatim: line numbers would cost a fifth of the budget and make exact edits harder, and the places that
    # get cited are mostly definitions, whose lines the header has.
    content = collapsed(shown(text.content))
    closing = "" if content.endswith("\n") or not content else "\n"
    end = hashlib.sha256(content.encode()).hexdigest()[:END_LENGTH] if FRAME.search(content) else ""
    attribute, name = (f" end={quoted(end)}", f"file {end}") if end else ("", "file")
    return f"<file {_attributes(path, text, outline)}{attribute}>\n{content}{closing}</{name}>\n"


def render_hidden(path: str, reason: str) -> str:
    """A file that is there, and whose text is left out for a reason."""
    return f"<hidden path={quoted(path)} reason={quoted(reason)}/>\n"


def render_outline(path: str, definitions: Sequence[Definition]) -> str:
    """A file as its definitions: line number and signature, indented by nesting."""
    rows = [f"{in_a_row(path)}\n"]
    rows += (
        # One blank a level: where two of them are a token, two levels of a row in ten thousand are a file.
        f"{' ' * depth}{d.line} {shortened(d.signature)}\n"
        for depth, d in _nested(definitions)
    )
    # A signature has default values in it, and one of them may be a secret.
    return redact("".join(rows))


def shortened(signature: str) -> str:
    """A signature of at most `MAX_SIGNATURE_CHARS`: of a long list of parameters the end is left out, never what is returned."""
    if len(signature) <= MAX_SIGNATURE_CHARS:
        return signature
    head, closing, tail = signature.rpartition(")")
    # Without a list of parameters, or with a long type behind it, there is nothing to leave out in the middle.
    if not closing or len(tail) > MAX_RETURNED_CHARS:
        return signature[:MAX_SIGNATURE_CHARS]
    kept = head[: MAX_SIGNATURE_CHARS - len(tail) - 4].rstrip(" ,")
    return f"{kept}...){tail}"


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
    """Lines of a text with their numbers, for excerpts that the model is to cite; of the hidden lines of an output the first."""
    lines = lines_of(content)[start_line - 1 : end_line]
    return "".join(
        f"{number}\t{line}\n"
        for number, line in enumerate(lines, start_line)
        if line != MORE_OUTPUT or number == start_line or lines[number - start_line - 1] != MORE_OUTPUT
    )


def in_a_row(path: str) -> str:
    """A path at the beginning of a line, where it could pass for a frame if it began like one, or had more lines."""
    path = " ".join(path.splitlines()) or path
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
    entries = [d for d in outline.definitions if d.kind not in ("field", "key")]
    rows, within = list[str](), ""
    for d in entries[:MAX_INDEX_ENTRIES]:
        # What stands in the definition that was named last is told by a dot: its whole name would be there for each member.
        rows.append(
            f"{d.line} {'.' if d.parent == within else f'{d.parent}.'}{d.name}"
            if d.parent
            else f"{d.line} {d.name}"
        )
        within = d.parent or d.name
    return ", ".join(rows) + (", ..." if len(entries) > len(rows) else "")


def _nested(definitions: Sequence[Definition]) -> Iterable[tuple[int, Definition]]:
    """Each definition with its depth: how many of the given ones enclose it."""
    open_ends: list[int] = []
    for definition in sorted(definitions, key=lambda d: (d.line, -d.end_line)):
        # Line numbers are all there is: a selection of definitions has lost who held whom.
        while open_ends and open_ends[-1] < definition.line:
            open_ends.pop()
        yield min(len(open_ends), 4) + 1, definition
        open_ends.append(definition.end_line)


FIRST_DEFINITIONS = 2
MORE_DEFINITIONS = 40
BREADTH_SHARE = 0.9
NAMES_FIRST = 0.5
"""The share of a map's room that names may take, for a map by itself."""


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A file that may stand in the map; `definitions` gives them with scores, best first, when they are asked for.

    Where there is no room for all names, those of the least `name_rank` are there.
    """

    path: str
    value: float
    definitions: Callable[[], tuple[tuple[Definition, float], ...]]
    name_rank: tuple[bool, float] = (False, 0.0)


def names_tokens(entries: Iterable[MapEntry]) -> int:
    """How many tokens the names of all entries take."""
    return ceil(sum(weigh(f"{in_a_row(entry.path)}\n") for entry in entries) / NOMINAL_RATIO)


def render_map(
    entries: Sequence[MapEntry], budget: int, names_share: float = NAMES_FIRST
) -> tuple[str, dict[str, str]]:
    """The map within `budget` tokens from entries by falling value, and the piece of each file in it.

    `names_share` of the room may go to names alone.
    """
    room = budget * NOMINAL_RATIO
    pieces = _names(entries, room * names_share)
    left = room - fsum(weigh(piece) for _, piece in pieces.values())
    chosen = [entry for entry in entries if entry.path in pieces]
    # Few definitions of many files: a model that knows what a file is about finds the rest by tools.
    left, few = _more(chosen, pieces, left, FIRST_DEFINITIONS, BREADTH_SHARE)
    _more(few, pieces, left, MORE_DEFINITIONS, 1.0)
    # By path and not by value: a small change of values then moves nothing.
    ordered = {path: pieces[path][1] for path in sorted(pieces)}
    return "".join(ordered.values()), ordered


Pieces = dict[str, tuple[MapEntry, str]]


def _names(entries: Iterable[MapEntry], room: float) -> Pieces:
    """Entries by the rank of their names, while the names alone fit."""
    pieces: Pieces = {}
    # Stable: what ranks alike stays in the order of values.
    for entry in sorted(entries, key=lambda entry: entry.name_rank):
        text = render_outline(entry.path, ())
        # Stops, though a shorter name may fit: which files are left out must not hang on the length of names.
        room -= weigh(text)
        if room < 0:
            break
        pieces[entry.path] = entry, text
    return pieces


def _more(
    chosen: Sequence[MapEntry], pieces: Pieces, room: float, n_definitions: int, share: float
) -> tuple[float, list[MapEntry]]:
    """Give so many definitions to the entries from the best on while `share` of the room lasts: what is left, and who got them."""
    left, done = room * share, list[MapEntry]()
    for entry in chosen:
        # Each entry costs a look at an outline, so the first one that does not fit ends it.
        if left <= 0:
            break
        text = render_outline(entry.path, [found for found, _ in entry.definitions()[:n_definitions]])
        more = weigh(text) - weigh(pieces[entry.path][1])
        if more > left:
            break
        left -= more
        pieces[entry.path] = entry, text
        done.append(entry)
    return left + room * (1 - share), done
