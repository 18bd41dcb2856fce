"""Finding the code that a question is about: deterministic, local, no model call.

Two stages. First every file is scored from its stored words (`retrieval`), within this tree only. Then the best
files are read, cut into passages and scored exactly (`reranking`), those among them that the best ones mention a
little higher (`mention_boost`); the best passages become excerpts.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType

from foreword.core.documents.text import lines_of
from foreword.core.outline import Excerpt
from foreword.index.index import Index
from foreword.index.search.commit_messages import NO_COMMIT_MESSAGES, CommitMessageIndex
from foreword.index.search.excerpts import choose
from foreword.index.search.mention_boost import with_neighbours
from foreword.index.search.query import TraceLine, files_at, parse_query
from foreword.index.search.reranking import Matcher, ReadFile, ScoredPassage, rescore
from foreword.index.search.retrieval import candidates

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
    commit_messages: CommitMessageIndex = NO_COMMIT_MESSAGES,
    enough: float = 0.0,
    places: Sequence[TraceLine] = (),
) -> list[Excerpt]:
    """The excerpts that answer `query`, best first: at most `limit`, of at most `budget_tokens` in all.

    `boosts` multiplies the scores of files by path (open or recent files, rank; 1.0 is neutral); files in `shown`
    are passed over, since the reader has them in full. `commit_messages` are those of the history of this tree. What
    scores less than the share `enough` of the best excerpt is left out. `places` count as if the query named them.
    """
    asked = parse_query(query)
    named = files_at(index, (*places, *asked.places))
    found = candidates(
        index,
        asked,
        N_FILES_READ,
        boosts,
        named=frozenset(named),
        skipped=shown,
        commit_messages=commit_messages,
    )
    matcher = Matcher(found.worth, asked.names, asked.phrases)
    scored: list[ScoredPassage] = []
    read: dict[str, ReadFile] = {}
    for file in found.files:
        text = read_text(file.path)
        # A file may be gone since the tree was looked at.
        if text is not None:
            read[file.path] = ReadFile(lines_of(text), index.outline(file.path).definitions)
            scored += rescore(file, read[file.path], matcher, named.get(file.path, {}))
    ranked = with_neighbours(index, scored, matcher.named_line)
    return choose(ranked, read, limit=limit, budget_tokens=budget_tokens, enough=enough)
