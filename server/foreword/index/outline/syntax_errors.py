"""Whether a file can be parsed: the places where tree-sitter could not make sense of it."""

from __future__ import annotations

from tree_sitter import Node, Parser

from foreword.index.outline.bounded_parse import LIMIT_S, can_be_parsed, parse_within
from foreword.index.outline.definitions import grammar_of
from foreword.index.outline.languages import TABLES


def error_lines(language: str | None, data: bytes) -> tuple[int, ...]:
    """The line (1-based) of each outermost error and each missing token, in order.

    None without a grammar, or where the text can't be parsed in time. Text is taken for UTF-8. A grammar may lag behind its language, so errors say something only when compared.
    """
    if language is None or language not in TABLES:
        return ()
    grammar = grammar_of(language, data)
    if not can_be_parsed(grammar.table, data):
        return ()
    tree = parse_within(LIMIT_S, Parser(grammar.language), grammar.table.masked(data))
    found, stack = list[int](), [tree.root_node] if tree is not None else []
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append(node.start_point[0] + 1)
        elif node.has_error:
            stack.extend(_children(node))
    return tuple(found)


def _children(node: Node) -> list[Node]:
    """Last first, for a stack."""
    return node.children[::-1]
