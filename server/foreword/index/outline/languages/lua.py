"""Lua: functions under their names, and the functions that tables hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.rule import (
    DASH_COMMENT,
    WRAPPER,
    Found,
    Rule,
    Scope,
    Table,
    containers,
    text,
)


def _bound(node: Node, target: Node, body: Node | None) -> Found:
    """A function called `x`, `t.x` or `t:x`."""
    owner = target.child_by_field_name("table")
    name = target.child_by_field_name("field") or target.child_by_field_name("method") or target
    parent = text(owner).rpartition(".")[2] if owner else None
    kind: DefinitionKind = "method" if target.type == "method_index_expression" else "function"
    return Found(node, kind, text(name), body, parent=parent)


def _function(node: Node, _scope: Scope) -> Iterable[Found]:
    target = node.child_by_field_name("name")
    return (_bound(node, target, node.child_by_field_name("body")),) if target else ()


def _assignment(node: Node, _scope: Scope) -> Iterator[Found]:
    """`x = function`, and `x = { y = function }`."""
    lists = node.named_children
    if len(lists) != 2:  # noqa: PLR2004 - variables and expressions
        return
    for target, value in zip(lists[0].named_children, lists[1].named_children, strict=False):
        if value.type == "function_definition":
            yield _bound(node, target, value.child_by_field_name("body"))
        elif value.type == "table_constructor":
            yield Found(node, "variable", text(target).rpartition(".")[2], inside=(value,), listed=False)


def _field(node: Node, _scope: Scope) -> Iterable[Found]:
    """`name = function` in a table; tables in tables are looked through."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if value is not None and value.type == "table_constructor":
        return (Found(node, inside=(value,)),)
    if (
        name is None
        or name.type not in {"identifier", "string"}
        or value is None
        or value.type != "function_definition"
    ):
        return ()
    return (Found(node, "function", text(name), value.child_by_field_name("body")),)


TABLE = Table(
    comment=DASH_COMMENT,
    rules={
        **containers("chunk", "if_statement", "else_statement", "elseif_statement", "do_statement", "block"),
        # A module may end with a table of its functions, which it returns.
        **containers("return_statement", "expression_list", "table_constructor"),
        "variable_declaration": WRAPPER,
        "function_declaration": Rule(read=_function),
        "assignment_statement": Rule(read=_assignment),
        "field": Rule(read=_field),
    },
)

LANGUAGES: Mapping[str, Table] = {"lua": TABLE}
