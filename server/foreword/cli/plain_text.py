"""Plain text for standard output, standard error and the log, without rich, which takes too long to import for some.

Control characters are shown, never sent: names, code and messages come from others, and a terminal obeys them.
Nothing that is printed fails for want of a character in the stream's encoding.
"""

from __future__ import annotations

import io
import logging
import sys

from foreword.core.documents.text import displayable


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


class PlainFormatter(logging.Formatter):
    """A log record as plain text: it may hold names and messages of others."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line or lines."""
        return displayable(super().format(record))
