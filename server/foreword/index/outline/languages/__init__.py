"""How each language is outlined. Each module here that has `LANGUAGES` adds its own: by a table for a grammar, or by a scanner.

A new language is a row in `core/language.py`, which says what its files are called, and a module here. The tests of
`LANGUAGES` say what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from foreword.index.outline.languages.line_outline import Scanner
from foreword.index.outline.languages.rule import Table


def _registered() -> dict[str, Table | Scanner]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {
        language: outline
        for module in modules
        for language, outline in getattr(module, "LANGUAGES", {}).items()
    }


LANGUAGES: Mapping[str, Table | Scanner] = MappingProxyType(_registered())
"""What has an outline, by language."""

TABLES: Mapping[str, Table] = MappingProxyType(
    {language: one for language, one in LANGUAGES.items() if isinstance(one, Table)}
)
"""The languages that have a grammar."""

SCANNERS: Mapping[str, Scanner] = MappingProxyType(
    {language: one for language, one in LANGUAGES.items() if not isinstance(one, Table)}
)
"""The languages that are read line by line."""
