"""The exact Messages body of a request, with its breakpoints.

    tools, system                       constant; no mark of their own
    first user message
      base, stable blocks               inner mark
      base, other blocks                base mark
      delta blocks                      delta mark
      turn blocks                       (everything volatile: after the last repository mark)
    further messages of a tool loop     tail mark on the last block, never on the model's own words

A chat is read again by its next turn, so its newest two messages of the user are marked: what the request before wrote
is then found at a mark, however many blocks the answer had, and need not be within reach of the look-back.

At most four marks, as the API allows; `server/docs/prefix.md` says more under Breakpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foreword.prefix.layers import Base, Block
from foreword.prefix.policy.policy import Ttl

# As many as the API takes in one request.
MAX_MARKS = 4
# The newest message for what this request writes, the one before it for what the last request wrote.
CHAT_TAILS = 2

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a body holds besides its text; without an `effort` the model takes its own."""

    model: str
    max_tokens: int
    system: str
    tools: tuple[Mapping[str, Any], ...] = ()
    thinking: Mapping[str, Any] | None = None
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class PrefixPayload:
    """A prefix as it is sent: base and delta blocks, and the time to live of their marks (None: no marks).

    `history` are the earlier messages of a chat, the first one without base and delta; it is empty for all else, and
    for the first turn of a chat.
    """

    base: Base
    delta: tuple[Block, ...]
    ttl: Ttl | None
    history: tuple[Mapping[str, Any], ...] = ()
    is_chat: bool = False


def request_body(
    parameters: Parameters,
    payload: PrefixPayload,
    turn: Sequence[str | Mapping[str, Any]],
    tail: Sequence[Mapping[str, Any]] = (),
) -> Json:
    """The body: `turn` are the texts and other blocks after the prefix, `tail` the messages of a tool loop after that."""
    asked: Json = {"role": "user", "content": [_turn_block(part) for part in turn]}
    messages = [dict(message) for message in (*payload.history, asked, *tail)]
    tails = _tails(payload, messages, n_tail=len(tail))
    for index in tails:
        # A loop of tools reads its tail again within seconds, so the cheaper write does. The next turn of a
        # chat may take as long as its base lives. The API wants longer lifetimes before shorter ones; five
        # minutes at the end always fit.
        messages[index] = _marked_last(messages[index], (payload.ttl if payload.is_chat else None) or "5m")
    prefix = _prefix_blocks(payload, MAX_MARKS - len(tails))
    # All layers stand in the first user message, in a chat too, whose history begins with it.
    messages[0] = {**messages[0], "content": [*prefix, *messages[0]["content"]]}
    body: Json = {"model": parameters.model, "max_tokens": parameters.max_tokens}
    if parameters.tools:
        body["tools"] = [dict(tool) for tool in parameters.tools]
    # No mark here: the one behind the base covers tools and system prompt, which are short and in every
    # request.
    body["system"] = [{"type": "text", "text": parameters.system}]
    body["messages"] = messages
    if parameters.thinking is not None:
        body["thinking"] = dict(parameters.thinking)
    if parameters.effort is not None:
        body["output_config"] = {"effort": parameters.effort}
    return body


def marked_positions(payload: PrefixPayload) -> tuple[int, ...]:
    """The indexes, among base and delta blocks, of those that end with a mark."""
    n_stable, n_base = len(payload.base.stable), len(payload.base.blocks)
    # A set: without stable blocks or without a delta two layers end at one block, and that takes one mark.
    ends = {n_stable - 1, n_base - 1, n_base + len(payload.delta) - 1}
    return tuple(sorted(end for end in ends if end >= 0))


RAW_LOOK_BACK = 20
"""Blocks that a read looks back on Bedrock, where a run of calls, or of their results, counts as so many, and not as one."""
FIRST_ROUND = 2
"""Messages of the first round of tools: the calls, and their results."""


def _tails(payload: PrefixPayload, messages: Sequence[Json], *, n_tail: int) -> tuple[int, ...]:
    """The messages whose last block is marked."""
    if payload.ttl is None:
        return ()
    users = [index for index, message in enumerate(messages) if message["role"] == "user"]
    if payload.is_chat:
        return tuple(users[-CHAT_TAILS:])
    if not n_tail or users[-1] != len(messages) - 1:
        return ()
    # A round with many calls: where every block counts, what the round before wrote is found at a mark alone. The first round's is
    # the prefix's own.
    is_far = n_tail > FIRST_ROUND and _n_blocks(messages[users[-2] + 1 :]) >= RAW_LOOK_BACK
    return tuple(users[-2:]) if is_far else (users[-1],)


def _n_blocks(messages: Iterable[Json]) -> int:
    return sum(1 if isinstance(message["content"], str) else len(message["content"]) for message in messages)


def _prefix_blocks(payload: PrefixPayload, n_marks: int) -> list[Json]:
    """The blocks of base and delta; where there is no room for all marks, the inner one goes first."""
    # The last ones: a read at a later mark covers all before it, the inner one only helps after a new anchor.
    marks = marked_positions(payload)[-n_marks:] if payload.ttl is not None else ()
    # One lifetime for all of them: a delta that expires before its base is written again at each question,
    # which costs more than its cheaper write saves.
    return [
        _text_block(block.text, payload.ttl if index in marks else None)
        for index, block in enumerate((*payload.base.blocks, *payload.delta))
    ]


def _turn_block(part: str | Mapping[str, Any]) -> Json:
    return {"type": "text", "text": part} if isinstance(part, str) else dict(part)


def _text_block(text: str, ttl: Ttl | None) -> Json:
    block: Json = {"type": "text", "text": text}
    if ttl is not None:
        block["cache_control"] = _cache_control(ttl)
    return block


def _cache_control(ttl: Ttl) -> Json:
    # Five minutes is what the API takes where no `ttl` is given.
    return {"type": "ephemeral"} if ttl == "5m" else {"type": "ephemeral", "ttl": ttl}


def _marked_last(message: Json, ttl: Ttl) -> Json:
    # Copies: history and tail are the caller's, who sends them again, then without this mark.
    content = [dict(block) for block in message["content"]]
    content[-1]["cache_control"] = _cache_control(ttl)
    return {**message, "content": content}
