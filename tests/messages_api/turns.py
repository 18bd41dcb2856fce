"""Rules for the conversation: whose turn it is, and every tool call answered at once."""

from __future__ import annotations

from messages_api.blocks import check_block
from messages_api.errors import Json, invalid
from messages_api.models import Model
from messages_api.prompt import blocks_of

ROLES = ("assistant", "system", "user")


def check_turns(body: Json, model: Model) -> None:
    """The messages of a request, without what only the server can know.

    Raises:
        ApiError: 400.
    """
    messages = body.get("messages")
    if messages is None:
        raise invalid("messages: Field required")
    if not isinstance(messages, list):
        raise invalid("messages: Input should be a valid list")
    if not messages:
        raise invalid("messages: at least one message is required")
    for index, message in enumerate(messages):
        _check_message(message, index)
    if messages[0]["role"] == "assistant":
        raise invalid('messages: first message must use the "user" role')
    _check_system_turns(messages, model)
    _check_tool_pairs(messages)


def _check_message(message: object, index: int) -> None:
    place = f"messages.{index}"
    if not isinstance(message, dict):
        raise invalid(f"{place}: Input should be an object")
    for name in ("role", "content"):
        if name not in message:
            raise invalid(f"{place}.{name}: Field required")
    for name in message.keys() - {"role", "content"}:
        raise invalid(f"{place}.{name}: Extra inputs are not permitted")
    role, content = message["role"], message["content"]
    if role not in ROLES:
        raise invalid(f"{place}.role: Input should be 'user', 'assistant' or 'system'")
    if not isinstance(content, str | list):
        raise invalid(f"{place}.content: Input should be a valid string or list")
    if not content:
        raise invalid(
            f"{place}: all messages must have non-empty content except for the optional final assistant message"
        )
    for number, block in enumerate(blocks_of(content)):
        check_block(block, role, f"{place}.content.{number}")


def _check_system_turns(messages: list[Json], model: Model) -> None:
    for index, message in enumerate(messages):
        if message["role"] != "system":
            continue
        if not model.system_turns:
            raise invalid(
                'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, '
                'not "system" as an input message role.'
            )
        if index == 0 or messages[index - 1]["role"] == "assistant":
            raise invalid(f"messages.{index}: a `system` message must follow a `user` message")


def _check_tool_pairs(messages: list[Json]) -> None:
    seen: set[str] = set()
    for index, message in enumerate(messages):
        calls = _ids(message, "tool_use", "id")
        if len(set(calls)) < len(calls) or seen & set(calls):
            raise invalid(f"messages.{index}: `tool_use` ids must be unique")
        seen.update(calls)
        _check_answered(calls, messages, index)
        _check_asked(messages, index)


def _check_answered(calls: list[str], messages: list[Json], index: int) -> None:
    """All calls of a message have their results at the very start of the next one."""
    following: list[Json] = blocks_of(messages[index + 1]["content"]) if index + 1 < len(messages) else []
    first: list[str] = []
    for block in following:
        if block["type"] != "tool_result":
            break
        first.append(block["tool_use_id"])
    if missing := [call for call in calls if call not in first]:
        raise invalid(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the "
            "next message."
        )


def _check_asked(messages: list[Json], index: int) -> None:
    """Every result belongs to a call of the message before, once."""
    results = _ids(messages[index], "tool_result", "tool_use_id")
    calls = _ids(messages[index - 1], "tool_use", "id") if index else []
    for number, result in enumerate(results):
        if result not in calls:
            raise invalid(
                f"messages.{index}.content.{number}: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{result}. Each `tool_result` block must have a corresponding `tool_use` block in the previous "
                "message."
            )
    if len(set(results)) < len(results):
        raise invalid(
            f"messages.{index}.content: each `tool_use` must have a single result. Found multiple "
            f"`tool_result` blocks with id: {results[0]}"
        )


def _ids(message: Json, kind: str, field: str) -> list[str]:
    return [block[field] for block in blocks_of(message["content"]) if block["type"] == kind]
