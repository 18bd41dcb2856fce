"""PHP: namespaces, types, functions, constants and properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import Bodies, in_braces_below
from foreword.index.outline.languages.rule import (
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    named_child,
    text,
)


def _namespace(node: Node, _scope: Scope) -> Iterable[Found]:
    """With a block it holds what is inside, without one all that follows."""
    body = node.child_by_field_name("body")
    name = text(node.child_by_field_name("name"))
    return (Found(node, "namespace", name, body, (body,) if body else (), rest=body is None),)


def _elements(node: Node, _scope: Scope) -> Iterable[Found]:
    """Each constant or property of a declaration; a property's name goes without its dollar sign."""
    kind: DefinitionKind = "constant" if node.type == "const_declaration" else "property"
    elements = (child for child in node.named_children if child.type in {"const_element", "property_element"})
    names = (element.child_by_field_name("name") or child_of_kind(element, "name") for element in elements)
    return [Found(node, kind, text(name).removeprefix("$")) for name in names]


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    """A method; the parameters of a constructor may be properties, too."""
    name = text(node.child_by_field_name("name"))
    found = Found(
        node, "constructor" if name == "__construct" else "method", name, node.child_by_field_name("body")
    )
    parameters = node.child_by_field_name("parameters") if name == "__construct" else None
    promoted = parameters.named_children if parameters is not None else []
    return [found, *(_promoted(one) for one in promoted if one.type == "property_promotion_parameter")]


def _promoted(parameter: Node) -> Found:
    name = parameter.child_by_field_name("name")
    return Found(parameter, "property", text(name).removeprefix("$"))


def _define(node: Node, _scope: Scope) -> Iterable[Found]:
    """`define('NAME', ...)`, a constant of the whole program."""
    if text(node.child_by_field_name("function")) != "define":
        return ()
    arguments = node.child_by_field_name("arguments")
    first = named_child(arguments, 0) if arguments is not None else None
    name = text(first).strip("\"'")
    return (Found(node, "constant", name, parent=""),) if name.replace("\\", "").isidentifier() else ()


_BODIES = Bodies(
    in_braces_below(
        rb"(?:(?:public|protected|private|static|final|abstract)[ \t]+){0,4}function\b[^\n{};=]{0,300}",
        # A line may also end with the type that is returned.
        ends=rb")\w",
    ),
    # A heredoc may hold lines of any indentation, which would pass for the end of a body.
    unless=re.compile(rb"<<<"),
)


TABLE = Table(
    grammar=("tree_sitter_php", "language_php"),
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **containers(
            "program",
            "if_statement",
            "else_clause",
            "else_if_clause",
            "compound_statement",
            "colon_block",
            "switch_statement",
            "switch_block",
            "case_statement",
            "default_statement",
            "try_statement",
            "catch_clause",
            "finally_clause",
            "for_statement",
            "foreach_statement",
            "while_statement",
            "do_statement",
            "declare_statement",
            "expression_statement",
        ),
        "namespace_definition": Rule(read=_namespace),
        "class_declaration": Rule("class", descend=True),
        "interface_declaration": Rule("interface", descend=True),
        "trait_declaration": Rule("trait", descend=True),
        "enum_declaration": Rule("enum", descend=True),
        "function_definition": Rule("function"),
        "method_declaration": Rule(read=_method),
        "const_declaration": Rule(read=_elements),
        "property_declaration": Rule(read=_elements),
        "function_call_expression": Rule(read=_define),
    },
    leads=frozenset(("attribute_list",)),
)

LANGUAGES: Mapping[str, Table] = {"php": TABLE}
