"""How much a kind of file counts when the base is chosen: source code most, data and generated things least.

People ask about code. Manifests and lock-like data change with every release and would win by churn alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from foreword.index.file_roles import Role, role_of

_BY_ROLE: Mapping[Role, float] = {
    "source": 1.0,
    "test": 0.35,
    "example": 0.35,
    "vendored": 0.1,
    "history": 0.05,
}
_PROSE = frozenset(("markdown", "restructuredtext", "asciidoc", "text", "html", "xml"))
_DATA = frozenset(("json", "yaml", "toml", "ini", "css", "csv", "svg", "make", "dockerfile", "cmake"))


def weight_of(path: str, language: str) -> float:
    """Between 0 and 1, by path and language alone."""
    return _BY_ROLE[role_of(path)] * _kind(language)


def _kind(language: str) -> float:
    if not language or language in _DATA:
        return 0.1
    return 0.25 if language in _PROSE else 1.0
