"""What the index knows about a question: excerpts for the turn, and definitions and mentions for an offline answer."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from foreword.assist.saved import Saved
from foreword.core.excerpt import Excerpt
from foreword.core.outline import Definition
from foreword.core.text import lines_of
from foreword.index.search import search

MAX_EXCERPTS = 24
MAX_DEFINITIONS = 6
MAX_MENTIONS = 6
NEAR_BOOST = 1.5

_QUOTED = re.compile(r"`([^`\s]{2,80})`")
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
    saved: Saved, question: str, *, budget: int, near: Iterable[str] = (), shown: Container[str] = ()
) -> tuple[Excerpt, ...]:
    """Excerpts for a question within `budget` tokens, none from files in `shown`."""
    if budget <= 0:
        return ()
    boosts = dict.fromkeys(near, NEAR_BOOST)
    found = search(
        saved.index,
        question,
        saved.read_content,
        limit=MAX_EXCERPTS,
        budget_tokens=budget,
        boosts=boosts,
        shown=shown,
    )
    return tuple(found)


def find_evidence(saved: Saved, question: str, *, budget: int, near: Iterable[str] = ()) -> Evidence:
    """Definitions of what the question names, where it is mentioned, and excerpts."""
    names = tuple(name for name in names_in(question) if saved.index.definitions(name))
    excerpts = find_excerpts(saved, question, budget=budget, near=near)
    ranks = {excerpt.path: place for place, excerpt in reversed(list(enumerate(excerpts)))}
    definitions = [pair for name in names for pair in _best(saved.index.definitions(name), ranks)]
    mentions = [mention for name in names[:3] for mention in _mentions(saved, name, definitions)]
    return Evidence(names, tuple(definitions), tuple(mentions), excerpts)


def names_in(question: str) -> list[str]:
    """Words of a question that look like identifiers: in backticks, or not plain prose; each once, in order."""
    found = [_last_part(name) for name in _QUOTED.findall(question)]
    found += [_last_part(word) for word in _IDENTIFIER.findall(question) if _looks_like_code(word)]
    return list(dict.fromkeys(name for name in found if name))


def _looks_like_code(word: str) -> bool:
    inner = word[1:]
    return (
        "_" in word.strip("_")
        or "." in word
        or "::" in word
        or (any(c.isupper() for c in inner) and any(c.islower() for c in word))
    )


def _last_part(name: str) -> str:
    return re.split(r"\.|::|#", name.strip("`()").removesuffix("()"))[-1]


def _best(found: Sequence[tuple[str, Definition]], ranks: dict[str, int]) -> list[tuple[str, Definition]]:
    """The likeliest definitions of one name: those in files that the search found come first."""
    ordered = sorted(found, key=lambda pair: (ranks.get(pair[0], len(ranks)), pair[0], pair[1].line))
    return ordered[:MAX_DEFINITIONS]


def _mentions(saved: Saved, name: str, defined: Iterable[tuple[str, Definition]]) -> list[Mention]:
    """The first line in each of the files that mention a name most, its own definitions aside."""
    places = {(path, d.line) for path, d in defined}
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    found = []
    for path, _ in saved.index.mentions(name)[: MAX_MENTIONS * 2]:
        lines = lines_of(saved.read_content(path) or "")
        hits = (n for n, line in enumerate(lines, 1) if pattern.search(line) and (path, n) not in places)
        first = next(hits, None)
        if first is not None:
            found.append(Mention(path, first, lines[first - 1].strip()[:160]))
    return found[:MAX_MENTIONS]
