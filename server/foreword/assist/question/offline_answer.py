"""The words of an offline answer: what the index found for a question, with the place of each thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from foreword.assist.question.pointers import Pointer, pointed_names, text_at
from foreword.assist.question.request import PreparedRequest
from foreword.assist.question.retrieved import Evidence, find_evidence
from foreword.assist.session.snapshot.overlay import with_unsaved
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import lines_of, printable
from foreword.core.language import language_of
from foreword.core.outline import Excerpt
from foreword.prefix.base.file_selection import READMES

LABEL = "*Offline answer: found in the index, no model was asked.*"
MAX_EXCERPTS = 4
MAX_EXCERPTS_A_FILE = 2
MAX_EXCERPT_LINES = 40
MAX_FURTHER = 6
LINES_BEFORE = 4
MAX_BLANK = 4
"""So many lines less than there are need no word: they are the blank ones around the excerpt."""

_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}")
"""A word of prose, or of an identifier."""


def compose(evidence: Evidence, introduction: str | None = None, question: str = "") -> str:
    """Markdown: definitions, excerpts, mentions, in this order, labelled as offline.

    `introduction` is the path of the readme, for questions about the whole that no code answers; of a long excerpt
    the lines with most of the `question` in them are shown.
    """
    sections = [
        LABEL,
        _definitions(evidence),
        _excerpts(evidence.excerpts, _words(question)),
        _mentions(evidence),
        _further(evidence),
    ]
    if not evidence.definitions and not evidence.excerpts:
        sections.append(
            "Nothing in the index matches this question. Name a symbol, a file, or words from the code."
        )
    if introduction:
        sections.append(f"The project introduces itself in `{introduction}:1`.")
    return printable("\n\n".join(section for section in sections if section)) + "\n"


def _definitions(evidence: Evidence) -> str:
    rows = [
        f"- `{d.parent + '.' if d.parent else ''}{d.name}` ({d.kind}): {path}:{_lines(d.line, d.end_line)}\n"
        f"  `{d.signature.replace('`', ' ')}`"
        for path, d in evidence.definitions
    ]
    return "### Defined here\n\n" + "\n".join(rows) if rows else ""


def _spread(excerpts: Iterable[Excerpt]) -> list[Excerpt]:
    """The excerpts to show: the best ones, but few from the same file."""
    shown, n_of = list[Excerpt](), Counter[str]()
    for excerpt in excerpts:
        if len(shown) < MAX_EXCERPTS and n_of[excerpt.path] < MAX_EXCERPTS_A_FILE:
            shown.append(excerpt)
            n_of[excerpt.path] += 1
    return shown


def _excerpts(excerpts: Iterable[Excerpt], words: frozenset[str]) -> str:
    pieces = [_excerpt(excerpt, words) for excerpt in _spread(excerpts)]
    return "### Closest to the question\n\n" + "\n\n".join(pieces) if pieces else ""


def _excerpt(excerpt: Excerpt, words: frozenset[str]) -> str:
    lines = excerpt.text.split("\n")
    start, end = _shown_part(lines, words)
    n_more = len(lines) - (end - start)
    rest = f"\n\n... {n_more} more lines in {_lines(excerpt.start_line, excerpt.end_line)}"
    # A fence within the excerpt would end the block early.
    fence = "```" if "```" not in excerpt.text else "~~~~"
    symbol = f" (`{excerpt.symbol}`)" if excerpt.symbol and n_more <= MAX_BLANK else ""
    place = f"{excerpt.path}:{_lines(excerpt.start_line + start, excerpt.start_line + end - 1)}"
    code = "\n".join(lines[start:end])
    shown = f"{place}{symbol}\n\n{fence}{language_of(excerpt.path) or ''}\n{code}\n{fence}"
    return shown + rest if n_more > MAX_BLANK else shown


def _shown_part(lines: Sequence[str], words: frozenset[str]) -> tuple[int, int]:
    """The first and the end of the lines to show, without blank lines around them."""
    start = _densest(lines, words) if len(lines) > MAX_EXCERPT_LINES + 1 else 0
    end = start + MAX_EXCERPT_LINES if len(lines) > MAX_EXCERPT_LINES + 1 else len(lines)
    filled = [n for n in range(start, end) if lines[n].strip()]
    return (filled[0], filled[-1] + 1) if filled else (start, end)


def _densest(lines: Sequence[str], words: frozenset[str]) -> int:
    """Where the window of `MAX_EXCERPT_LINES` with most of the words begins; a word that is everywhere says little."""
    found = [words & _words(line) for line in lines]
    n_lines = Counter(word for each in found for word in each)
    # Summed in floats, so that windows of the same worth can differ in the last digit: hence the rounding
    # below.
    worth = [sum(1 / n_lines[word] for word in each) for each in found]
    starts = range(len(lines) - MAX_EXCERPT_LINES + 1)
    best = max(starts, key=lambda start: (round(sum(worth[start : start + MAX_EXCERPT_LINES]), 9), -start))
    first = next((n for n in range(best, len(lines)) if worth[n]), best)
    return min(max(0, first - LINES_BEFORE), starts[-1])


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _mentions(evidence: Evidence) -> str:
    rows = [f"- {m.path}:{m.line} `{m.text.replace('`', ' ')}`" for m in evidence.mentions]
    return "### Mentioned in\n\n" + "\n".join(rows) if rows else ""


def _further(evidence: Evidence) -> str:
    shown = _spread(evidence.excerpts)
    rest = [excerpt for excerpt in evidence.excerpts if excerpt not in shown][:MAX_FURTHER]
    rows = [
        f"- {e.path}:{_lines(e.start_line, e.end_line)}" + (f" `{e.symbol}`" if e.symbol else "")
        for e in rest
    ]
    return "### See also\n\n" + "\n".join(rows) if rows else ""


def _lines(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


EVIDENCE_TOKENS = 4_000


def offline_text(prepared: PreparedRequest) -> str:
    """The text of an offline answer."""
    pointers = prepared.pointers
    near = [pointer.path for pointer in pointers]
    about = pointed_names(prepared.saved, [p for p in pointers if p.path not in prepared.unsaved])
    shown = with_unsaved(prepared.saved, prepared.unsaved)
    found = find_evidence(shown, prepared.question, budget=EVIDENCE_TOKENS, near=near, about=about)
    pointed = tuple(_pointed(prepared, pointer) for pointer in pointers if pointer.first)
    evidence = replace(found, excerpts=(*pointed, *found.excerpts))
    return compose(
        evidence,
        None if evidence.definitions or evidence.excerpts else _introduction(prepared.saved),
        prepared.question,
    )


def _pointed(prepared: PreparedRequest, pointer: Pointer) -> Excerpt:
    """The lines that a question points at, as the user sees them."""
    # What the editor shows goes first: the lines that the user points at are counted in it.
    lines = lines_of(text_at(pointer, prepared.saved, prepared.unsaved.get(pointer.path)))
    first, last = pointer.first or 1, pointer.last or len(lines)
    # What the index knows holds for the saved text alone.
    is_saved = pointer.text is None and pointer.path not in prepared.unsaved
    outline = prepared.saved.index.outline(pointer.path).definitions if is_saved else ()
    name = next((one.name for one in outline if (one.line, one.end_line) == (first, last)), None)
    return Excerpt(pointer.path, first, last, 0.0, "\n".join(lines[first - 1 : last]), name)


def _introduction(saved: WorkspaceSnapshot) -> str | None:
    return next((path for path in saved.index.paths if path.lower() in READMES), None)
