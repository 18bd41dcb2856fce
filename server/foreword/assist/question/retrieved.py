"""What the index knows about a question: excerpts for the turn, and definitions and mentions for an offline answer."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from foreword.assist.question.names import find_definitions
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import lines_of
from foreword.core.outline import Definition, Excerpt
from foreword.index.index import Index
from foreword.index.search.query import TraceLine, n_other_words, parse_query
from foreword.index.search.search import search

MAX_EXCERPTS = 24
MAX_DEFINITIONS = 6
MAX_MENTIONS = 6
NAME_TOKENS = 800
"""Of excerpts, for each name that a question asks about and nothing else: there is little doubt what it means."""
MAX_OTHER_WORDS = 1
ENOUGH = 0.5
"""The share of the best excerpt's score that others need at the usual price. On the questions and the development cases of the
benchmark of retrieval those below it take three to four hundredths of the tokens, and hold none of the lines that were wanted."""
USUAL_PRICE = 5.0
PRICE_POWER = 0.125
MOST_ENOUGH = 0.75
NEAR_BOOST = 1.5
DIRTY_BOOST = 1.2
MAX_DIRTY = 100
"""When more files differ from git's, that says nothing about the question."""
MIN_ACRONYM = 3
N_LIKELY = 3
"""So many of the files that a search finds are likely what a question is about."""
PROJECT_SHARE = 0.2
"""A folder with more than this share of the files is called as the project is."""
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
    price: float = 0.0,
    near: Iterable[str] = (),
    shown: Container[str] = (),
    shown_lines: Mapping[str, Sequence[tuple[int, int]]] = MappingProxyType({}),
    about: Sequence[str] = (),
) -> tuple[Excerpt, ...]:
    """Excerpts for a question within `budget` tokens, none from files in `shown`, and none of `shown_lines`.

    Files in `near` (pointed at, or open) count for more, and so do those that are being edited. `about` are names that
    the question does not say, such as that of the function at the cursor: what they call, and what calls them, is found.
    `price` is that of a million tokens of fresh input, in dollars: the higher, the likelier an excerpt has to be.
    """
    if budget <= 0:
        return ()
    defined = _only_names(saved.index, question) if not about else ()
    if defined:
        budget = min(budget, NAME_TOKENS * len(defined))
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
        shown_lines=shown_lines,
        commit_messages=saved.commit_messages,
        enough=enough_at(price),
        places=[TraceLine(path, one.line) for pairs in defined for path, one in pairs],
    )
    return tuple(found)


def enough_at(price: float) -> float:
    """The share of the best excerpt's score that others need, where a million fresh tokens cost so many dollars."""
    return min(MOST_ENOUGH, ENOUGH * float((price / USUAL_PRICE) ** PRICE_POWER))


def _only_names(index: Index, question: str) -> list[list[tuple[str, Definition]]]:
    """The definitions of each name, if a question is about names and nothing else, and each has few definitions."""
    query = parse_query(question)
    if not query.names or n_other_words(query) > MAX_OTHER_WORDS:
        return []
    found = [index.definitions(name) for name in sorted(query.names)]
    return found if all(1 <= len(pairs) <= MAX_DEFINITIONS for pairs in found) else []


def find_evidence(
    saved: WorkspaceSnapshot,
    question: str,
    *,
    budget: int,
    near: Iterable[str] = (),
    about: Sequence[str] = (),
) -> Evidence:
    """Definitions of what the question names, where it is mentioned, and excerpts (see `find_excerpts`)."""
    excerpts = find_excerpts(saved, question, budget=budget, near=near, about=about)
    ranks = {excerpt.path: place for place, excerpt in reversed(list(enumerate(excerpts)))}
    meant = {*about, *marked_names(question)}
    likely = frozenset(list(dict.fromkeys(excerpt.path for excerpt in excerpts))[:N_LIKELY])
    found = {}
    for name in dict.fromkeys([*about, *names_in(question)]):
        pairs = _best(find_definitions(saved.index, name), ranks)
        if name not in meant and (name.isupper() or _is_project(saved.index, saved.root.name, name)):
            # A word of prose as likely as a name: TLS, GET, what the project itself is called.
            pairs = [pair for pair in pairs if pair[0] in likely and pair[1].end_line > pair[1].line]
        if pairs:
            found[name] = pairs
    names = tuple(found)
    definitions = [pair for pairs in found.values() for pair in pairs]
    mentions = [
        mention for name in names[:3] for mention in _mentions(saved, _SEPARATOR.split(name)[-1], definitions)
    ]
    return Evidence(names, tuple(definitions), tuple(mentions), excerpts)


def names_in(question: str) -> list[str]:
    """Words of a question that look like identifiers: in backticks, named as such, or not plain prose; each once."""
    found = [*marked_names(question), *(w for w in _IDENTIFIER.findall(question) if _looks_like_code(w))]
    return list(dict.fromkeys(found))


def marked_names(question: str) -> list[str]:
    """The names that a question marks as such, by backticks or by what it says of them."""
    found = [name.strip("`()") for name in _QUOTED.findall(question)]
    found += [before or after for before, after in _NAMED.findall(question)]
    return [name for name in found if name]


def _is_project(index: Index, folder: str, name: str) -> bool:
    """Whether a name is that of the whole project: its folder's, or that of a folder with many of its files."""
    plain = name.lower()
    n_inside = sum(f"/{plain}/" in f"/{path.lower()}" for path in index.paths)
    return plain == folder.lower() or n_inside > PROJECT_SHARE * len(index.paths)


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
