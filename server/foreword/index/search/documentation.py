"""Documentation as a bridge from the words of people to those of the code.

What a question asks about is often said in the documentation in the same words, and beside them stand names of the code. The sections
that answer a question best lend it the names that they mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from foreword.index.search.reranking import Matcher, ReadFile, pieces_of
from foreword.index.text.terms import is_compound, whole, words

N_SECTIONS = 5
N_NAMES = 6
LEAST_SHARE = 0.6
"""Of the score of the best section: others that have less lend nothing."""
NAME_WEIGHT = 0.2
"""Of the name that most of the sections mention, in units of a word of the question."""

_QUOTED = re.compile(r"`+([^`\n]{2,80})`+")
_SHAPED = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]|[A-Za-z0-9]_[A-Za-z0-9]")


def lent_names(files: Sequence[ReadFile], matcher: Matcher) -> dict[str, float]:
    """The names that the best sections of some documentation mention: terms (see `terms.whole`) with weights."""
    scored = ((matcher.score(piece, names), piece) for file in files for names, piece in pieces_of(file))
    sections = sorted((one for one in scored if one[0] > 0), key=lambda one: -one[0])[:N_SECTIONS]
    found: dict[str, float] = {}
    for score, piece in sections:
        if score >= LEAST_SHARE * sections[0][0]:
            for name in {*_names(piece)}:
                found[name] = found.get(name, 0.0) + score
    most = max(found.values(), default=1.0)
    ordered = sorted(found, key=lambda name: (-found[name], name))
    lent: dict[str, float] = {}
    for name in ordered:
        if len(lent) < N_NAMES:
            lent.setdefault(whole(name), NAME_WEIGHT * found[name] / most)
    return lent


def _names(text: str) -> Iterator[str]:
    """What looks like an identifier of several words."""
    marked = " ".join(_QUOTED.findall(text))
    yield from (word for word in words(marked) if is_compound(word))
    yield from (word for word in words(text) if _SHAPED.search(word) and is_compound(word))
