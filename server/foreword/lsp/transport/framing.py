r"""Messages on a byte stream: `Content-Length: N\r\n\r\n` and N bytes of JSON.

Strict about headers on purpose: a web page that posts to a local port sends a request line first, and gets no further.
Source: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Protocol

MAX_BYTES = 1 << 28
# The protocol has two, `Content-Length` and `Content-Type`.
MAX_HEADERS = 16
_HEADER = re.compile(rb"([A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*\r\n")


class FramingError(Exception):
    """The stream is not one of messages; where the next one would begin is unknown."""


class Reader(Protocol):
    """As much of `asyncio.StreamReader` as is needed."""

    async def readline(self) -> bytes:
        """Up to the next newline; empty at the end."""
        ...

    async def readexactly(self, n: int, /) -> bytes:
        """Exactly so many bytes.

        Raises:
            asyncio.IncompleteReadError: the stream ended before.
        """
        ...


async def read_messages(reader: Reader) -> AsyncGenerator[bytes, None]:
    """The bodies of the messages, until the stream ends.

    Raises:
        FramingError: what comes is no message.
    """
    try:
        while (length := await _length(reader)) is not None:
            yield await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    # `StreamReader.readline` raises it for a line beyond its limit.
    except ValueError as error:
        raise FramingError("a header is too long") from error


async def _length(reader: Reader) -> int | None:
    """The length that the headers give; None at the end of the stream."""
    length: int | None = None
    for _ in range(MAX_HEADERS):
        line = await reader.readline()
        if not line:
            return None
        if line == b"\r\n":
            break
        header = _HEADER.fullmatch(line)
        if header is None:
            raise FramingError("a header is no header")
        if header[1].lower() == b"content-length":
            # `int` alone would take signs, blanks and underscores.
            length = int(header[2]) if header[2].isdigit() else None
    if length is None or length > MAX_BYTES:
        raise FramingError("there is no usable Content-Length")
    return length
