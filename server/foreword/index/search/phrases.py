"""Messages that a question quotes: code that has their words in a row is most likely where they come from.

A message is written with its values, where the code has placeholders or joins pieces: so a part of it counts, too, for
its share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from foreword.index.text.terms import terms
from foreword.index.text.unspaced import UNSPACED

MIN_WORDS = 2
MAX_WORDS = 24
MAX_PHRASES = 4
LEAST_SHARE = 0.5
"""Of the words of a phrase that stand in a row: fewer say nothing."""

_QUOTED = re.compile(
    r"\"([^\"\n]{5,300})\"|\u201c([^\u201d\n]{4,300})\u201d|(?<!\w)'([^'\n]{5,300})'(?!\w)"
    r"|\u300c([^\u300d\n]{4,300})\u300d|\u300e([^\u300f\n]{4,300})\u300f"
)
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+")
"""Of a script without blanks between words each letter: a message has them in a row."""
_BETWEEN_LETTERS = re.compile(rf"(?<=[{UNSPACED}]) (?=[{UNSPACED}])")

Phrase = tuple[str, ...]


def phrases_in(text: str) -> tuple[Phrase, ...]:
    """The words, in lower case, of what `text` quotes, if there are several."""
    quoted = (next(filter(None, found.groups()), "") for found in _QUOTED.finditer(text))
    phrases = (tuple(_WORD.findall(one.lower())[:MAX_WORDS]) for one in quoted)
    return tuple(dict.fromkeys(phrase for phrase in phrases if len(phrase) >= MIN_WORDS))[:MAX_PHRASES]


def terms_of(phrase: Phrase) -> list[str]:
    """The terms that a file has wherever it has the phrase."""
    return terms(_BETWEEN_LETTERS.sub("", " ".join(phrase)))


def share_of(phrases: Sequence[Phrase], text: str) -> float:
    """How much of the phrase that it has most of stands in a text word by word, from 0 to 1."""
    if not phrases:
        return 0.0
    words = f" {' '.join(_WORD.findall(text.lower()))} "
    return max(_longest(phrase, words) / len(phrase) for phrase in phrases)


def _longest(phrase: Phrase, words: str) -> int:
    """How many words of a phrase in a row are there; 0 for too few."""
    least = max(MIN_WORDS, round(LEAST_SHARE * len(phrase)))
    for size in range(len(phrase), least - 1, -1):
        for start in range(len(phrase) - size + 1):
            if f" {' '.join(phrase[start : start + size])} " in words:
                return size
    return 0
