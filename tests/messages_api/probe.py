"""A client without any opinion, for what a real SDK refuses to send."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from messages_api.errors import Json

HEADERS: Mapping[str, str] = MappingProxyType(
    {"content-type": "application/json", "authorization": "Bearer any", "anthropic-version": "2026-10-21"}
)


TOOL: Json = {"name": "search", "input_schema": {"type": "object"}}
EDITOR: Json = {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}
USER: Json = {"role": "user", "content": "Hi"}
CALL: Json = {"type": "tool_use", "id": "a", "name": "search", "input": {}}
RESULT: Json = {"type": "tool_result", "tool_use_id": "a", "content": "found"}


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as it came over the wire; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Json:
        """The JSON of the body."""
        parsed: Json = json.loads(self.raw)
        return parsed

    @property
    def error(self) -> str:
        """The message of an error answer."""
        return str(self.body["error"]["message"])


def make_body(**changes: object) -> Json:
    """A valid request with fields replaced; None leaves one out."""
    body = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Where is it?"}],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def send(
    url: str,
    body: Json | bytes | None,
    *,
    method: str = "POST",
    path: str = "/v1/messages",
    headers: Mapping[str, str] = HEADERS,
) -> Seen:
    """One request on its own connection."""
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request(method, path, raw, dict(headers))
        response = connection.getresponse()
        return Seen(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
    finally:
        connection.close()


def text(content: str, **fields: object) -> Json:
    """A text block."""
    return {"type": "text", "text": content, **fields}


def mark(ttl: str | None = None) -> Json:
    """A cache mark."""
    return {"type": "ephemeral"} if ttl is None else {"type": "ephemeral", "ttl": ttl}


def words(n: int, seed: str = "word") -> str:
    """About `n` tokens of text, different for each `seed`."""
    return " ".join(f"{seed[:3]}" for _ in range(n - 1)) + f" {seed}"


def marked(content: str, ttl: str | None = None) -> Json:
    """A text block with a mark."""
    return text(content, cache_control=mark(ttl))


def user(*blocks: Json) -> list[Json]:
    """One user message."""
    return [{"role": "user", "content": list(blocks)}]


def loop(*calls: Json, results: tuple[Json, ...]) -> list[Json]:
    """A question, the calls of the assistant, and what answers them."""
    return [USER, {"role": "assistant", "content": list(calls)}, {"role": "user", "content": list(results)}]


def base(ttl: str | None = None, seed: str = "base") -> Json:
    """A marked text of `BASE_TOKENS` tokens, its message's frame included."""
    return text(words(1200, seed), cache_control=mark(ttl))


def ask(url: str, *blocks: Json, **changes: object) -> dict[str, int]:
    """The tokens of a request for `blocks`: `read`, `write_5m`, `write_1h`, and `fresh` for the rest."""
    seen = send(url, make_body(**{"messages": user(*blocks), **changes}))
    assert 200 == seen.status, seen.raw
    usage = seen.body["usage"]
    split = usage["cache_creation"]
    write_5m, write_1h = split["ephemeral_5m_input_tokens"], split["ephemeral_1h_input_tokens"]
    assert usage["cache_creation_input_tokens"] == write_5m + write_1h
    read = usage["cache_read_input_tokens"]
    return {"read": read, "write_5m": write_5m, "write_1h": write_1h, "fresh": usage["input_tokens"]}


BASE = words(1200, "base")
BASE_TOKENS = 1203
"""The tokens of `BASE` in the first block of a message; the frame of the answer is four more, never cached."""
