"""Zig: functions, and the types, constants and variables that declarations name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.rule import (
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    has_token,
    named_child,
    text,
)

_KIND_OF: Mapping[str, DefinitionKind] = {
    "struct_declaration": "struct",
    "opaque_declaration": "struct",
    "union_declaration": "struct",
    "enum_declaration": "enum",
    "error_set_declaration": "enum",
}


def _variable(node: Node, _scope: Scope) -> Iterable[Found]:
    """`const name = value`: a type when the value is one; imports are no definitions."""
    name = child_of_kind(node, "identifier")
    holder = child_of_kind(node, *_KIND_OF)
    if holder is not None:
        return (Found(node, _KIND_OF[holder.type], text(name), named_child(holder, 0), (holder,)),)
    builtin = child_of_kind(node, "builtin_function")
    if text(builtin).startswith("@import"):
        return ()
    return (Found(node, "constant" if has_token(node, "const") else "variable", text(name)),)


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    """A function; what the struct that a generic type's function returns holds belongs to the function."""
    body, result = node.child_by_field_name("body"), node.child_by_field_name("type")
    makes_type = body is not None and text(result) == "type"
    kind: DefinitionKind = "method" if scope.kind in {"struct", "enum", "class"} else "function"
    name = text(node.child_by_field_name("name"))
    found = Found(node, kind, name, body)
    if not makes_type or body is None:
        return (found,)
    return (found, Found(node, "class", name, body, (body,), listed=False))


def _test(node: Node, _scope: Scope) -> Iterable[Found]:
    return (
        Found(node, "test", text(child_of_kind(node, "string", "identifier")), child_of_kind(node, "block")),
    )


_BODIES = Bodies(
    in_braces(
        rb"(?!" + ANY + rb"\btype[ \t]*\{)"
        rb"(?:(?:(?:pub|export|inline|noinline|extern)[ \t]+){0,4}fn\b[^\n{}]{0,300}|\)[^\n{};=]{0,300})"
    )
)
"""None of functions that make types: see `_function`."""


TABLE = Table(
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **containers("source_file", "struct_declaration", "union_declaration", "enum_declaration"),
        # The `return struct {...}` of a function that makes a type.
        "expression_statement": Rule(body=("<return_expression>",), descend=True),
        "function_declaration": Rule(read=_function),
        "variable_declaration": Rule(read=_variable),
        "test_declaration": Rule(read=_test),
    },
)

LANGUAGES: Mapping[str, Table] = {"zig": TABLE}
