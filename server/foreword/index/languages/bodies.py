"""How the bodies of functions look in a language: what `skimming` leaves out of what is parsed.

A pattern knows nothing of a grammar. In code that is formatted as usual a body is the lines that are indented deeper
than the line that opens it, up to one that closes it just below that line. What is formatted in another way does not
match, and is parsed like all the rest.

Whatever the text, no pattern looks at a byte of a header more often than `HEADER_BYTES` times, or at one of a body more
often than 40 times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_OPENS = rb"(?=[^\n]{0,%d}+(?:(?<=\{)|(?<=\{\r))\n)" % HEADER_BYTES
_MAY_OPEN_BELOW = rb"(?=[^\n]{0,%d}+(?:(?<=[){])|(?<=[){]\r))\n)" % HEADER_BYTES
"""What most lines fail at, so it looks at each character once."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Bodies are what the last group of `pattern` matches.

    `quotes` are the signs around strings that go over lines: a match with an odd number of one begins or ends in a string.
    A text that has any of `unless` is parsed whole.
    `statement` stands for a body where a language wants one: it is put where the body's first and last line begin.
    With `errors` a text that has syntax errors without its bodies is not parsed whole for that: macros
    make them, and what is left out can't confuse the parser.
    """

    pattern: re.Pattern[bytes]
    quotes: tuple[bytes, ...] = ()
    unless: tuple[bytes, ...] = ()
    statement: bytes = b""
    errors: bool = False


def in_braces(header: bytes, *, unlike: bytes = b"") -> re.Pattern[bytes]:
    """Bodies in braces below a line of indentation and `header`, which must match up to the brace.

    `unlike` are words, separated by blanks, with which such a line does not begin.
    """
    return re.compile(_INDENT + _OPENS + _none_of(unlike) + header + OPEN + b"(" + _DEEPER + rb")\1\}")


def in_braces_below(header: bytes, *, unlike: bytes = b"") -> re.Pattern[bytes]:
    """The same, where the brace may also be alone on the next line."""
    opening = rb"(?:\{|\r?\n\1\{)[ \t]*\r?\n("
    return re.compile(_INDENT + _MAY_OPEN_BELOW + _none_of(unlike) + header + opening + _DEEPER + rb")\1\}")


def below_colon(header: bytes) -> re.Pattern[bytes]:
    """Bodies below a line of indentation, `header`, a colon and perhaps a comment."""
    line = rb"\n(?:\1[ \t]++[^\s][^\n]*|[ \t\r]*+(?=\n))"
    return re.compile(_INDENT + header + rb":[ \t]*(?:#[^\n]*)?\r?((?>" + line + b")++)")


def _none_of(words: bytes) -> bytes:
    return rb"(?!(?:" + b"|".join(words.split()) + rb")\b)" if words else b""
