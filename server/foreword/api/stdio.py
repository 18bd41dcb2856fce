"""Standard input and output as asyncio streams, by daemon threads.

A thread reads because no event loop can read a file or a Windows pipe; a thread writes because a client that does not
read must not stop the loop. Both are daemons: a read that never returns does not keep the process alive.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

READ_BYTES = 65_536
LAST_WORDS_S = 1.0


class StdoutWriter:
    """Writes in a thread of its own, and closes the stream at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = Thread(target=self._pump, name="stdout", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send bytes, in order, some time soon."""
        self._pieces.put(data)

    def close(self) -> None:
        """Send what was written, waiting a moment for a slow reader."""
        self._pieces.put(None)
        self._thread.join(LAST_WORDS_S)

    def _pump(self) -> None:
        # Where the reader has gone, its end of standard input ends the server.
        with suppress(OSError), self._stream:
            while (piece := self._pieces.get()) is not None:
                self._stream.write(piece)
                self._stream.flush()


def open_stdio(limit: int = READ_BYTES) -> tuple[asyncio.StreamReader, StdoutWriter]:
    """Streams on the process's own standard input and output; from now on `print` writes to standard error.

    `limit` is how far the reader looks for a separator, in bytes.
    """
    # Duplicates, so that whatever uses descriptors 0 and 1, in child processes too, can't disturb the protocol.
    # buffering=0: such a read gives what has come, and does not wait until a block is full.
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    target = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - os.devnull is no path of ours
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    reader = asyncio.StreamReader(limit)
    loop = asyncio.get_running_loop()
    Thread(target=_feed, args=(loop, reader, source), name="stdin", daemon=True).start()
    return reader, StdoutWriter(target)


def _feed(loop: asyncio.AbstractEventLoop, reader: asyncio.StreamReader, source: BinaryIO) -> None:
    with suppress(RuntimeError), source:  # the loop is closed: the server has ended
        while piece := _read(source):
            loop.call_soon_threadsafe(reader.feed_data, piece)
        loop.call_soon_threadsafe(reader.feed_eof)


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(READ_BYTES)
    except OSError:
        return b""
