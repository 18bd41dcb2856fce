"""The name of a prefix in the cache that counts now: that of the provider and model of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from foreword.assist.session.providers import provider_name, tools_style
from foreword.model.catalog.model_info import effort_of, thinking_of
from foreword.model.tool_definitions import tool_definitions
from foreword.prefix.instructions import system_prompt
from foreword.prefix.layers import instructions_digest
from foreword.prefix.warmth import EFFORT, THINKING, CacheKey

if TYPE_CHECKING:
    from foreword.assist.session.session import Session


def current_cache_key(session: Session, digests: Mapping[str, str]) -> CacheKey:
    """A prefix at the provider and model of now; where `digests` don't name the instructions, those of now are meant."""
    instructions = {
        "instructions": instructions_digest(current_system_prompt(session), offered_tools(session))
    }
    thinking, effort = current_reasoning(session)
    told = instructions | rendered(thinking, effort) | dict(digests)
    return CacheKey(provider_name(session), session.model_id, told)


Thinking = Mapping[str, Any] | None


def current_reasoning(session: Session) -> tuple[Thinking, str | None]:
    """The `thinking` and the `effort` of a question of now, each None where it is left to the model."""
    settings, model = session.settings, session.model
    plain = settings.model_thinking == "off"
    return thinking_of(model, plain=plain), effort_of(model, settings.model_effort, plain=plain)


def rendered(thinking: Thinking, effort: str | None) -> dict[str, str]:
    """What of a request's parameters is part of the key of its entries; nothing where all is as the model has it by itself."""
    style = thinking["type"] if thinking else "adaptive"
    return ({EFFORT: effort} if effort else {}) | ({THINKING: style} if style != "adaptive" else {})


def current_system_prompt(session: Session) -> str:
    """The system prompt of a question of now."""
    return system_prompt(is_trusted=session.trust.granted())


def offered_tools(session: Session) -> tuple[Mapping[str, Any], ...]:
    """The tools that a question of now offers to the model."""
    return tuple(tool_definitions(tools_style(session))) if session.settings.tools_rounds else ()
