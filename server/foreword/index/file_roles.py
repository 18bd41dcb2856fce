"""What part a file plays in a repository, judged by its path alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

Role = Literal["source", "test", "example", "vendored", "history"]

_TEST_FOLDER = re.compile(r"(?:^|/)(?:__tests__|tests?|testing|testdata|fixtures|specs?|e2e)(?:/|$)")
_TEST_NAME = re.compile(
    r"^(?:test_|conftest\.|(?:__tests__|tests?|testing|testdata|fixtures|specs?|e2e)$)"
    r"|[._-](?:test|spec|tests|snap)\.[^/]+$|(?:Test|Tests|Spec)\.(?:java|kt|cs|scala|swift|php)$",
)
_EXAMPLE_FOLDER = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?|benchmarks?|bench)(?:/|$)",
    re.IGNORECASE,
)
_VENDORED_FOLDER = re.compile(
    r"(?:^|/)(?:vendor|vendored|third[_-]?party|node_modules|extern|external|dist|generated)(?:/|$)",
    re.IGNORECASE,
)
_HISTORY_NAME = re.compile(r"(?:change(?:s|log)|news|history|releases?)(?:[.-].*)?$", re.IGNORECASE)

_PROSE = frozenset(("", "markdown", "restructuredtext", "asciidoc", "text", "html", "csv", "svg", "xml"))
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts", ".pyi")
"""Files that repeat what is defined elsewhere."""
_DATA = frozenset(("json", "yaml", "toml", "ini", "css"))


def role_of(path: str) -> Role:
    """Test, example (documentation included), vendored or generated, a log of changes, or plain source."""
    folders, _, name = path.rpartition("/")
    if _HISTORY_NAME.match(name):
        return "history"
    role = _role_of_folders(folders)
    return "test" if role != "vendored" and _TEST_NAME.search(name) else role


@lru_cache(maxsize=1 << 14)
def _role_of_folders(folders: str) -> Role:
    """The role of a file whose name says nothing."""
    if _VENDORED_FOLDER.search(folders):
        return "vendored"
    if _TEST_FOLDER.search(folders):
        return "test"
    return "example" if _EXAMPLE_FOLDER.search(folders) else "source"


TEST_RELEVANCE = 0.4
"""Of a test, unless the question asks for tests."""
_RELEVANCE: Mapping[Role, float] = {
    "source": 1.0,
    "test": TEST_RELEVANCE,
    "example": 0.6,
    "vendored": 0.4,
    "history": 0.3,
}


def relevance(path: str, language: str) -> float:
    """How likely a question about code is about this file, given that its words fit equally well."""
    by_language = 0.5 if language in _PROSE else 0.7 if language in _DATA else 1.0
    return _RELEVANCE[role_of(path)] * by_language * (0.6 if path.endswith(_DECLARATIONS) else 1.0)
