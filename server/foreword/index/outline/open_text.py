"""Outlines of open documents: the syntax tree of each is kept, and after an edit only what changed is parsed again.

A tree takes 25 times the room of its source, so this is for open documents alone. However many edits lie between two
texts, one range of bytes is all that differs. What tree-sitter makes of syntax errors can depend on the tree that it
goes on from; a text with errors is parsed as a new one, so that a text always has the outline that `extract` gives.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass

from tree_sitter import Parser, Point, Tree

from foreword.core.outline import Definition
from foreword.index.outline.bounded_parse import LIMIT_S, can_be_parsed, parse_within
from foreword.index.outline.definitions import (
    better_reading,
    definitions_of,
    grammar_of,
    is_other_language,
    scanned,
)
from foreword.index.outline.grammar import Grammar
from foreword.index.outline.languages import TABLES
from foreword.index.outline.partial_parse import skim

_CONTINUES = 0b1000_0000
"""The highest two bits of a byte within a character of UTF-8."""


def _can_be_read(language: str, grammar: Grammar, data: bytes) -> bool:
    return can_be_parsed(grammar.table, data) and not is_other_language(language, data)


@dataclass(frozen=True, slots=True)
class _ParsedText:
    grammar: Grammar
    data: bytes
    tree: Tree


class OpenText:
    """The outline of one open document, and the syntax tree of its last text; used by one thread at a time."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        """`limit_s` is how long a text may take, in seconds; one that takes longer has no outline."""
        self._parsed: _ParsedText | None = None
        self._limit_s = limit_s

    @property
    def n_bytes(self) -> int:
        """How large the text is that is kept with its tree."""
        return len(self._parsed.data) if self._parsed is not None else 0

    def definitions(self, language: str, data: bytes) -> tuple[Definition, ...]:
        """The definitions of what the text is now, in a language; none without a grammar, or where it can't be parsed in time."""
        data = data.removeprefix(BOM_UTF8)
        if language not in TABLES:
            self._parsed = None
            return scanned(language, data)
        grammar = grammar_of(language, data)
        masked = grammar.table.masked(data)
        tree = self._parse(grammar, masked) if _can_be_read(language, grammar, data) else None
        self._parsed = None if tree is None else _ParsedText(grammar, masked, tree)
        if tree is None:
            return ()
        readable, grammar = better_reading(
            self._readable(tree, data, grammar), data, grammar, self._parsed_whole
        )
        return definitions_of(readable, data, grammar, self._parsed_whole)

    def _readable(self, tree: Tree, data: bytes, grammar: Grammar) -> Tree:
        """`tree`, or if it has errors, which are mostly where somebody is typing, one without the bodies of functions."""
        bodies = grammar.table.bodies
        if bodies is None or not tree.root_node.has_error:
            return tree
        return skim(Parser(grammar.language), bodies, data, self._parsed_whole, grammar.table.mask) or tree

    def _parsed_whole(self, parser: Parser, data: bytes) -> Tree | None:
        return parse_within(self._limit_s, parser, data)

    def _parse(self, grammar: Grammar, data: bytes) -> Tree | None:
        parser, before = Parser(grammar.language), self._parsed
        if before is not None and before.grammar is grammar:
            # This changes the earlier tree itself, which fits no text from here on but the one that is parsed
            # next.
            _edit(before.tree, before.data, data)
            tree = parse_within(self._limit_s, parser, data, before.tree)
            # What tree-sitter makes of errors depends on the tree that it goes on from: such a text is parsed
            # afresh, so that it has one outline only.
            if tree is None or not tree.root_node.has_error:
                return tree
            parser.reset()
        return self._parsed_whole(parser, data)


def _edit(tree: Tree, old: bytes, new: bytes) -> None:
    """Tell a tree which bytes of its text are others now: as few as can be, and whole characters."""
    start = _n_common_head(old, new)
    while start and (_is_within(old, start) or _is_within(new, start)):
        start -= 1
    # What the heads have in common can't be part of the tails as well.
    n_tail = _n_common_tail(old, new, min(len(old), len(new)) - start)
    while n_tail and _is_within(old, len(old) - n_tail):
        n_tail -= 1
    old_end, new_end = len(old) - n_tail, len(new) - n_tail
    tree.edit(start, old_end, new_end, _point(old, start), _point(old, old_end), _point(new, new_end))


def _n_common_head(old: bytes, new: bytes) -> int:
    """With how many equal bytes both begin: by halves, for comparing long pieces takes no time."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _n_common_tail(old: bytes, new: bytes, most: int) -> int:
    """With how many equal bytes both end, at most `most`."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _is_within(data: bytes, at: int) -> bool:
    """Whether a place is in the middle of a character."""
    return at < len(data) and data[at] & 0b1100_0000 == _CONTINUES


def _point(data: bytes, at: int) -> Point:
    return Point(data.count(b"\n", 0, at), at - data.rfind(b"\n", 0, at) - 1)
