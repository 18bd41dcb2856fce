"""The words of an offline answer: what the index found for a question, with the place of each thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from foreword.assist.evidence import Evidence
from foreword.core.excerpt import Excerpt
from foreword.core.language import language_of
from foreword.core.text import printable

LABEL = "*Offline answer: found in the index, no model was asked.*"
MAX_EXCERPTS = 4
MAX_EXCERPTS_A_FILE = 2
MAX_EXCERPT_LINES = 40
MAX_FURTHER = 6


def compose(evidence: Evidence, introduction: str | None = None) -> str:
    """Markdown: definitions, excerpts, mentions, in this order, labelled as offline.

    `introduction` is the path of the readme, for questions about the whole that no code answers.
    """
    sections = [
        LABEL,
        _definitions(evidence),
        _excerpts(evidence.excerpts),
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


def _excerpts(excerpts: Iterable[Excerpt]) -> str:
    pieces = [_excerpt(excerpt) for excerpt in _spread(excerpts)]
    return "### Closest to the question\n\n" + "\n\n".join(pieces) if pieces else ""


def _excerpt(excerpt: Excerpt) -> str:
    lines = excerpt.text.split("\n")
    shown = lines[:MAX_EXCERPT_LINES]
    more = [f"... {len(lines) - len(shown)} more lines"] if len(lines) > len(shown) else []
    fence = "```" if "```" not in excerpt.text else "~~~~"
    symbol = f" (`{excerpt.symbol}`)" if excerpt.symbol else ""
    code = "\n".join([*shown, *more])
    place = f"{excerpt.path}:{_lines(excerpt.start_line, excerpt.end_line)}"
    return f"{place}{symbol}\n\n{fence}{language_of(excerpt.path) or ''}\n{code}\n{fence}"


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
