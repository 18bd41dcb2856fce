"""OCaml, implementations and interfaces: values, types, modules, classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.rule import (
    WRAPPER,
    Comment,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    text,
)

# The sign is the star and not the parenthesis, which nearly every signature has.
_COMMENT = Comment(re.compile(rb"\(\*.*?(?:\*\)|\Z)", re.DOTALL), b"*")
_FUNCTIONS = frozenset(("fun_expression", "function_expression"))


def _let(node: Node, _scope: Scope) -> Iterable[Found]:
    """A function if it has parameters or is bound to one; patterns that bind several names are no definitions."""
    pattern, body = node.child_by_field_name("pattern"), node.child_by_field_name("body")
    if pattern is None or pattern.type not in {"value_name", "parenthesized_operator"}:
        return ()
    function = child_of_kind(node, "parameter") is not None or (body is not None and body.type in _FUNCTIONS)
    return (Found(node, "function" if function else "constant", _operator(text(pattern)), body),)


def _operator(name: str) -> str:
    return name.strip("() ")


def _specification(node: Node, _scope: Scope) -> Iterable[Found]:
    """`val name : type` in a signature."""
    signature = node.child_by_field_name("type")
    kind: DefinitionKind = (
        "function" if signature is not None and signature.type == "function_type" else "constant"
    )
    return (Found(node, kind, _operator(text(child_of_kind(node, "value_name", "parenthesized_operator")))),)


def _module(node: Node, _scope: Scope) -> Iterable[Found]:
    """A module: what its structure, or in an interface its signature, holds belongs to it."""
    body = node.child_by_field_name("body") or node.child_by_field_name("module_type")
    while body is not None and body.type == "functor":
        body = body.child_by_field_name("body")
    inside = (body,) if body is not None and body.type in {"structure", "signature"} else ()
    name = child_of_kind(node, "module_name", "module_type_name")
    kind: DefinitionKind = "interface" if node.type == "module_type_definition" else "module"
    return (Found(node, kind, text(name), inside[0] if inside else None, inside),)


TABLE = Table(
    comment=_COMMENT,
    rules={
        **containers("compilation_unit"),
        **dict.fromkeys(
            (
                "value_definition",
                "type_definition",
                "exception_definition",
                "module_definition",
                "class_definition",
                "class_type_definition",
            ),
            WRAPPER,
        ),
        "let_binding": Rule(read=_let),
        "value_specification": Rule(read=_specification),
        "external": Rule("function", name=("<value_name>",), body=("<string>",)),
        "type_binding": Rule("type", body=()),
        "constructor_declaration": Rule("type", name=("<constructor_name>",), body=()),
        "module_binding": Rule(read=_module),
        "module_type_definition": Rule(read=_module),
        "class_binding": Rule("class", name=("<class_name>",), descend=True),
        "class_type_binding": Rule(
            "interface", name=("<class_type_name>",), body=("<class_body_type>",), descend=True
        ),
        "method_specification": Rule("method", name=("<method_name>",), body=()),
        "method_definition": Rule("method", name=("<method_name>",)),
        "object_expression": Rule(body=(), descend=True),
    },
)
IMPLEMENTATION = replace(TABLE, grammar=("tree_sitter_ocaml", "language_ocaml"))
INTERFACE = replace(TABLE, grammar=("tree_sitter_ocaml", "language_ocaml_interface"))

LANGUAGES: Mapping[str, Table] = {"ocaml": IMPLEMENTATION, "ocaml_interface": INTERFACE}
