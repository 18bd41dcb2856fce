"""Scala 2 and 3: types, objects, functions and values; what an extension holds belongs to the type that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
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


def _value(node: Node, scope: Scope) -> Iterable[Found]:
    """Each name that `val` and `var` bind, if what they bind has no other pattern."""
    target = node.child_by_field_name("pattern") or node.child_by_field_name("name")
    kind: DefinitionKind = "constant" if node.type.startswith("val") else "variable"
    kind = "field" if scope.kind in TYPE_KINDS else kind
    if target is not None and target.type in {"identifiers", "tuple_pattern"}:
        return [Found(node, kind, text(one)) for one in target.named_children if one.type == "identifier"]
    return (Found(node, kind, text(target)),) if target is not None and target.type == "identifier" else ()


def _class(node: Node, _scope: Scope) -> Iterable[Found]:
    """A class, whose parameters with `val` or `var`, and all of a case class, are fields."""
    name, body = text(node.child_by_field_name("name")), node.child_by_field_name("body")
    yield Found(node, "class", name, body, (body,) if body else ())
    is_case = has_token(node, "case")
    for parameters in node.children_by_field_name("class_parameters"):
        for one in parameters.named_children:
            if one.type == "class_parameter" and (is_case or has_token(one, "val") or has_token(one, "var")):
                yield Found(one, "field", text(one.child_by_field_name("name")), parent=name)


def _given(node: Node, scope: Scope) -> Iterable[Found]:
    """A given instance; a nameless one is no definition, but what it holds is."""
    name, body = text(node.child_by_field_name("name")), node.child_by_field_name("body")
    inside = (body,) if body is not None and body.type.endswith("template_body") else ()
    return (Found(node, "field" if scope.kind in TYPE_KINDS else "constant", name, body, inside),)


def _extension(node: Node, _scope: Scope) -> Iterable[Found]:
    """`extension (x: Type[A])`: a scope named `Type`."""
    parameters = node.child_by_field_name("parameters")
    parameter = child_of_kind(parameters, "parameter") if parameters else None
    extended = text(parameter.child_by_field_name("type")) if parameter else ""
    return (Found(node, "class", extended.partition("[")[0], None, (node,), listed=False),)


TABLE = Table(
    has_pieces=True,
    rules={
        **containers("compilation_unit", "template_body"),
        "package_clause": Rule(descend=True),
        "package_object": Rule("module", descend=True),
        "object_definition": Rule("class", descend=True),
        "class_definition": Rule(read=_class),
        "trait_definition": Rule("trait", descend=True),
        "enum_definition": Rule("enum", descend=True),
        "function_definition": Rule("function", member="method"),
        "function_declaration": Rule("function", member="method"),
        "val_definition": Rule(read=_value),
        "val_declaration": Rule(read=_value),
        "var_definition": Rule(read=_value),
        "var_declaration": Rule(read=_value),
        "type_definition": Rule("type", body=()),
        "given_definition": Rule(read=_given),
        "extension_definition": Rule(read=_extension),
    },
    leads=frozenset(("annotation",)),
)

LANGUAGES: Mapping[str, Table] = {"scala": TABLE}
