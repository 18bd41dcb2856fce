"""Julia: modules, types, functions in both forms, macros and constants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.rule import (
    HASH_COMMENT,
    WRAPPER,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    named_child,
    text,
)

_NAME = re.compile(r"(?:[\w!.]+\.)?([^\s(){}<:,]+|\([^()]*\))")
_HEAD = re.compile(r"([^\s(){}<]+)")


def _function(node: Node, _scope: Scope) -> Iterable[Found]:
    """A function or a macro, by the last part of what is called in its head."""
    match = _NAME.match(text(child_of_kind(node, "signature")))
    kind = "macro" if node.type == "macro_definition" else "function"
    name = match[1].strip("()") if match else ""
    return (Found(node, kind, name, named_child(node, 1)),) if name else ()  # type: ignore[arg-type]  # literals


def _assignment(node: Node, scope: Scope) -> Iterable[Found]:
    """`f(x) = ...` is a function; what else is bound counts at the top, and as a constant where it says so."""
    target = node.named_child(0)
    while target is not None and target.type in {"where_expression", "typed_expression", "binary_expression"}:
        target = target.named_child(0)
    if target is None or scope.kind not in {None, "module"}:
        return ()
    if target.type == "call_expression":
        match = _NAME.match(text(target))
        return (Found(node, "function", match[1]),) if match else ()
    constant = node.parent is not None and node.parent.type == "const_statement"
    if target.type != "identifier" or not (constant or scope.kind is None):
        return ()
    return (Found(node, "constant" if constant else "variable", text(target)),)


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    match = _HEAD.match(text(child_of_kind(node, "type_head")))
    kind = "struct" if node.type == "struct_definition" else "type"
    return (Found(node, kind, match[1], named_child(node, 1)),) if match else ()  # type: ignore[arg-type]  # literals


def _module(node: Node, _scope: Scope) -> Iterable[Found]:
    return (Found(node, "module", text(node.child_by_field_name("name")), named_child(node, 1), (node,)),)


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers(
            "source_file", "macrocall_expression", "macro_argument_list", "if_statement", "else_clause"
        ),
        "const_statement": WRAPPER,
        "module_definition": Rule(read=_module),
        "function_definition": Rule(read=_function),
        "macro_definition": Rule(read=_function),
        "assignment": Rule(read=_assignment),
        "struct_definition": Rule(read=_type),
        "abstract_definition": Rule(read=_type),
        "primitive_definition": Rule(read=_type),
    },
)

LANGUAGES: Mapping[str, Table] = {"julia": TABLE}
