"""The keyboard while nothing is read from it: what is typed ahead waits, and is not drawn into the answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from prompt_toolkit.application import get_app_session
from prompt_toolkit.input.typeahead import clear_typeahead

if sys.platform != "win32":
    import termios

INPUT_MODES, LOCAL_MODES = 0, 3
"""Where the flags stand in what `termios.tcgetattr` gives."""


@contextmanager
def typed_ahead() -> Iterator[None]:
    """Keys are not echoed for the time of a block, and Enter stays what it is; Ctrl-C still interrupts."""
    if sys.platform == "win32":
        yield
        return
    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):  # no terminal
        yield
        return
    quiet = termios.tcgetattr(sys.stdin)
    # A terminal makes a line end of Enter, which is another key for the prompt: a new line in a message.
    quiet[INPUT_MODES] &= ~termios.ICRNL
    quiet[LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def forget_typed() -> None:
    """Throw away what was typed ahead: nobody confirms what they have not seen."""
    clear_typeahead(get_app_session().input)
    if sys.platform != "win32":
        with suppress(termios.error, OSError, ValueError):  # no terminal
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
