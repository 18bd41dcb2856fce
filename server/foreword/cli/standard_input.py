"""What a command reads from standard input: the words of one question, or many questions line by line."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress

from foreword.core.errors import UsageError


def read_words(given: str, what: str) -> str:
    """An argument in words; `-` stands for standard input.

    Raises:
        UsageError: there are no words.
    """
    # The bytes, as UTF-8 whatever the locale says: output into a pipe is UTF-8, too.
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if given == "-" else given
    if not words.strip():
        raise UsageError(f"the {what} is empty: give some words, or - to read it from standard input")
    return words


async def lines_of_input() -> AsyncGenerator[str, None]:
    """Lines of standard input as they come; a daemon thread reads, so that an interrupt need not wait for it."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[bytes]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: an interrupt was faster than the end of the input
            for line in sys.stdin.buffer:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, b"")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line.decode("utf-8", "replace")
