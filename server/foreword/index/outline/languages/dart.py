"""Dart: types, mixins, extensions, functions and variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.rule import (
    INSIDE,
    TYPE_KINDS,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    text,
)

_BODIES = ("class_body", "extension_body", "enum_body")


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    """A mixin, or a type alias, whose name has no field."""
    name = node.child_by_field_name("name") or child_of_kind(node, "identifier", "type_identifier")
    body = child_of_kind(node, *_BODIES)
    return (
        Found(
            node,
            "class",
            text(name) or text(node.child_by_field_name("class")),
            body,
            (body,) if body else (),
        ),
    )


def _enum(node: Node, _scope: Scope) -> Iterable[Found]:
    body = child_of_kind(node, "enum_body")
    return (Found(node, "enum", text(node.child_by_field_name("name")), body, (body,) if body else ()),)


def _constructor(node: Node, _scope: Scope) -> Iterable[Found]:
    """`A`, `A.named` and factories: by the whole name."""
    names = [text(child) for child in node.named_children if child.type == "identifier"]
    return (Found(node, "constructor", ".".join(names)),) if names else ()


def _operator(node: Node, _scope: Scope) -> Iterable[Found]:
    sign = text(node).partition("operator")[2].partition("(")[0].strip()
    return (Found(node, "method", f"operator {sign}"),)


def _variables(node: Node, scope: Scope) -> Iterable[Found]:
    """Each name that a declaration binds."""
    kind = "field" if scope.kind in TYPE_KINDS else "variable"
    names = (
        child.child_by_field_name("name") or child_of_kind(child, "identifier")
        for child in node.named_children
    )
    return [Found(node, kind, text(name)) for name in names if name is not None]  # type: ignore[arg-type]  # literals


TABLE = Table(
    has_pieces=True,
    rules={
        **containers("program", "class_body", "extension_body", "enum_body", "method_signature"),
        "declaration": INSIDE,
        "class_definition": Rule("class", descend=True),
        "mixin_declaration": Rule(read=_type),
        "extension_declaration": Rule(read=_type),
        "extension_type_declaration": Rule(read=_type),
        "enum_declaration": Rule(read=_enum),
        "type_alias": Rule("type", name=("<type_identifier>",), body=()),
        "function_signature": Rule("function", member="method", body=()),
        "getter_signature": Rule("property", body=()),
        "setter_signature": Rule("property", body=()),
        "operator_signature": Rule(read=_operator),
        "constructor_signature": Rule(read=_constructor),
        "constant_constructor_signature": Rule(read=_constructor),
        "factory_constructor_signature": Rule(read=_constructor),
        "redirecting_factory_constructor_signature": Rule(read=_constructor),
        "initialized_identifier_list": Rule(read=_variables),
        "static_final_declaration_list": Rule(read=_variables),
    },
    leads=frozenset(("annotation",)),
)

LANGUAGES: Mapping[str, Table] = {"dart": TABLE}
