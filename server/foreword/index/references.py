"""Which identifiers a file mentions, and how often: by bytes alone, in any language, without a syntax tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

MAX_IDENTIFIERS = 5_000
MIN_LENGTH = 3
MAX_LENGTH = 80

_WORD_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") | frozenset(
    range(0x80, 0x100)
)
_BLANKED = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(0x100))
"""A translation table: all that can't be part of an identifier becomes a blank. Splitting then beats a pattern."""

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
_KEYWORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _KEYWORDS_OF.items()}
)


def identifiers(data: bytes, language: str) -> dict[str, int]:
    """How often each identifier of three letters or more occurs in `data`, without the language's keywords.

    Words in comments and strings count too. At most `MAX_IDENTIFIERS`: the most frequent, then by name.
    """
    keywords = _KEYWORDS.get(language, frozenset())
    words = Counter(data.translate(_BLANKED).decode("utf-8", "replace").split())
    counts = {
        word: count
        for word, count in words.items()
        if MIN_LENGTH <= len(word) <= MAX_LENGTH and word >= _AFTER_DIGITS and word not in keywords
    }
    if not data.isascii():
        counts = _letters_only(counts)
    if len(counts) <= MAX_IDENTIFIERS:
        return counts
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_IDENTIFIERS])


def _letters_only(counts: Mapping[str, int]) -> dict[str, int]:
    """Beyond ASCII the bytes kept may also be punctuation, as in quoted prose: there the letters are looked for again."""
    clean = {word: count for word, count in counts.items() if word.isascii()}
    for word, count in counts.items():
        for part in () if word.isascii() else _WIDE_WORD.findall(word):
            if len(part) >= MIN_LENGTH:
                clean[part] = clean.get(part, 0) + count
    return clean
