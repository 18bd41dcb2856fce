"""The name of a prefix in the cache that counts now: that of the provider and model of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foreword.assist.session.providers import provider_name, tools_style
from foreword.assist.session.session import Session
from foreword.model.tool_definitions import tool_definitions
from foreword.prefix.instructions import system_prompt
from foreword.prefix.layers import instructions_digest
from foreword.prefix.warmth import CacheKey


def current_cache_key(session: Session, digests: Mapping[str, str]) -> CacheKey:
    """A prefix at the provider and model of now; where `digests` don't name the instructions, those of now are meant."""
    instructions = {
        "instructions": instructions_digest(current_system_prompt(session), offered_tools(session))
    }
    return CacheKey(provider_name(session), session.model_id, instructions | dict(digests))


def current_system_prompt(session: Session) -> str:
    """The system prompt of a question of now."""
    return system_prompt(is_trusted=session.trust.granted())


def offered_tools(session: Session) -> tuple[Mapping[str, Any], ...]:
    """The tools that a question of now offers to the model."""
    return tuple(tool_definitions(tools_style(session))) if session.settings.tools_rounds else ()
