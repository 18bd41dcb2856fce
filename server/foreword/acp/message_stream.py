"""Messages as lines of JSON on standard streams, each checked for its shape before the SDK sees it.

What is no message is answered as JSON-RPC says (https://www.jsonrpc.org/specification, section 5.1), and nothing ends.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from foreword.api.stdio import StdoutWriter

MAX_LINE = 50_000_000
"""Bytes of one message; a longer one is skipped and refused."""
PARSE_ERROR, INVALID_REQUEST, INTERNAL_ERROR = -32700, -32600, -32603

Json = dict[str, Any]


class MessageStream:
    """The transport that the SDK reads from and writes to."""

    def __init__(self, reader: asyncio.StreamReader, writer: StdoutWriter) -> None:
        """The reader's limit should be `MAX_LINE`."""
        self._reader = reader
        self._writer = writer

    async def send(self, message: Json) -> None:
        """Send a message, in order, some time soon."""
        # Errors of the SDK may hold values that are no JSON; half a surrogate pair is no UTF-8, and some clients give
        # up on the escape of one.
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=str)
        self._writer.write(text.encode("utf-8", "replace") + b"\n")

    async def receive(self) -> Json | None:
        """The next message that is one; None at the end."""
        while (line := await self._line()) is not None:
            if not line.strip():
                continue
            message = _parsed(line)
            if isinstance(message, str):
                await self._refuse(PARSE_ERROR, f"Parse error: {message}")
            elif isinstance(message, dict) and _is_message(message):
                return message
            else:
                await self._refuse(INVALID_REQUEST, "Invalid request: this is no message of JSON-RPC 2.0")
        return None

    async def close(self) -> None:
        """Nothing: whoever opened the streams closes them, after the last words."""

    async def _line(self) -> bytes | None:
        """The next line; empty for one that is too long, None at the end."""
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as end:
            return end.partial or None
        except asyncio.LimitOverrunError as error:
            await self._skip(error.consumed)
            await self._refuse(INVALID_REQUEST, f"Invalid request: a message may have {MAX_LINE:,} bytes")
            return b""

    async def _skip(self, n_bytes: int) -> None:
        while n_bytes:
            try:
                await self._reader.readexactly(n_bytes)
                await self._reader.readuntil(b"\n")
                n_bytes = 0
            except asyncio.LimitOverrunError as error:
                n_bytes = error.consumed
            except asyncio.IncompleteReadError:
                n_bytes = 0

    async def _refuse(self, code: int, message: str) -> None:
        await self.send({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}})


def _parsed(line: bytes) -> Any:  # noqa: ANN401 - any JSON but a text
    """What a line holds, or a text that says why it is no JSON. A JSON text is no message, so it is said to be none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return str(error) or "it is nested too deeply"
    return None if isinstance(value, str) else value


def _is_message(value: Json) -> bool:
    """Whether it is a request, a notification or an answer, with an id, a method and an error of the right kinds."""
    has_id = "id" in value
    if has_id and (isinstance(value["id"], bool) or not isinstance(value["id"], int | str | None)):
        return False
    if "method" in value:
        return isinstance(value["method"], str)
    return has_id and isinstance(value.get("error"), dict | None)
