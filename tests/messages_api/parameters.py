"""Rules for the parameters beside the prompt, many of which depend on the model."""

from __future__ import annotations

from messages_api.errors import Json, invalid
from messages_api.models import EFFORTS, THINKING_TYPES, Model

COUNT_FIELDS = frozenset(
    {
        "messages",
        "model",
        "cache_control",
        "output_config",
        "speed",
        "system",
        "thinking",
        "tool_choice",
        "tools",
    }
)
CREATE_FIELDS = COUNT_FIELDS | {
    "container",
    "diagnostics",
    "inference_geo",
    "max_tokens",
    "metadata",
    "service_tier",
    "stop_sequences",
    "stream",
}
THINKING_FIELDS = {
    "adaptive": {"type", "display"},
    "between_tools": {"type"},
    "disabled": {"type"},
    "enabled": {"type", "display", "budget_tokens"},
}
LEAST_BUDGET = 1024
MOST_EFFORT_BETWEEN_TOOLS = ("low", "medium", "high")


def check_fields(body: Json, allowed: frozenset[str]) -> None:
    """Nothing that the API does not know: sampling parameters are gone."""
    for name in body:
        if name not in allowed:
            raise invalid(f"{name}: Extra inputs are not permitted")


def check_max_tokens(body: Json, model: Model) -> None:
    """An integer from 0 (pre-warming) to the model's maximum."""
    if "max_tokens" not in body:
        raise invalid("max_tokens: Field required")
    n_tokens = body["max_tokens"]
    if not isinstance(n_tokens, int) or isinstance(n_tokens, bool):
        raise invalid("max_tokens: Input should be a valid integer")
    if n_tokens < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    if n_tokens > model.max_output:
        raise invalid(
            f"max_tokens: {n_tokens} > {model.max_output}, which is the maximum allowed number of output "
            f"tokens for {model.id}"
        )
    if n_tokens == 0:
        _check_prewarming(body)


def check_output_config(body: Json, model: Model) -> None:
    """Effort and format."""
    config = body.get("output_config")
    if config is None:
        return
    if not isinstance(config, dict):
        raise invalid("output_config: Input should be an object")
    for name in config.keys() - {"effort", "format"}:
        raise invalid(f"output_config.{name}: Extra inputs are not permitted")
    effort = config.get("effort")
    if effort is not None and effort not in EFFORTS:
        raise invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
    if effort is not None and effort not in model.efforts:
        raise invalid(f"This model does not support effort level {effort!r}.")
    shape = config.get("format")
    if shape is not None and (not isinstance(shape, dict) or set(shape) != {"type", "schema"}):
        raise invalid("output_config.format: Input should have exactly 'type' and 'schema'")


def check_thinking(body: Json, model: Model) -> None:
    """The thinking type, its fields, and what it excludes."""
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if kind not in THINKING_TYPES:
        raise invalid(
            f"thinking: Input tag {kind!r} found using 'type' does not match any of the expected tags: "
            + ", ".join(map(repr, THINKING_TYPES))
        )
    for name in thinking.keys() - THINKING_FIELDS[kind]:
        raise invalid(f"thinking.{kind}.{name}: Extra inputs are not permitted")
    if kind not in model.thinking:
        raise invalid(f'"thinking.type.{kind}" is not supported for this model.')
    if thinking.get("display") not in {None, "summarized", "omitted"}:
        raise invalid(f"thinking.{kind}.display: Input should be 'summarized' or 'omitted'")
    effort = (body.get("output_config") or {}).get("effort") or model.effort
    if kind == "between_tools" and effort not in MOST_EFFORT_BETWEEN_TOOLS:
        raise invalid(f'"thinking.type.between_tools" is not supported at effort {effort!r}.')
    if kind == "disabled" and effort in {"xhigh", "max"} and not model.id.startswith("claude-opus-4"):
        raise invalid(f'"thinking.type.disabled" is not supported at effort {effort!r}.')
    if kind == "enabled":
        _check_budget(thinking, body)


def check_tool_choice(body: Json, model: Model) -> None:
    """`auto`, `any`, `none` or one of the tools; some models can't be forced."""
    choice = body.get("tool_choice")
    if choice is None:
        return
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind not in {"auto", "any", "tool", "none"}:
        raise invalid(
            f"tool_choice: Input tag {kind!r} found using 'type' does not match any of the expected tags: "
            "'auto', 'any', 'tool', 'none'"
        )
    for name in choice.keys() - {"type", "name", "disable_parallel_tool_use"}:
        raise invalid(f"tool_choice.{kind}.{name}: Extra inputs are not permitted")
    names = {tool["name"] for tool in body.get("tools") or ()}
    if not names:
        raise invalid("tool_choice: tool_choice may only be specified while providing tools.")
    if kind == "tool" and choice.get("name") not in names:
        raise invalid(f"tool_choice: Tool '{choice.get('name')}' not found in provided tools")
    if kind in {"any", "tool"}:
        _check_forced(body, model)


def check_small(body: Json) -> None:
    """The parameters that no other rule depends on."""
    for name, allowed in (
        ("service_tier", ("auto", "standard_only")),
        ("speed", ("standard", "fast", None)),
        ("stream", (True, False)),
    ):
        if name in body and body[name] not in allowed:
            raise invalid(f"{name}: Input should be one of {', '.join(map(repr, allowed))}")
    metadata = body.get("metadata", {})
    if not isinstance(metadata, dict) or metadata.keys() - {"user_id"}:
        raise invalid("metadata: Extra inputs are not permitted")
    stops = body.get("stop_sequences", [])
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop.strip() for stop in stops):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")
    diagnostics = body.get("diagnostics") or {}
    if not isinstance(diagnostics, dict) or diagnostics.keys() - {"previous_message_id"}:
        raise invalid("diagnostics: Extra inputs are not permitted")


def _check_prewarming(body: Json) -> None:
    thinking = (body.get("thinking") or {}).get("type")
    forbidden = {
        "stream": body.get("stream") is True,
        "thinking.type 'enabled'": thinking == "enabled",
        "output_config.format": (body.get("output_config") or {}).get("format") is not None,
        "tool_choice 'any' or 'tool'": (body.get("tool_choice") or {}).get("type") in {"any", "tool"},
    }
    for name, is_there in forbidden.items():
        if is_there:
            raise invalid(f"max_tokens: 0 cannot be combined with {name}")


def _check_budget(thinking: Json, body: Json) -> None:
    budget = thinking.get("budget_tokens")
    if not isinstance(budget, int):
        raise invalid("thinking.enabled.budget_tokens: Field required")
    if budget < LEAST_BUDGET:
        raise invalid(
            f"thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}"
        )
    if budget >= body.get("max_tokens", budget + 1):
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")


def _check_forced(body: Json, model: Model) -> None:
    if not model.forced_tools:
        raise invalid('tool_choice: type "tool" and "any" are not supported for this model.')
    if (body.get("thinking") or {}).get("type") == "enabled":
        raise invalid("Thinking may not be enabled when tool_choice forces tool use.")
