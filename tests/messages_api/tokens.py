"""A deterministic stand-in for the tokenizer: cheap, about three characters a token for code.

It is no multiple of the number of characters, so that a client's estimate and this count differ as
they do in reality. Counts are per block and add up exactly.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from messages_api.errors import Json
from messages_api.media import count_media

TOOLS_TOKENS = 340
"""The hidden instructions that come with any tools."""

TURN_TOKENS = 3
"""The frame of a message."""

OPENING_TOKENS = 4
"""The frame after the prompt, where the answer begins; it can never be cached."""

OMITTED_THINKING_TOKENS = 20


@lru_cache(maxsize=8)
def _pieces(piece: int) -> re.Pattern[str]:
    return re.compile(
        rf" ?[A-Za-z]{{1,{piece}}}|[0-9]{{1,3}}|\s*\n[ \t]*|[ \t]+|[!-/:-@\[-`{{-~]{{1,2}}|.", re.DOTALL
    )


@lru_cache(maxsize=512)
def count_text(text: str, piece: int) -> int:
    """How many tokens `text` is when runs of letters are cut after `piece`."""
    return sum(1 for _ in _pieces(piece).finditer(text))


def count_tool(tool: Json, piece: int) -> int:
    """A tool definition as one text."""
    return count_text(json.dumps(tool, ensure_ascii=False), piece)


def count_block(block: Json, piece: int) -> int:
    """A content block, without its cache mark."""
    match block["type"]:
        case "text":
            return count_text(block["text"], piece)
        case "thinking":
            return count_text(block["thinking"], piece) or OMITTED_THINKING_TOKENS
        case "image" | "document":
            return count_media(block)
        case "tool_result" if isinstance(block.get("content"), list):
            nested = sum(count_block(part, piece) for part in block["content"])
            return nested + count_text(block["tool_use_id"], piece)
        case _:
            kept = {key: value for key, value in block.items() if key != "cache_control"}
            return count_text(json.dumps(kept, ensure_ascii=False), piece)


def cut_text(text: str, n_tokens: int, piece: int) -> str:
    """The first `n_tokens` tokens of `text`."""
    ends = [match.end() for match in _pieces(piece).finditer(text)]
    return text if len(ends) <= n_tokens else text[: ends[n_tokens - 1] if n_tokens else 0]
