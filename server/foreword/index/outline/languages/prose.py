"""Which lines of a Markdown text have nothing to do with its headings: paragraphs, lists, tables, what fences hold.

Whether a `#` begins a heading depends on the blocks that are open there, and so on the lines before it; but hardly any
line has a say in it. Below a blank line, what stands at the margin closes all that was open, except for a block that
goes on up to its own end: fenced code, some HTML, front matter. The lines that may begin or end such a block, or be a
heading or the line under one, are the telling ones. A heading with `#` at the margin, or a fence there, closes
paragraphs and lists without a blank line, too. So between one telling line and the next all can go that is above a line
at the margin below a blank one, or above such a heading or fence. Only a blank line must stay, because it ends the other
blocks of HTML.

Every pattern looks at each byte a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from foreword.index.outline.languages.bodies import Span

LEAST_BYTES = 40
"""Fewer are parsed sooner than they are left out."""

_TELLING = re.compile(rb"\n[ \t]*+(?:[#<]|`{3}|~{3}|(?:(?<=[ \t])|[=+-][=+\- \t]*+)(?=\r?(?:\n|\Z)))")
"""They begin with a mark, or have nothing but the marks under titles and around front matter, or nothing but blanks."""
_CLOSES_ALL = re.compile(rb"#{1,6}[ \t]|`{3,}+[^`\n]*+(?:\n|\Z)|~{3}")
_OPENS_HTML = re.compile(rb"\n[ \t]*+<(?:!(?P<declares>[A-Za-z])?|\?|(?i:script|pre|style|textarea))")
_CLOSES_HTML = re.compile(rb"-->|\?>|\]\]>|</(?i:script|pre|style|textarea)")
_BLANK_LINE = re.compile(rb"\n[ \t]++\r?\n")
_HTML_IN_ITEM = re.compile(rb"\n[ \t]*+[>*+\-0-9][ \t>*+\-0-9.)]*+(?<=[ \t])<")
_UNSURE = re.compile(
    rb"(?:\n[ \t]*+(?!\r?\n)[^\n]*+){0,3}?\n[ \t]*+(?:<[A-Za-z/]|(?:=++|-++)[ \t]*+\r?(?:\n|\Z))"
)
"""Below the definition of a link, the line under a title, or a tag: what it all is depends on what is far below."""
_INDENT = b" \t\r\n"


def beside_headings(data: bytes, least: int = LEAST_BYTES) -> list[Span]:
    """Spans of whole lines, in order, without which all headings of a Markdown text stay what and where they are.

    The first and the last line are in none: how a text begins and ends counts. Nor are fewer than `least` bytes.
    """
    if _is_odd(data):
        return []
    blanks = (b"\n\n", b"\n\r\n") if b"\r" in data else (b"\n\n",)
    last = data.rfind(b"\n", 0, len(data) - 1) + 1
    spans: list[Span] = []
    start = _after_front_matter(data)
    for line in _telling(data):
        if line - start >= least:
            spans += _between(data, start, line, blanks)
        start = max(start, data.find(b"\n", line) + 1 or len(data))
    if last - start >= least:
        spans.append((start, last))
    return spans


def _is_odd(data: bytes) -> bool:
    """Whether any line of a text may be telling.

    A lone carriage return ends a line; a declaration of HTML ends at any `>`; HTML in a list, where lines
    are of blanks, is nothing that the grammar has one mind about.
    """
    if b"\0" in data or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return True
    if _is_unsure(data):
        return True
    return b"<" in data and (
        any(match["declares"] for match in _OPENS_HTML.finditer(b"\n" + data))
        or bool(_BLANK_LINE.search(data) and _HTML_IN_ITEM.search(b"\n" + data))
    )


def _is_unsure(data: bytes) -> bool:
    """Whether there is the definition of a link that the grammar takes for now this, now that."""
    at = data.find(b"]:")
    while at >= 0:
        end = data.find(b"\n", at)
        if end < 0:
            return False
        if _UNSURE.match(data, end):
            return True
        at = data.find(b"]:", end)
    return False


def _after_front_matter(data: bytes) -> int:
    """Where the second line begins, or that after front matter; the end if nothing ends that."""
    if not data.startswith((b"---", b"+++")):
        return data.find(b"\n") + 1 or len(data)
    end = re.compile(rb"\n" + re.escape(data[:3]) + rb"[ \t]*+\r?\n").search(data)
    return end.end() if end else len(data)


def _telling(data: bytes) -> Sequence[int]:
    """Where the lines begin that headings may depend on."""
    lines = [match.start() + 1 for match in _TELLING.finditer(data)]
    if b"<" not in data or not _OPENS_HTML.search(b"\n" + data):
        return lines
    return sorted({*lines, *_closing_html(data)})


def _closing_html(data: bytes) -> Iterator[int]:
    """Where the lines begin that may end a block of HTML."""
    found = _CLOSES_HTML.search(data)
    while found is not None:
        yield data.rfind(b"\n", 0, found.start()) + 1
        end = data.find(b"\n", found.end())
        found = _CLOSES_HTML.search(data, end) if end >= 0 else None


def _between(data: bytes, start: int, end: int, blanks: Sequence[bytes]) -> Iterator[Span]:
    """What can go of the lines between two telling ones."""
    if not _CLOSES_ALL.match(data, end):
        last = max(_last_closing(data, start, end, blank) for blank in blanks)
        if last > start:
            yield start, last
        return
    found = [at + 1 for blank in blanks if (at := data.find(blank, start - 1, end)) >= 0]
    blank = min(found, default=end)
    if blank > start:
        yield start, blank
    rest = data.find(b"\n", blank) + 1
    if found and end > rest:
        yield rest, end


def _last_closing(data: bytes, start: int, end: int, blank: bytes) -> int:
    """Where the last blank line begins that has a line at the margin below it; -1 if none has."""
    at = data.rfind(blank, start - 1, end)
    while at >= 0 and data[at + len(blank) : at + len(blank) + 1] in _INDENT:
        at = data.rfind(blank, start - 1, at + 1)
    return at + 1 if at >= 0 else -1
