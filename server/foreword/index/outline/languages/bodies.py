"""Which parts of a text no outline looks into: what `partial_parse` keeps from the parser. Most are bodies of functions.

A pattern knows nothing of a grammar. In code that is formatted as usual a body is the lines that are indented deeper
than the line that opens it, up to one that closes it just below that line. What is formatted in another way does not
match, and is parsed like all the rest.

Whatever the text, no pattern looks at a byte of a header more often than `HEADER_BYTES` times, or at one of a body more
often than 40 times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""Where a part of a text begins and ends, in bytes."""
Find = Callable[[bytes], Sequence[Span]]
"""Where the bodies in a text seem to be, in order."""

HEADER_BYTES = 300
"""A line that opens a body is no longer."""

ANY = b"[^\n]{0,%d}" % HEADER_BYTES
"""What may stand in a header, whose last character is to be found."""
OPEN = rb"\{[ \t]*\r?\n"
"""The end of a line that opens a body."""

_INDENT = rb"\n([ \t]{0,40}+)(?![ \t])"
"""Of a line that opens a body. One that nothing closes is looked for to the end, once at each depth: so depths are bounded."""
_DEEPER = rb"(?>(?:\1[ \t][^\n]*|[ \t\r]*+)\n)*+"
"""Lines that are indented deeper than the first group, and empty ones."""
_DEEPER_OR_DIRECTIVE = rb"(?>(?:\1[ \t][^\n]*|#[^\n]*|[ \t\r]*+)\n)*+"
_OPENS = rb"(?=[^\n]{0,%d}+(?:(?<=\{)|(?<=\{\r))\n)" % HEADER_BYTES
_ENDS_WITH = rb"(?=[^\n]{0,%d}+(?:(?<=[%b])|(?<=[%b]\r))\n)"
"""What most lines fail at, so it looks at each character once."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Bodies are what `find` finds, if they have at least `least` bytes: a shorter one is parsed sooner than left out.

    `quotes` are the signs around strings that go over lines: a body with an odd number of one begins or ends in a string.
    A text in which there is a match of `unless` is parsed whole.
    `statement` stands for a body where a language wants one: it is put where the body's first and last line begin.
    With `errors` a text that has syntax errors without its bodies is not parsed whole for that: macros
    make them, and what is left out can't confuse the parser.
    """

    find: Find
    quotes: tuple[bytes, ...] = ()
    unless: re.Pattern[bytes] | None = None
    statement: bytes = b""
    errors: bool = False
    least: int = 60


def matched(pattern: re.Pattern[bytes]) -> Find:
    """Bodies are what the last group in a match of a pattern holds."""

    def find(data: bytes) -> Sequence[Span]:
        return [match.span(match.lastindex or 0) for match in pattern.finditer(data)]

    return find


def in_braces(header: bytes, *, unlike: bytes = b"") -> Find:
    """Bodies in braces below a line of indentation and `header`, which must match up to the brace.

    `unlike` are words, separated by blanks, with which such a line does not begin.
    """
    return matched(
        re.compile(_INDENT + _OPENS + _none_of(unlike) + header + OPEN + b"(" + _DEEPER + rb")\1\}")
    )


def in_braces_below(
    header: bytes, *, unlike: bytes = b"", ends: bytes = b")", directives: bool = False
) -> Find:
    """The same, where the brace may also be alone on the next line, below one that ends with one of `ends`.

    With `directives` lines of a preprocessor at the margin are parts of a body.
    """
    may_open = _ENDS_WITH % (HEADER_BYTES, ends + b"{", ends + b"{")
    opening = rb"(?:\{|\r?\n\1\{)[ \t]*\r?\n("
    body = (_DEEPER_OR_DIRECTIVE if directives else _DEEPER) + rb")\1\}"
    found = matched(re.compile(_INDENT + may_open + _none_of(unlike) + header + opening + body))
    return whole_conditionals(found) if directives else found


def whole_conditionals(find: Find) -> Find:
    """What `find` finds, without bodies that end a conditional which began above them: their headers are split."""

    def found(data: bytes) -> Sequence[Span]:
        return [span for span in find(data) if data.count(b"#if", *span) == data.count(b"#endif", *span)]

    return found


def below_colon(header: bytes) -> Find:
    """Bodies below a line of indentation, `header`, a colon and perhaps a comment."""
    line = rb"\n(?:\1[ \t]++[^\s][^\n]*|[ \t\r]*+(?=\n))"
    return matched(re.compile(_INDENT + header + rb":[ \t]*(?:#[^\n]*)?\r?((?>" + line + b")++)"))


def _none_of(words: bytes) -> bytes:
    return rb"(?!(?:" + b"|".join(words.split()) + rb")\b)" if words else b""
