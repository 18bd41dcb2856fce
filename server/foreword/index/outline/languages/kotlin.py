"""Kotlin: types, objects, functions and properties; what a companion object holds belongs to its class."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.rule import (
    TYPE_KINDS,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    has_token,
    text,
)

_BODIES = ("class_body", "enum_class_body")


def _class(node: Node, _scope: Scope) -> Iterable[Found]:
    """A class, interface or enum: the grammar has one node for them."""
    body = child_of_kind(node, *_BODIES)
    kind: DefinitionKind = "interface" if has_token(node, "interface") else "class"
    if body is not None and body.type == "enum_class_body":
        kind = "enum"
    return (Found(node, kind, text(node.child_by_field_name("name")), body, (body,) if body else ()),)


def _companion(node: Node, scope: Scope) -> Iterable[Found]:
    """A companion object is listed only when it has a name of its own."""
    body = child_of_kind(node, *_BODIES)
    name = text(node.child_by_field_name("name"))
    return (Found(node, "class", name or scope.name, body, (body,) if body else (), listed=bool(name)),)


def _property(node: Node, scope: Scope) -> Iterable[Found]:
    """Each name of a property: in a type, or at the top of the file."""
    modifiers = child_of_kind(node, "modifiers")
    if "const" in text(modifiers).split():
        kind: DefinitionKind = "constant"
    else:
        kind = "property" if scope.kind in TYPE_KINDS else "variable"
    holder = child_of_kind(node, "multi_variable_declaration") or node
    variables = (child for child in holder.named_children if child.type == "variable_declaration")
    return [Found(node, kind, text(child_of_kind(variable, "identifier"))) for variable in variables]


_FUNCTION_BODIES = Bodies(
    in_braces(rb"(?:@?\w+[ \t]+){0,8}fun\b(?![ \t]+interface\b)" + ANY), quotes=(b'"""',)
)


TABLE = Table(
    bodies=_FUNCTION_BODIES,
    rules={
        **containers("source_file"),
        "class_declaration": Rule(read=_class),
        "object_declaration": Rule("class", body=("<class_body>",), descend=True),
        "companion_object": Rule(read=_companion),
        "function_declaration": Rule("function", member="method", body=("<function_body>",)),
        "property_declaration": Rule(read=_property),
        "type_alias": Rule("type", name=("type",), body=()),
    },
    leads=frozenset(("annotation",)),
    lead_groups=frozenset(("modifiers",)),
)
