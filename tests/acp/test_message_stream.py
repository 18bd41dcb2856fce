"""What comes in as lines: messages get through, and everything else is answered and skipped."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from foreword.acp.message_stream import MessageStream

CALL = {"jsonrpc": "2.0", "id": 1, "method": "session/list", "params": {}}


class Written:
    """A writer that remembers."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\n")
        self.lines.append(json.loads(data))


async def received(*lines: bytes, limit: int = 1_000) -> tuple[list[Any], list[Any]]:
    """The messages that get through, and the answers to the others."""
    reader, writer = asyncio.StreamReader(limit), Written()
    reader.feed_data(b"".join(lines))
    reader.feed_eof()
    stream, found = MessageStream(reader, writer), list[Any]()  # type: ignore[arg-type]  # only `write` is called
    while (message := await stream.receive()) is not None:
        found.append(message)
    return found, writer.lines


async def test_messages_get_through_also_the_last_one_without_an_end() -> None:
    line = json.dumps(CALL).encode()
    assert ([CALL, CALL], []) == await received(line + b"\r\n", b"\n", line)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"{}", -32600),
        (b'{"method": 3}', -32600),
        (b'{"id": 1.5, "method": "initialize"}', -32600),
    ],
)
async def test_what_is_no_message_is_answered_and_the_next_one_gets_through(line: bytes, code: int) -> None:
    found, (answer,) = await received(line + b"\n", json.dumps(CALL).encode() + b"\n", limit=1_000_000)
    assert [CALL] == found
    assert (None, code) == (answer["id"], answer["error"]["code"])


@pytest.mark.parametrize("length", [1_001, 5_000, 100_000])
async def test_a_line_that_is_too_long_is_skipped_to_its_end(length: int) -> None:
    long = json.dumps({**CALL, "params": {"text": "x" * length}}).encode()
    found, (answer,) = await received(long + b"\n", json.dumps(CALL).encode() + b"\n")
    assert [CALL] == found
    assert -32600 == answer["error"]["code"]


async def test_a_line_that_is_too_long_and_never_ends_ends_with_the_stream() -> None:
    found, (answer,) = await received(b"x" * 50_000)
    assert ([], -32600) == (found, answer["error"]["code"])


async def test_half_a_surrogate_pair_goes_out_as_a_sign_that_every_client_reads() -> None:
    writer = Written()
    stream = MessageStream(asyncio.StreamReader(), writer)  # type: ignore[arg-type]  # as above
    await stream.send({"text": "a\ud800b", "more": object})
    assert "a?b" == writer.lines[0]["text"]
