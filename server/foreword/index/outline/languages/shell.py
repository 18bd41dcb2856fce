"""Bash and zsh: functions, in whatever block they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.rule import HASH_COMMENT, Found, Rule, Scope, Table, containers, text


def _function(node: Node, _scope: Scope) -> Iterable[Found]:
    """A function by each of its names: in zsh one may have several."""
    body = node.child_by_field_name("body")
    return [Found(node, "function", text(name), body) for name in node.children_by_field_name("name")]


_BLOCKS = (
    "program",
    "if_statement",
    "elif_clause",
    "else_clause",
    "case_statement",
    "case_item",
    "list",
    "for_statement",
    "c_style_for_statement",
    "while_statement",
    "do_group",
    "subshell",
    "redirected_statement",
)
_RULES: Mapping[str, Rule] = {
    **containers(*_BLOCKS),
    "compound_statement": Rule(body=(), descend=True),
    "function_definition": Rule(read=_function),
}

TABLE = Table(comment=HASH_COMMENT, rules=_RULES, has_pieces=True)
ZSH = Table(comment=HASH_COMMENT, rules=_RULES, has_pieces=True, second="bash")

LANGUAGES: Mapping[str, Table] = {"bash": TABLE, "zsh": ZSH}
