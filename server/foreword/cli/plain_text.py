"""Plain text for standard output, standard error and the log, without rich, which takes too long to import for some.

What a command says is written from here; rich is asked where there is a terminal, or a table to lay out.

Control characters are shown, never sent: names, code and messages come from others, and a terminal obeys them.
Nothing that is printed fails for want of a character in the stream's encoding.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from foreword.api.printed import Data, Line, Printed, Verbatim, problem_lines
from foreword.core.documents.text import CONTROLS, displayable
from foreword.core.errors import Problem

PIPE_COLUMNS = 200
"""The width of tables where there is no terminal to ask."""

# rich takes a stream for a terminal by these, whatever it is.
FORCED = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


def prepare_streams() -> None:
    r"""Let nothing fail that is written to standard output and error.

    A pipe or a file gets UTF-8, whatever the locale: a diff has to apply, and JSON is UTF-8. A terminal gets its own
    encoding, and what that lacks as `\u2192`.
    """
    for stream in (sys.stdout, sys.stderr):
        # Who calls `main` from a program may have put another kind of stream there.
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def print_text(text: str) -> None:
    """Text on standard output as it stands, control characters shown, nothing wrapped or added."""
    sys.stdout.write(displayable(text))
    sys.stdout.flush()


def print_notice(text: str) -> None:
    """Text on standard error as it stands, control characters shown."""
    sys.stderr.write(displayable(text))
    sys.stderr.flush()


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """One JSON value on one line of standard output, flushed.

    Control characters, and all that the stream's encoding lacks, are JSON escapes: a reader gets the same value.
    """
    is_unicode = (sys.stdout.encoding or "utf-8").lower().replace("_", "-").startswith("utf")
    line = json.dumps(value, ensure_ascii=not is_unicode)
    sys.stdout.write(CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n")
    sys.stdout.flush()


def show_problems(problems: Iterable[Problem]) -> None:
    """Each problem in one line on standard error."""
    print_blocks(problem_lines(problems))


def print_blocks(blocks: Iterable[Printed]) -> None:
    """What a command says to people."""
    for block in blocks:
        match block:
            case Line(text, _, is_notice) if _is_plain(stream := sys.stderr if is_notice else sys.stdout):
                stream.write(displayable(text) + "\n")
            case Verbatim(text):
                print_text(text)
            case Data(value):
                print_json(value)
            case _:
                from foreword.cli.terminal import draw  # noqa: PLC0415 - rich takes longer to import than a look-up

                draw(block)


def is_yes(answer: str) -> bool:
    """Whether a line that was typed agrees to a question that ends with `[y/N]`."""
    return answer.strip().lower() in {"y", "yes"}


def columns() -> int:
    """The columns that results are laid out for."""
    if _is_plain(sys.stdout):
        return PIPE_COLUMNS
    from foreword.cli.terminal import output  # noqa: PLC0415 - as above

    return output().width


def _is_plain(stream: TextIO) -> bool:
    """Whether a stream is no terminal, and is not to be taken for one."""
    return os.name == "posix" and not stream.isatty() and not any(name in os.environ for name in FORCED)


class PlainFormatter(logging.Formatter):
    """A log record as plain text: it may hold names and messages of others."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line or lines."""
        return displayable(super().format(record))
