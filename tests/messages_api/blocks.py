"""Rules for one content block or tool definition: known types, known fields, nothing empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from messages_api.errors import Json, invalid
from messages_api.marks import check_mark
from messages_api.media import check_source

MARK = "cache_control"
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
TOOL_USE_ID = re.compile(r"[a-zA-Z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """Fields of a block type, and the roles that may send it."""

    required: Mapping[str, type]
    optional: frozenset[str] = frozenset({MARK})
    roles: frozenset[str] = frozenset({"user"})


BLOCKS: Mapping[str, Shape] = {
    "text": Shape({"text": str}, frozenset({MARK, "citations"}), frozenset({"user", "assistant", "system"})),
    "image": Shape({"source": dict}, frozenset({MARK, "transformations"})),
    "document": Shape({"source": dict}, frozenset({MARK, "citations", "context", "title"})),
    "search_result": Shape({"content": list, "source": str, "title": str}, frozenset({MARK, "citations"})),
    "tool_result": Shape({"tool_use_id": str}, frozenset({MARK, "content", "is_error", "toolset_name"})),
    "tool_use": Shape(
        {"id": str, "name": str, "input": dict},
        frozenset({MARK, "caller", "toolset_name"}),
        frozenset({"assistant"}),
    ),
    "thinking": Shape({"thinking": str, "signature": str}, frozenset(), frozenset({"assistant"})),
    "redacted_thinking": Shape({"data": str}, frozenset(), frozenset({"assistant"})),
    "server_tool_use": Shape(
        {"id": str, "name": str, "input": dict}, frozenset({MARK, "caller"}), frozenset({"assistant"})
    ),
    "web_search_tool_result": Shape(
        {"tool_use_id": str, "content": list}, frozenset({MARK, "caller"}), frozenset({"assistant"})
    ),
}
IN_TOOL_RESULT = frozenset({"text", "image", "document", "search_result"})


@dataclass(frozen=True, slots=True)
class OwnTool:
    """A tool that the service defines itself."""

    name: str
    optional: frozenset[str] = field(default=frozenset())


TOOL_OPTIONS = frozenset({MARK, "allowed_callers", "defer_loading", "input_examples", "strict"})
CUSTOM_OPTIONS = TOOL_OPTIONS | {"name", "input_schema", "description", "eager_input_streaming", "type"}
OWN_TOOLS: Mapping[str, OwnTool] = {
    "text_editor_20250728": OwnTool("str_replace_based_edit_tool", frozenset({"max_characters"})),
    "text_editor_20250429": OwnTool("str_replace_based_edit_tool"),
    "text_editor_20250124": OwnTool("str_replace_editor"),
    "bash_20250124": OwnTool("bash"),
    "memory_20250818": OwnTool("memory"),
    "tool_search_tool_regex_20251119": OwnTool("tool_search_tool_regex"),
    "tool_search_tool_bm25_20251119": OwnTool("tool_search_tool_bm25"),
}


def check_block(block: object, role: str, place: str) -> None:
    """A block of a message with `role`, or of `system`.

    Raises:
        ApiError: 400.
    """
    if not isinstance(block, dict):
        raise invalid(f"{place}: Input should be an object")
    kind = block.get("type")
    shape = BLOCKS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        expected = ", ".join(repr(name) for name in sorted(BLOCKS))
        raise invalid(
            f"{place}: Input tag {kind!r} found using 'type' does not match any of the expected tags: {expected}"
        )
    if role not in shape.roles:
        allowed = " or ".join(f"`{name}`" for name in sorted(shape.roles))
        raise invalid(f"{place}: `{kind}` blocks can only be in {allowed} messages")
    _check_fields(block, shape, f"{place}.{kind}")
    _check_text(block, role, place)
    if kind in {"image", "document"}:
        check_source(block, f"{place}.{kind}")
    if kind == "tool_use" and not TOOL_USE_ID.fullmatch(block["id"]):
        raise invalid(f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
    if kind == "tool_result":
        _check_result(block, place)


def check_tools(tools: object) -> None:
    """The tool definitions: custom ones and the service's own, each name once.

    Raises:
        ApiError: 400.
    """
    if not isinstance(tools, list):
        raise invalid("tools: Input should be a valid list")
    names = []
    for index, tool in enumerate(tools):
        if not isinstance(tool, dict):
            raise invalid(f"tools.{index}: Input should be an object")
        kind = tool.get("type") or "custom"
        if kind == "custom":
            _check_custom(tool, f"tools.{index}.custom")
        else:
            _check_own(tool, kind, f"tools.{index}")
        check_mark(tool.get(MARK), f"tools.{index}.{kind}")
        if tool.get("defer_loading") and tool.get(MARK):
            raise invalid(f"tools.{index}: a tool with defer_loading=true cannot have cache_control")
        names.append(tool["name"])
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")


def _check_fields(block: Json, shape: Shape, place: str) -> None:
    for name, expected in shape.required.items():
        if name not in block:
            raise invalid(f"{place}.{name}: Field required")
        if not isinstance(block[name], expected):
            raise invalid(f"{place}.{name}: Input should be a valid {_type_name(expected)}")
    for name in block.keys() - shape.required.keys() - shape.optional - {"type"}:
        raise invalid(f"{place}.{name}: Extra inputs are not permitted")
    check_mark(block.get(MARK), place)


def _check_text(block: Json, role: str, place: str) -> None:
    if block["type"] != "text":
        return
    tier = place.split(".", 1)[0]
    if not block["text"]:
        if block.get(MARK):
            raise invalid(f"{place}.text: cache_control cannot be set for empty text blocks")
        raise invalid(f"{tier}: text content blocks must be non-empty")
    if not block["text"].strip():
        raise invalid(f"{tier}: text content blocks must contain non-whitespace text")
    if role == "user" and block.get("citations"):
        raise invalid(f"{place}.text.citations: citations are not permitted on user text blocks")


def _check_result(block: Json, place: str) -> None:
    content = block.get("content") or []
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise invalid(f"{place}.tool_result.content: Input should be a valid list")
    for index, part in enumerate(content):
        inner = f"{place}.tool_result.content.{index}"
        if isinstance(part, dict) and part.get("type") not in IN_TOOL_RESULT:
            raise invalid(f"{inner}: `{part.get('type')}` blocks are not permitted in `tool_result` blocks")
        check_block(part, "user", inner)
        if part.get(MARK) and (index < len(content) - 1 or block.get(MARK)):
            raise invalid(f"{inner}: cache_control must be set on the parent `tool_result` block")


def _check_custom(tool: Json, place: str) -> None:
    for name in ("name", "input_schema"):
        if name not in tool:
            raise invalid(f"{place}.{name}: Field required")
    for name in tool.keys() - CUSTOM_OPTIONS:
        raise invalid(f"{place}.{name}: Extra inputs are not permitted")
    if not (isinstance(tool["name"], str) and TOOL_NAME.fullmatch(tool["name"])):
        raise invalid(f"{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
    if not isinstance(tool.get("description", ""), str):
        raise invalid(f"{place}.description: Input should be a valid string")
    schema = tool["input_schema"]
    if not isinstance(schema, dict) or "type" not in schema:
        raise invalid(f"{place}.input_schema.type: Field required")
    if schema["type"] != "object":
        raise invalid(f"{place}.input_schema.type: Input should be 'object'")
    if tool.get("strict") and schema.get("additionalProperties") is not False:
        raise invalid(f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false")


def _check_own(tool: Json, kind: object, place: str) -> None:
    own = OWN_TOOLS.get(kind) if isinstance(kind, str) else None
    if own is None:
        raise invalid(
            f"{place}: Input tag {kind!r} found using 'type' does not match any of the expected tags"
        )
    if tool.get("name") != own.name:
        raise invalid(f"{place}.{kind}.name: Input should be '{own.name}'")
    for name in tool.keys() - TOOL_OPTIONS - own.optional - {"type", "name"}:
        raise invalid(f"{place}.{kind}.{name}: Extra inputs are not permitted")
    limit = tool.get("max_characters")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise invalid(f"{place}.{kind}.max_characters: Input should be greater than or equal to 1")


def _type_name(expected: type) -> str:
    return "string" if expected is str else "list" if expected is list else "dictionary"
