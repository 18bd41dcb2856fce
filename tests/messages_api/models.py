"""What the stand-in knows of each model: limits, thinking, and the 400s that only some models answer.

Sources are the documentation and the SDK as of November 2026; an unknown `claude-*` id behaves as
`UNKNOWN`. Prices are in `messages_api.prices`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from messages_api.errors import ApiError, Json

EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING_TYPES = ("adaptive", "between_tools", "disabled", "enabled")


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    `minimum` is the shortest cacheable prefix and `window` the longest prompt, both in tokens.
    `thinking` are the accepted `thinking.type`s; `thinks` says what a request without the field gets.
    `piece` is the longest run of letters that is one token: later tokenizers cut text finer.
    """

    id: str
    minimum: int
    window: int = 1_000_000
    max_output: int = 128_000
    thinking: tuple[str, ...] = ("adaptive", "disabled")
    thinks: str = "adaptive"
    shows_thinking: bool = False
    efforts: tuple[str, ...] = EFFORTS
    effort: str = "high"
    piece: int = 3
    prefill: bool = False
    forced_tools: bool = True
    binds_thinking: bool = False
    binds_account: bool = False
    keeps_thinking: bool = True
    system_turns: bool = False


_V4_5 = Model(
    "",
    4096,
    window=200_000,
    max_output=64_000,
    thinking=("disabled", "enabled"),
    thinks="disabled",
    shows_thinking=True,
    efforts=(),
    piece=4,
    prefill=True,
    keeps_thinking=False,
)
_V4_6 = Model(
    "",
    4096,
    thinking=("adaptive", "disabled", "enabled"),
    thinks="disabled",
    shows_thinking=True,
    efforts=("low", "medium", "high", "max"),
    piece=4,
)
_V4_7 = Model("", 2048, thinks="disabled")
_V5 = Model("", 512)
_FABLE = Model("", 512, thinking=("adaptive",), system_turns=True)
_V5_5 = Model("", 512, binds_thinking=True)
_FABLE_5_1 = replace(_FABLE, binds_thinking=True, forced_tools=False)

UNKNOWN = Model("", 1024)


def _table(*models: Model) -> Mapping[str, Model]:
    return {model.id: model for model in models}


MODELS: Mapping[str, Model] = _table(
    replace(_FABLE_5_1, id="claude-fable-5-2"),
    replace(_FABLE_5_1, id="claude-mythos-5-2"),
    replace(
        _V5_5,
        id="claude-opus-5-5",
        thinking=("adaptive",),
        effort="medium",
        forced_tools=False,
        system_turns=True,
    ),
    replace(
        _V5_5,
        id="claude-sonnet-5-5",
        thinking=("adaptive", "between_tools"),
        forced_tools=False,
        binds_account=True,
        system_turns=True,
    ),
    replace(_V5_5, id="claude-haiku-5-5", effort="medium", binds_account=True),
    replace(_FABLE_5_1, id="claude-fable-5-1"),
    replace(_FABLE_5_1, id="claude-mythos-5-1"),
    replace(_FABLE, id="claude-fable-5"),
    replace(_FABLE, id="claude-mythos-5"),
    replace(_V5, id="claude-opus-5", system_turns=True),
    replace(_V5, id="claude-sonnet-5", minimum=1024),
    replace(_V4_7, id="claude-opus-4-8", minimum=1024, system_turns=True),
    replace(_V4_7, id="claude-opus-4-7"),
    replace(_V4_6, id="claude-mythos-preview", minimum=2048),
    replace(_V4_6, id="claude-opus-4-6"),
    replace(_V4_6, id="claude-sonnet-4-6", minimum=1024),
    replace(_V4_5, id="claude-opus-4-5", efforts=("low", "medium", "high"), keeps_thinking=True),
    replace(_V4_5, id="claude-sonnet-4-5", minimum=1024),
    replace(_V4_5, id="claude-haiku-4-5"),
)

RETIRED = re.compile(r"claude-(?:instant|[123][-.]|(?:opus|sonnet)-4(?:-0|-\d{8})?$)")
"""Ids of models that no longer answer."""


def find_model(name: object, models: Mapping[str, Model] = MODELS) -> Model:
    """The model called `name`, dated ids included.

    Raises:
        ApiError: 404, when there is no such model or it is retired.
    """
    text = str(name)
    if text in models:
        return models[text]
    if not text.startswith("claude-") or RETIRED.match(text):
        raise ApiError(404, f"model: {text}")
    undated = re.sub(r"-20\d{6}$", "", text)
    return replace(models.get(undated, UNKNOWN), id=text)


def model_info(model: Model) -> Json:
    """The model as `GET /v1/models` shows it."""
    line = re.search(r"haiku|sonnet|opus|fable|mythos", model.id)
    deprecated = model.id.startswith(("claude-sonnet-4-5", "claude-mythos-preview"))
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id.replace("claude-", "Claude ").replace("-", " ").title(),
        "created_at": "1970-01-01T00:00:00Z",
        "lifecycle": "deprecated" if deprecated else "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": line.group() if line else None,
        "max_input_tokens": model.window,
        "max_tokens": model.max_output,
        "capabilities": _capabilities(model),
    }


def _capabilities(model: Model) -> Json:
    yes = {"supported": True}
    efforts = {level: {"supported": level in model.efforts} for level in EFFORTS}
    thinking = {kind: {"supported": kind in model.thinking} for kind in THINKING_TYPES}
    return {
        "batch": yes,
        "citations": yes,
        "code_execution": yes,
        "context_management": yes,
        "effort": {"supported": bool(model.efforts), **efforts},
        "image_input": yes,
        "pdf_input": yes,
        "server_tools": {"supported": True, "code_execution": yes, "web_search": yes},
        "structured_outputs": yes,
        "thinking": {"supported": True, "types": thinking},
    }
