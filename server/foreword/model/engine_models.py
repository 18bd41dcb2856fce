"""What local engines say of their models in `/v1/models`: the same fact under many names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

WINDOW_KEYS = (
    "n_ctx",
    "loaded_context_length",
    "max_model_len",
    "context_length",
    "max_context_length",
    "max_input_tokens",
)
"""The context window as llama.cpp, LM Studio, vLLM and SGLang, and others call it; what is loaded before what could be."""


def window_of(listed: Iterable[Mapping[str, Any]], model_id: str) -> int | None:
    """The context window of a model in tokens; of the only one, whatever its name, for an engine with one model ignores that."""
    models = list(listed)
    named = [one for one in models if one.get("id") == model_id]
    (model,) = (named or models)[:1] if len(models) == 1 or named else ({},)
    meta = model.get("meta")
    for key in WINDOW_KEYS:
        for source in (meta if isinstance(meta, Mapping) else {}, model):
            value = source.get(key)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
    return None
