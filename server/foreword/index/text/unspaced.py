"""Text without blanks between its words: Chinese, Japanese, Thai, Lao, Khmer and Burmese, and Korean, whose words have endings.

Where a word begins takes a dictionary to say. Pairs of neighbouring characters do without: a word of two characters or more is
found wherever its pairs stand, as search engines do for these scripts. A character is a letter with the signs
that are written around it. Source of the idea: Nie, Gao, Zhang, Zhou: On the use of words and n-grams for Chinese
information retrieval, IRAL 2000.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from unicodedata import is_normalized, normalize

UNSPACED = (
    r"\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf"  # Thai, Lao
    r"\u1000-\u103f\u1050-\u109d\u1780-\u17d3\u17d7\u17dc\u17dd"  # Burmese, Khmer
    r"\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"  # Hangul
    r"\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana
    r"\u3105-\u312f\u31a0-\u31bf\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han, Bopomofo
)
"""The letters of these scripts, as ranges of a class in a regular expression; digits and punctuation are not among them."""
RUN = re.compile(f"[{UNSPACED}]+")

_SIGNS = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u3099\u309a"
    r"\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u17b4-\u17d3\u17dd"
)
_CHARACTER = re.compile(rf".(?:\u17d2.|[{_SIGNS}])*", re.DOTALL)
"""A letter with its signs; the Khmer sign that puts the next letter below it takes that one along."""
_HAS_SIGNS = re.compile(rf"[{_SIGNS}]")
_WORD_OF_ONE = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af]"
)
"""Han and Hangul, where one character can be a word."""

_LEAD_BYTES = re.compile(
    rb"[\xe0-\xed\xef\xf0](?:(?<=[\xe3-\xed])|(?<=\xe0)[\xb8-\xbb]|(?<=\xe1)[\x80-\x87\x9e\x9f]|(?<=\xe2)[\xba-\xbf]"
    rb"|(?<=\xef)[\xa4-\xab\xbd\xbe]|(?<=\xf0)[\xa0-\xb2])"
)
"""With what the letters of these scripts begin in UTF-8: typographic quotes and dashes, which most texts beyond ASCII have,
begin otherwise. One class of bytes comes first, as that is searched for at twice the speed."""


def normal(text: str) -> str:
    """Text with one form for letters that Unicode has several of: Hangul in pieces, half and full width (NFKC)."""
    return text if is_normalized("NFKC", text) else normalize("NFKC", text)


def pairs(run: str) -> Sequence[str]:
    """The pairs of neighbouring characters of a run, in order; of a single one, that one."""
    characters = _CHARACTER.findall(run) if _HAS_SIGNS.search(run) else run
    if len(characters) < 2:  # noqa: PLR2004 - a pair
        return (run,)
    return [first + second for first, second in pairwise(characters)]


def count_pairs(data: bytes) -> Counter[str]:
    """How often each pair stands in a text in UTF-8, and each character that can be a word by itself."""
    if _LEAD_BYTES.search(data) is None:
        return Counter()
    runs = RUN.findall(normal(data.decode("utf-8", "replace")))
    counts = Counter(chain.from_iterable(map(pairs, runs)))
    counts.update(one for run in runs if len(run) > 1 for one in _WORD_OF_ONE.findall(run))
    return counts
