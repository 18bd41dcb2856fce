"""What the stand-in says: scripted replies, and what the service makes of them.

Reply (as a test writes it) -> Answer (as it goes out: signed, counted, cut at max_tokens)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from messages_api.errors import Json
from messages_api.models import Model
from messages_api.prompt import blocks_of
from messages_api.thinking import THINKING, sign
from messages_api.tokens import count_block, cut_text

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """Blocks as the model makes them; the stop reason follows from the last one unless it is given."""

    blocks: tuple[Json, ...] = ()
    stop_reason: str | None = None
    stop_details: Json | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as it goes out; `output` counts its tokens, thinking included."""

    content: tuple[Json, ...]
    stop_reason: str
    stop_sequence: str | None
    stop_details: Json | None
    output: int


Script = str | Reply | Callable[[Json], "str | Reply"]


def text_block(text: str) -> Json:
    """Text of an answer."""
    return {"type": "text", "text": text}


def thinking_block(thinking: str) -> Json:
    """Thinking; left out where the request switched it off, blank where it asked for none to be shown."""
    return {"type": "thinking", "thinking": thinking}


def tool_use_block(name: str, arguments: Json, call_id: str | None = None) -> Json:
    """A tool call; the service gives it an id unless there is one."""
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments}


def refusal(category: str | None = None, explanation: str | None = None) -> Reply:
    """A refusal, which is an ordinary answer with HTTP status 200."""
    details = {"type": "refusal", "category": category, "explanation": explanation}
    return Reply((), "refusal", details)


def default_reply(body: Json) -> Reply:
    """Some thinking, and a sentence about the last text of the last user message."""
    texts = [
        block["text"]
        for message in body["messages"]
        if message["role"] == "user"
        for block in blocks_of(message["content"])
        if block["type"] == "text"
    ]
    asked = " ".join(texts[-1].split())[-SHOWN:] if texts else "nothing in words"
    return Reply((thinking_block("The user wants an answer."), text_block(f"You asked: {asked}")))


def reply_to(script: Script, body: Json) -> Reply:
    """The reply of a script to a request."""
    said = script(body) if callable(script) else script
    return Reply((text_block(said),)) if isinstance(said, str) else said


def make_answer(reply: Reply, body: Json, model: Model, *, bound: str, workspace: str, serial: int) -> Answer:
    """What goes out for `reply`; `bound` is the digest of the prompt, `serial` makes the ids of tool calls."""
    if body["max_tokens"] == 0:
        return Answer((), "max_tokens", None, None, 0)
    thinks = _thinks(body, model)
    blocks = [block for block in reply.blocks if thinks or block["type"] not in THINKING]
    blocks, sequence = _stop_at(blocks, body.get("stop_sequences") or [])
    blocks, is_cut, n_tokens = _limit(blocks, body["max_tokens"], model.piece)
    shows = _shows(body, model)
    content = tuple(
        _finish(block, bound, workspace, f"toolu_{serial:06d}{index}", shows=shows)
        for index, block in enumerate(blocks)
    )
    reason = reply.stop_reason or (
        "tool_use" if content and content[-1]["type"] == "tool_use" else "end_turn"
    )
    if sequence:
        reason = "stop_sequence"
    if is_cut:
        reason, sequence = "max_tokens", None
    return Answer(content, reason, sequence, reply.stop_details, max(1, n_tokens))


def _thinks(body: Json, model: Model) -> bool:
    kind = (body.get("thinking") or {}).get("type") or model.thinks
    return kind in {"adaptive", "enabled"} or (kind == "between_tools" and bool(body.get("tools")))


def _shows(body: Json, model: Model) -> bool:
    display = (body.get("thinking") or {}).get("display")
    return display == "summarized" or (display is None and model.shows_thinking)


def _finish(block: Json, bound: str, workspace: str, call_id: str, *, shows: bool) -> Json:
    if block["type"] == "tool_use":
        return {**block, "id": block["id"] or call_id}
    if block["type"] == "thinking":
        shown = block["thinking"] if shows else ""
        return {"type": "thinking", "thinking": shown, "signature": sign(shown, bound, workspace)}
    return block


def _stop_at(blocks: Iterable[Json], sequences: list[str]) -> tuple[list[Json], str | None]:
    """The blocks up to the first stop sequence in a text, and that sequence."""
    kept: list[Json] = []
    for block in blocks:
        text = block.get("text", "")
        found = min(((text.find(stop), stop) for stop in sequences if stop in text), default=None)
        if found is None:
            kept.append(block)
            continue
        at, sequence = found
        return [*kept, {**block, "text": text[:at]}], sequence
    return kept, None


def _limit(blocks: list[Json], most: int, piece: int) -> tuple[list[Json], bool, int]:
    """The blocks that fit into `most` tokens (the last text cut), whether any did not, and their tokens."""
    kept: list[Json] = []
    n_tokens = 0
    for block in blocks:
        cost = count_block(block, piece)
        if n_tokens + cost > most:
            if block["type"] == "text" and (shown := cut_text(block["text"], most - n_tokens, piece)):
                kept.append({**block, "text": shown})
            return kept, True, most
        kept.append(block)
        n_tokens += cost
    return kept, False, n_tokens


def fragments(text: str, n_parts: int) -> Iterator[str]:
    """About `n_parts` pieces of `text`, none of them empty."""
    size = max(1, -(-len(text) // n_parts))
    return (text[at : at + size] for at in range(0, len(text), size))
