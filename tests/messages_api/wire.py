"""The bytes of one answer: chunks of a stream, a reset in the middle, and whether the client is there."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from io import BufferedIOBase

TICK = 0.02
"""How often a held answer looks whether its client is still there, in seconds."""

RESET = struct.pack("ii", 1, 0)
"""The value of `SO_LINGER` that turns a close into a reset."""


class ClientGoneError(Exception):
    """The client closed its connection before the end."""


class Wire:
    """One connection while one request is answered on it."""

    def __init__(self, connection: socket.socket, out: BufferedIOBase) -> None:
        self._connection = connection
        self._out = out

    def send(self, data: bytes) -> None:
        """Send bytes as they are.

        Raises:
            ClientGoneError: nobody is there to read them.
        """
        self._require_client()
        try:
            self._out.write(data)
        except OSError as error:
            raise ClientGoneError from error

    def send_chunk(self, data: bytes) -> None:
        """Send one chunk of a body with `Transfer-Encoding: chunked`; an empty one ends it."""
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def hold(self, permits: threading.Semaphore, seconds: float | None = None) -> None:
        """Wait for a permit, at most `seconds` if they are given.

        Raises:
            ClientGoneError: the client did not wait as long.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while not permits.acquire(timeout=TICK):
            self._require_client()
            if until is not None and time.monotonic() >= until:
                return

    def reset(self) -> None:
        """Cut the connection so that the client's read fails."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        os.close(self._connection.detach())

    def _require_client(self) -> None:
        """Clients do not pipeline: whatever is readable now is the end of the connection."""
        try:
            readable, _, _ = select.select([self._connection], [], [], 0)
            if readable and not self._connection.recv(1, socket.MSG_PEEK):
                raise ClientGoneError
        except OSError as error:
            raise ClientGoneError from error
