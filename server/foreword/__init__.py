"""Foreword: a coding assistant whose repository context is a byte-stable, cached prefix.

    from foreword import open_workspace

    with open_workspace("~/src/editor", trusted=True) as workspace:
        print(workspace.ask("Where are keybindings resolved?").text)

What this module exports is public, and changes only with the version; every other module is private. Importing it is
cheap: a name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foreword.api.client import WorkspaceClient, open_workspace
    from foreword.api.commands.batch import BatchResult
    from foreword.api.commands.lookups import RepositoryMap, SearchResult, Symbol, Symbols
    from foreword.api.commands.questions import EditResult
    from foreword.assist.answering.batch_answers import BatchAnswer
    from foreword.assist.question.answer import Answer, Citation
    from foreword.assist.question.context_view import ContextReport
    from foreword.assist.question.receipt import Receipt
    from foreword.core.errors import (
        ConfigError,
        CredentialsError,
        EditError,
        ForewordError,
        LimitError,
        ModelError,
        Problem,
        StoreError,
        TrustError,
        UsageError,
        WorkspaceError,
    )
    from foreword.core.outline import Definition, Excerpt

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "BatchAnswer",
    "BatchResult",
    "Citation",
    "ConfigError",
    "ContextReport",
    "CredentialsError",
    "Definition",
    "EditError",
    "EditResult",
    "Excerpt",
    "ForewordError",
    "LimitError",
    "ModelError",
    "Problem",
    "Receipt",
    "RepositoryMap",
    "SearchResult",
    "StoreError",
    "Symbol",
    "Symbols",
    "TrustError",
    "UsageError",
    "WorkspaceClient",
    "WorkspaceError",
    "open_workspace",
]

_HOMES: Mapping[str, str] = MappingProxyType({
    "Answer": "assist.question.answer",
    "BatchAnswer": "assist.answering.batch_answers",
    "BatchResult": "api.commands.batch",
    "Citation": "assist.question.answer",
    "ContextReport": "assist.question.context_view",
    "Definition": "core.outline",
    "EditResult": "api.commands.questions",
    "Excerpt": "core.outline",
    "Receipt": "assist.question.receipt",
    "RepositoryMap": "api.commands.lookups",
    "SearchResult": "api.commands.lookups",
    "Symbol": "api.commands.lookups",
    "Symbols": "api.commands.lookups",
    "WorkspaceClient": "api.client",
    "open_workspace": "api.client",
})  # fmt: skip
"""Where the names are, besides the errors."""


if not TYPE_CHECKING:  # a type checker would take it for a promise that every name is there

    def __getattr__(name: str) -> object:
        """A public name, loaded when it is first used."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'core.errors')}"), name)


def __dir__() -> list[str]:
    """What there is, loaded or not."""
    return sorted({*globals(), *__all__})
