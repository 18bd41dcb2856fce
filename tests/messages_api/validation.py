"""All rules for a request, in the order in which the service complains.

    parse      bytes -> JSON object
    validate   JSON object -> prompt

Rules live beside their nouns: parameters, blocks, turns, marks, thinking echoes.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from messages_api.blocks import check_block, check_tools
from messages_api.errors import Json, invalid
from messages_api.marks import check_marks
from messages_api.media import check_many
from messages_api.models import Model
from messages_api.parameters import (
    COUNT_FIELDS,
    CREATE_FIELDS,
    check_fields,
    check_max_tokens,
    check_output_config,
    check_small,
    check_thinking,
    check_tool_choice,
)
from messages_api.prompt import Prompt, blocks_of, canonical, read_prompt
from messages_api.thinking import check_echoes
from messages_api.turns import check_turns


def parse(raw: bytes) -> Json:
    """The JSON object of a request body.

    Raises:
        ApiError: 400, for anything else, unpaired surrogates included.
    """
    try:
        body = json.loads(raw.decode("utf-8"))
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise invalid("The request body is not valid JSON: no low surrogate in string") from error
    except ValueError as error:
        raise invalid(f"The request body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise invalid("The request body is not a JSON object")
    return body


def validate(body: Json, model: Model, workspace: str, paused: Collection[str], *, counts: bool) -> Prompt:
    """The prompt of `body`; `counts` for `count_tokens`, `paused` the contents of answers that may go on.

    Raises:
        ApiError: 400.
    """
    check_fields(body, COUNT_FIELDS if counts else CREATE_FIELDS)
    if not counts:
        check_max_tokens(body, model)
    check_small(body)
    _check_system(body.get("system"))
    if body.get("tools") is not None:
        check_tools(body["tools"])
    check_turns(body, model)
    check_many(
        [block for one in body["messages"] for block in blocks_of(one["content"]) if block["type"] == "image"]
    )
    check_output_config(body, model)
    check_thinking(body, model)
    check_tool_choice(body, model)
    check_marks(body)
    _check_prefill(body, model, paused)
    prompt = read_prompt(body, model)
    check_echoes(body, model, prompt, workspace)
    if prompt.tokens > model.window:
        raise invalid(f"prompt is too long: {prompt.tokens} tokens > {model.window} maximum")
    return prompt


def content_key(content: str | list[Json]) -> str:
    """What an answer's content is recognised by when it comes back."""
    return "\n".join(canonical(block) for block in blocks_of(content))


def _check_system(system: object) -> None:
    if system is None or isinstance(system, str):
        if isinstance(system, str) and system and not system.strip():
            raise invalid("system: text content blocks must contain non-whitespace text")
        return
    if not isinstance(system, list):
        raise invalid("system: Input should be a valid list")
    for index, block in enumerate(system):
        check_block(block, "system", f"system.{index}")


def _check_prefill(body: Json, model: Model, paused: Collection[str]) -> None:
    last = body["messages"][-1]
    if last["role"] != "assistant" or content_key(last["content"]) in paused:
        return
    if not model.prefill:
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user "
            "message."
        )
    end = blocks_of(last["content"])[-1]
    if end["type"] == "text" and end["text"] != end["text"].rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")
