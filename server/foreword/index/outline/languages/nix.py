"""Nix: what the outermost sets and `let` bind, two levels deep, by the path as written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.rule import HASH_COMMENT, Found, Rule, Scope, Table, containers, text

_MAX_DEPTH = 2
_SETS = frozenset(("attrset_expression", "rec_attrset_expression", "let_expression"))


def _binding(node: Node, scope: Scope) -> Iterable[Found]:
    if scope.depth >= _MAX_DEPTH:
        return ()
    value = node.child_by_field_name("expression")
    name = text(node.child_by_field_name("attrpath"))
    kind = "function" if value is not None and value.type == "function_expression" else "key"
    inside = (value,) if value is not None and value.type in _SETS else ()
    return (Found(node, kind, name, value, inside),)  # type: ignore[arg-type]  # literals


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers(
            "source_code",
            "function_expression",
            "let_expression",
            "with_expression",
            "assert_expression",
            "attrset_expression",
            "rec_attrset_expression",
            "binding_set",
            "apply_expression",
            "parenthesized_expression",
        ),
        "binding": Rule(read=_binding),
    },
)

LANGUAGES: Mapping[str, Table] = {"nix": TABLE}
