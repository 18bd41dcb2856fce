"""Which words count as mentions of identifiers: by bytes alone, in any language, without a syntax tree.

Words of three letters or more that do not begin with a digit and are no keywords of the file's language; those in
comments and strings count too. `text/vocabulary.py` finds and counts them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from foreword.index.text.unspaced import RUN

MAX_IDENTIFIERS = 5_000
"""Of a file: the most frequent, then by name."""
MIN_LENGTH = 3
MAX_LENGTH = 80
"""In characters: shorter words say nothing, longer ones are data."""

_AFTER_DIGITS = ":"
"""Sorts after all that begins with a digit and before all that an identifier may begin with."""

_WIDE_WORD = re.compile(r"[^\W\d]\w*")

_C = (
    "auto bool break case char const continue default define defined double elif else endif enum extern false float for "
    "goto ifdef ifndef include inline int long pragma register return short signed sizeof static struct switch true "
    "typedef undef union unsigned void volatile while NULL"
)
_JAVASCRIPT = (
    "async await break case catch class const constructor continue debugger default delete else export extends false "
    "finally for from function get import instanceof let new null return set static super switch this throw true try "
    "typeof undefined var void while with yield"
)
_TYPESCRIPT = _JAVASCRIPT + (
    " abstract any boolean declare enum implements interface keyof namespace never number private protected public "
    "readonly string type unknown"
)
_JAVA = (
    "abstract boolean break byte case catch char class const continue default double else enum extends false final "
    "finally float for implements import instanceof int interface long native new null package private protected "
    "public return short static super switch synchronized this throw throws transient true try void volatile while"
)
# With built-in types and names such as `self`: they are in nearly every file, and mention nothing of a
# repository.
_KEYWORDS_OF: Mapping[str, str] = {
    "bash": "case declare done echo elif else esac exit export for function local return shift source then while",
    "c": _C,
    "cpp": _C
    + (
        " catch class constexpr decltype delete explicit friend mutable namespace new noexcept nullptr operator override "
        "private protected public template this throw try typename using virtual"
    ),
    "csharp": _JAVA
    + (
        " async await base bool decimal delegate event foreach get internal is namespace object operator out override "
        "params partial readonly ref sealed set string struct using var virtual"
    ),
    "elixir": "alias and case cond def defmodule defp do else end false fn for if import nil not or require true use when with",
    "go": (
        "any bool break byte case chan const continue default defer else error fallthrough false float64 for func goto "
        "import int int32 int64 interface len make map nil package range return rune select string struct switch true "
        "type uint32 uint64 var"
    ),
    "haskell": "case class data deriving else forall import infixl infixr instance let module newtype qualified then type where",
    "java": _JAVA,
    "javascript": _JAVASCRIPT,
    "kotlin": (
        "abstract class companion constructor data else enum false for fun import init inline interface internal lateinit "
        "null object open override package private protected public return sealed super suspend this throw true try "
        "typealias val var when while"
    ),
    "lua": "and break do else elseif end false for function if in local nil not or repeat return then true until while",
    "ocaml": "and begin else end exception external false fun function let match module mutable of open rec sig struct then true try type val when with",
    "php": (
        "abstract array bool break case catch class const continue default echo else elseif extends false final finally for "
        "foreach function global if implements int interface namespace new null parent private protected public require "
        "return self static string switch this throw trait true try use var void while"
    ),
    "python": (
        "and as assert async await break class cls continue def del elif else except finally for from global if import in "
        "int is lambda list dict str bool None nonlocal not or pass raise return self True False try while with yield"
    ),
    "ruby": (
        "alias and begin break case class def defined do else elsif end ensure false for if in module next nil not or "
        "require rescue return self super then true unless until when while yield"
    ),
    "rust": (
        "Self as async await bool break const continue crate dyn else enum extern false fn for if impl in let loop match "
        "mod move mut pub ref return self static str struct super trait true type u8 u32 u64 unsafe use usize where while"
    ),
    "scala": (
        "abstract case catch class def else extends false final finally for given implicit import lazy match new null "
        "object override package private protected return sealed super then this throw trait true try type using val var "
        "while with yield"
    ),
    "swift": (
        "associatedtype break case catch class continue default defer deinit do else enum extension fallthrough false "
        "fileprivate for func guard if import init inout internal is let nil open operator override private protocol "
        "public return self Self static struct subscript super switch throw throws true try typealias var where while"
    ),
    "tsx": _TYPESCRIPT,
    "typescript": _TYPESCRIPT,
    "zig": (
        "and bool break comptime const continue defer else enum errdefer error export extern false fn for if inline null "
        "or orelse packed pub return struct switch test true try type undefined union unreachable usize var void while"
    ),
}
_BIT_OF: Mapping[str, int] = MappingProxyType({language: 1 << n for n, language in enumerate(_KEYWORDS_OF)})


def _languages_of_words() -> dict[str, int]:
    found: dict[str, int] = {}
    for language, words in _KEYWORDS_OF.items():
        for word in words.split():
            found[word] = found.get(word, 0) | _BIT_OF[language]
    return found


_LANGUAGES_OF: Mapping[str, int] = MappingProxyType(_languages_of_words())
KEYWORDS = frozenset(_LANGUAGES_OF)
"""Those of all languages."""


def language_bit(language: str) -> int:
    """The bit that stands for a language with keywords; 0 for any other."""
    return _BIT_OF.get(language, 0)


def keyword_languages(word: str) -> int:
    """The bits of the languages in which `word` is a keyword."""
    return _LANGUAGES_OF.get(word, 0)


def identifiers_in(word: bytes) -> list[tuple[str, bool]]:
    """The identifiers in a run of bytes beyond ASCII, which may hold blanks and punctuation, as in quoted prose.

    True with those that have no letter beyond ASCII beside them: they can be keywords.
    """
    found: list[tuple[str, bool]] = []
    for piece in word.decode("utf-8", "replace").split():
        if not piece.isascii():
            parts = _WIDE_WORD.findall(piece)
            found += [(part, False) for part in parts if MIN_LENGTH <= len(part) <= MAX_LENGTH]
            # In a text without blanks between its words a name stands beside letters that are not its own.
            around = [one for part in parts if RUN.search(part) for one in RUN.split(part)]
            found += [(one, True) for one in around if _is_name(one)]
        elif _is_name(piece):
            found.append((piece, True))
    return found


def _is_name(piece: str) -> bool:
    return MIN_LENGTH <= len(piece) <= MAX_LENGTH and piece >= _AFTER_DIGITS and piece.isascii()
