"""Finding the code that a question is about: deterministic, local, no model call.

Two stages. First every file is scored from its stored words (`retrieval`), within this tree only. Then the best
files are read, cut into passages and scored exactly (`reranking`), those among them that the best ones mention a
little higher (`mention_boost`); the best passages become excerpts.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from foreword.core.documents.text import lines_of
from foreword.core.outline import Excerpt
from foreword.index.index import Index
from foreword.index.search.commit_messages import NO_COMMIT_MESSAGES, CommitMessageIndex
from foreword.index.search.documentation import lent_names
from foreword.index.search.excerpts import choose
from foreword.index.search.mention_boost import with_neighbours
from foreword.index.search.query import Query, TraceLine, files_at, parse_query
from foreword.index.search.reranking import Matcher, ReadFile, ScoredPassage, rescore
from foreword.index.search.retrieval import RankedFiles, candidates

ReadText = Callable[[str], str | None]
"""The text of a path as it is now, or None."""

N_FILES_READ = 30


def search(
    index: Index,
    query: str,
    read_text: ReadText,
    *,
    limit: int = 10,
    budget_tokens: int | None = None,
    boosts: Mapping[str, float] = MappingProxyType({}),
    shown: Container[str] = (),
    shown_lines: Mapping[str, Sequence[tuple[int, int]]] = MappingProxyType({}),
    commit_messages: CommitMessageIndex = NO_COMMIT_MESSAGES,
    enough: float = 0.0,
    places: Sequence[TraceLine] = (),
) -> list[Excerpt]:
    """The excerpts that answer `query`, best first: at most `limit`, of at most `budget_tokens` in all.

    `boosts` multiplies the scores of files by path (open or recent files, rank; 1.0 is neutral); files in `shown`
    are passed over, since the reader has them in full, as are some lines (first and last) of those in `shown_lines`.
    `commit_messages` are those of the history of this tree. What scores less than the share `enough` of the best excerpt is left out. `places` count as if the query named them.
    """
    asked = parse_query(query, index.project_words)
    named = files_at(index, (*places, *asked.places))

    find = partial(
        candidates,
        index,
        n=N_FILES_READ,
        boosts=boosts,
        named=frozenset(named),
        skipped=shown,
        commit_messages=commit_messages,
    )
    found = find(asked)
    if lent := _lent(index, asked, found, read_text):
        asked = replace(asked, terms=asked.terms | lent)
        found = find(asked)
    matcher = _matcher(asked, found)
    scored: list[ScoredPassage] = []
    read: dict[str, ReadFile] = {}
    for file in found.files:
        # A file may be gone since the tree was looked at.
        if text := _read(index, file.path, read_text):
            read[file.path] = text
            scored += rescore(file, text, matcher, named.get(file.path, {}))
    ranked = with_neighbours(index, scored, matcher.named_line)
    return choose(
        ranked, read, limit=limit, budget_tokens=budget_tokens, enough=enough, shown_lines=shown_lines
    )


def _lent(index: Index, asked: Query, found: RankedFiles, read_text: ReadText) -> dict[str, float]:
    """The names that the documentation lends a question, but those that it has itself."""
    if not asked.is_question:
        return {}
    documents = [one for path in found.documents if (one := _read(index, path, read_text))]
    lent = lent_names(documents, _matcher(asked, found))
    return {name: weight for name, weight in lent.items() if name not in asked.terms}


def _matcher(asked: Query, found: RankedFiles) -> Matcher:
    return Matcher(found.worth, asked.names, asked.phrases, asked.others)


def _read(index: Index, path: str, read_text: ReadText) -> ReadFile | None:
    text = read_text(path)
    return None if text is None else ReadFile(lines_of(text), index.outline(path).definitions)
