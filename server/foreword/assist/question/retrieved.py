"""What the index knows about a question: excerpts for the turn, and definitions and mentions for an offline answer."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from foreword.assist.question.symbol_lookup import find_definitions
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import lines_of
from foreword.core.outline import Definition, Excerpt
from foreword.index.search.search import search

MAX_EXCERPTS = 24
MAX_DEFINITIONS = 6
MAX_MENTIONS = 6
NEAR_BOOST = 1.5
DIRTY_BOOST = 1.2
MAX_DIRTY = 100
"""When more files differ from git's, that says nothing about the question."""
MIN_ACRONYM = 3
NOT_CODE = frozenset(("heading", "key", "selector"))

_SEPARATOR = re.compile(r"\.|::|#")
_QUOTED = re.compile(r"`([^`\s]{2,80})`")
_NAMED = re.compile(
    r"\b([A-Za-z_]\w+)(?=\(|\s+(?:defined|declared)\b)|\b(?:[Cc]all(?:s|ed|ing)?|functions?|methods?|class)\s+([A-Za-z_]\w+)"
)
"""Plain words that the sentence treats as names: "Where is echo defined?", "Who calls echo?", "echo()"."""
_IDENTIFIER = re.compile(r"\b(?:[A-Za-z_]\w*(?:\.|::|#))*[A-Za-z_]\w*\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A line (1-based) that mentions an identifier, with its text."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question, best first; `names` are the identifiers in it that are defined somewhere."""

    names: tuple[str, ...]
    definitions: tuple[tuple[str, Definition], ...]
    mentions: tuple[Mention, ...]
    excerpts: tuple[Excerpt, ...]


def find_excerpts(
    saved: WorkspaceSnapshot,
    question: str,
    *,
    budget: int,
    near: Iterable[str] = (),
    shown: Container[str] = (),
    about: Sequence[str] = (),
) -> tuple[Excerpt, ...]:
    """Excerpts for a question within `budget` tokens, none from files in `shown`.

    Files in `near` (pointed at, or open) count for more, and so do those that are being edited. `about` are names that
    the question does not say, such as that of the function at the cursor: what they call, and what calls them, is found.
    """
    if budget <= 0:
        return ()
    dirty = saved.tree.dirty if len(saved.tree.dirty) <= MAX_DIRTY else ()
    boosts = dict.fromkeys(dirty, DIRTY_BOOST) | dict.fromkeys(near, NEAR_BOOST)
    found = search(
        saved.index,
        "\n\n".join([question, *([" ".join(f"`{name}`" for name in about)] if about else [])]),
        saved.read_shown,
        limit=MAX_EXCERPTS,
        budget_tokens=budget,
        boosts=boosts,
        shown=shown,
        commit_messages=saved.commit_messages,
    )
    return tuple(found)


def find_evidence(
    saved: WorkspaceSnapshot,
    question: str,
    *,
    budget: int,
    near: Iterable[str] = (),
    about: Sequence[str] = (),
) -> Evidence:
    """Definitions of what the question names, where it is mentioned, and excerpts (see `find_excerpts`)."""
    asked = dict.fromkeys([*about, *names_in(question)])
    names = tuple(name for name in asked if find_definitions(saved.index, name))
    excerpts = find_excerpts(saved, question, budget=budget, near=near, about=about)
    ranks = {excerpt.path: place for place, excerpt in reversed(list(enumerate(excerpts)))}
    definitions = [pair for name in names for pair in _best(find_definitions(saved.index, name), ranks)]
    mentions = [
        mention for name in names[:3] for mention in _mentions(saved, _SEPARATOR.split(name)[-1], definitions)
    ]
    return Evidence(names, tuple(definitions), tuple(mentions), excerpts)


def names_in(question: str) -> list[str]:
    """Words of a question that look like identifiers: in backticks, named as such, or not plain prose; each once."""
    found = [name.strip("`()") for name in _QUOTED.findall(question)]
    found += [before or after for before, after in _NAMED.findall(question)]
    found += [word for word in _IDENTIFIER.findall(question) if _looks_like_code(word)]
    return list(dict.fromkeys(name for name in found if name))


def _looks_like_code(word: str) -> bool:
    """A word with an underscore, a digit or a qualifier, in mixed case, or an acronym (`VFS`, may name `Vfs`)."""
    if "_" in word.strip("_") or "." in word or "::" in word or any(c.isdigit() for c in word):
        return True
    mixed = any(c.isupper() for c in word[1:]) and any(c.islower() for c in word)
    return mixed or (word.isupper() and len(word) >= MIN_ACRONYM)


def _best(found: Sequence[tuple[str, Definition]], ranks: dict[str, int]) -> list[tuple[str, Definition]]:
    """The likeliest definitions of one name: code before keys, and files that the search found before others."""

    def place(pair: tuple[str, Definition]) -> tuple[bool, int, str, int]:
        path, definition = pair
        return definition.kind in NOT_CODE, ranks.get(path, len(ranks)), path, definition.line

    ordered = sorted(found, key=place)
    return ordered[:MAX_DEFINITIONS]


def _mentions(
    saved: WorkspaceSnapshot, name: str, defined: Iterable[tuple[str, Definition]]
) -> list[Mention]:
    """The first line in each of the files that mention a name most, its own definitions aside."""
    places = {(path, d.line) for path, d in defined}
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    found = []
    for path, _ in saved.index.mentions(name)[: MAX_MENTIONS * 2]:
        lines = lines_of(saved.read_shown(path) or "")
        hits = (n for n, line in enumerate(lines, 1) if pattern.search(line) and (path, n) not in places)
        first = next(hits, None)
        if first is not None:
            found.append(Mention(path, first, lines[first - 1].strip()[:160]))
    return found[:MAX_MENTIONS]
