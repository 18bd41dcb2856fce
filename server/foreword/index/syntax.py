"""Whether a file can be parsed: the places where tree-sitter could not make sense of it."""

from __future__ import annotations

from tree_sitter import Node, Parser

from foreword.core.language import LANGUAGES_WITH_GRAMMAR
from foreword.index.grammar import load
from foreword.index.languages.c import is_cpp


def error_lines(language: str | None, data: bytes) -> tuple[int, ...]:
    """The line (1-based) of each outermost error and each missing token, in order; none without a grammar.

    Text is taken for UTF-8. A grammar may lag behind its language, so errors say something only when compared.
    """
    if language not in LANGUAGES_WITH_GRAMMAR:
        return ()
    grammar = load("cpp" if language == "c" and is_cpp(data) else language)
    root = Parser(grammar.language).parse(data).root_node
    found, stack = list[int](), [root]
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
