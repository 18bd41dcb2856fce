"""Masks: a text as its grammar can read it, byte for byte as long as the original and with the same lines.

Macros, templates and the newest syntax of a language make a grammar lose its way, and with it all that follows. What
no definition is read from is made blank, or becomes letters. So every node keeps its place, and names and signatures
are read from the original text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable

Mask = Callable[[bytes], bytes]
"""From a text to one of the same length with the same line ends. Takes time in proportion to the text."""

_BLANKS = bytes(byte if byte in b"\r\n" else 0x20 for byte in range(256))
_LETTERS = bytes(byte if byte in b"\r\n" else ord("x") for byte in range(256))

_DIRECTIVE = re.compile(rb"#[ \t]*(?:(if)(?:n?def)?|(elif|else)(?:n?def)?|(endif))\b(?:[^\n\\]|\\\r?\n|\\)*")
_COMMENT_AT_END = re.compile(rb"//[^\n]*\Z|/\*[^\n]*?\*/[ \t\r]*\Z")
_NEVER = re.compile(rb"#[ \t]*if[ \t]+(?:0|false)\b")
_SETTLED = frozenset(b";{}>:\\")
"""What ends a line after which something new can begin."""
_LINES_BACK = 8


def blanks(raw: bytes) -> bytes:
    """As many blanks, with the line ends of `raw`."""
    return raw.translate(_BLANKS)


def letters(raw: bytes) -> bytes:
    """As many letters, with the line ends of `raw`."""
    return raw.translate(_LETTERS)


def blank_matches(data: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """`data` with blanks for what `pattern` matches: for its groups, if it has any."""
    if not pattern.groups:
        return pattern.sub(lambda match: match[0].translate(_BLANKS), data)
    changed = bytearray(data)
    for match in pattern.finditer(data):
        blank_spans(changed, (match.span(group + 1) for group in range(pattern.groups)))
    return bytes(changed)


def blank_after(data: bytes, head: re.Pattern[bytes], pattern: re.Pattern[bytes]) -> bytes:
    """`data` with blanks for what `pattern` matches where `head` matches all that stands before it on its line.

    To look for the rarer part first takes far less time than one pattern for both: it should begin with some bytes.
    """
    changed = bytearray(data)
    for match in pattern.finditer(data):
        start = match.start()
        if head.fullmatch(data, data.rfind(b"\n", 0, start) + 1, start):
            blank_spans(changed, (match.span(),))
    return bytes(changed)


def unwrapped(data: bytes, header: re.Pattern[bytes]) -> bytes:
    """`data` without blocks whose content belongs to what is around: `header` matches from the line end above to the brace.

    Its first group is the indentation, at which the block is closed.
    """
    changed = bytearray(data)
    for match in header.finditer(data):
        closing = b")" if match[0].endswith(b"(") else b"}"
        end = data.find(b"\n" + match[1] + closing, match.end() - 1)
        if end >= 0:
            blank_spans(changed, (match.span(), (end, end + len(match[1]) + 2)))
    return bytes(changed)


def blank_spans(data: bytearray, spans: Iterable[tuple[int, int]]) -> None:
    """Put blanks into some spans of `data`; one that begins below zero is none."""
    for start, end in spans:
        if start >= 0:
            data[start:end] = data[start:end].translate(_BLANKS)


def without_split_conditionals(data: bytes) -> bytes:
    """`data` with one branch alone of each `#if` that stands within a statement, or opens a brace that another one closes.

    A grammar has nodes for conditionals between statements only. The first branch stays, the second of an `#if 0`.
    """
    if b"#" not in data:
        return data
    changed = bytearray(data)
    opened: list[list[re.Match[bytes]]] = []
    for match in _DIRECTIVE.finditer(data):
        # A directive is the first thing on its line.
        if data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()].strip():
            continue
        if match[1]:
            opened.append([match])
        elif opened:
            opened[-1].append(match)
            if match[3]:
                _settle(changed, opened.pop())
    return bytes(changed)


def _settle(data: bytearray, group: list[re.Match[bytes]]) -> None:
    """Blank the directives and all branches but one of a conditional, if it splits something."""
    branches = [(one.end(), other.start()) for one, other in itertools.pairwise(group)]
    if not (any(_is_open(data, *branch) for branch in branches) or _is_within(data, group[0].start())):
        return
    taken = 1 if len(branches) > 1 and _NEVER.search(group[0][0]) else 0
    blank_spans(data, (match.span() for match in group))
    blank_spans(data, (branch for index, branch in enumerate(branches) if index != taken))


def _is_open(data: bytearray, start: int, end: int) -> bool:
    """Whether a branch opens what it does not close, or the other way round."""
    return any(
        data.count(one, start, end) != data.count(other, start, end)
        for one, other in ((b"{", b"}"), (b"(", b")"))
    )


def _is_within(data: bytearray, at: int) -> bool:
    """Whether the line at `at` stands in the middle of something, as told by the end of the last line before it."""
    for _ in range(_LINES_BACK):
        end = at - 1
        if end <= 0:
            return False
        at = data.rfind(b"\n", 0, end) + 1
        line = bytes(data[at:end]).strip()
        if line.startswith(b"#"):
            return False
        line = _COMMENT_AT_END.sub(b"", line).rstrip()
        if line and not line.startswith((b"*", b"/*")):
            return line[-1] not in _SETTLED
    return False
