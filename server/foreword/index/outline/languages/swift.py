"""Swift: types, functions and properties; what an extension holds belongs to the type that it extends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.mask import letters
from foreword.index.outline.languages.rule import (
    TYPE_KINDS,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    has_token,
    last_part,
    text,
)


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    """A class, struct, enum, actor or extension: the grammar has one node for them."""
    name, body = text(node.child_by_field_name("name")), node.child_by_field_name("body")
    inside = (body,) if body else ()
    if has_token(node, "extension"):
        return (Found(node, "class", _extended(name), body, inside, listed=False),)
    kind: DefinitionKind = (
        "struct" if has_token(node, "struct") else "enum" if has_token(node, "enum") else "class"
    )
    return (Found(node, kind, name, body, inside),)


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    """A function, or an operator: its name is the token before the parameters."""
    kind: DefinitionKind = "method" if scope.kind in TYPE_KINDS else "function"
    named = child_of_kind(node, "simple_identifier")
    tokens = [child for child in node.children if child.type != "comment"]
    kinds = [child.type for child in tokens]
    operator = text(tokens[kinds.index("func") + 1]) if "func" in kinds[:-1] else ""
    return (Found(node, kind, text(named) or operator, node.child_by_field_name("body")),)


def _property(node: Node, scope: Scope) -> Iterable[Found]:
    """Each name that a property declaration binds."""
    kind: DefinitionKind = "property" if scope.kind in TYPE_KINDS else "variable"
    computed = node.child_by_field_name("computed_value")
    patterns = [pattern for pattern in node.children_by_field_name("name") if pattern.type == "pattern"]
    bound = [(pattern.child_by_field_name("bound_identifier"), pattern) for pattern in patterns]
    single = [Found(node, kind, text(name), computed) for name, _ in bound if name is not None]
    tuples = [part for name, pattern in bound if name is None for part in pattern.named_children]
    return [
        *single,
        *(Found(node, kind, text(part), computed) for part in tuples if text(part).isidentifier()),
    ]


def _subscript(node: Node, _scope: Scope) -> Iterable[Found]:
    return (Found(node, "method", "subscript", child_of_kind(node, "computed_property")),)


def _extended(name: str) -> str:
    """The type that an extension extends: `[Int]` is an Array, `[A: B]` a Dictionary."""
    if name.startswith("["):
        return "Dictionary" if ":" in name else "Array"
    return "Optional" if name.endswith("?") else last_part(name.partition("<")[0], ".")[0]


def _initializer(node: Node, _scope: Scope) -> Iterable[Found]:
    return (Found(node, "constructor", "init", node.child_by_field_name("body")),)


_REGULAR_EXPRESSION = re.compile(rb"(?<=[=(,:] )/(?![ /*\n])(?:[^/\\\n]|\\.){1,300}+/(?=[ \t]*[\r\n,).;])")


def _mask(data: bytes) -> bytes:
    """With names for regular expressions, which the grammar takes for divisions."""
    return _REGULAR_EXPRESSION.sub(lambda match: letters(match[0]), data) if b" /" in data else data


_FUNCTION_BODIES = Bodies(
    in_braces(rb"(?:@?[\w()]+[ \t]+){0,8}(?:func\b|init[?!(<])" + ANY), quotes=(b'"""',)
)


TABLE = Table(
    mask=_mask,
    has_pieces=True,
    bodies=_FUNCTION_BODIES,
    rules={
        **containers("source_file"),
        "class_declaration": Rule(read=_type),
        "protocol_declaration": Rule("interface", descend=True),
        "function_declaration": Rule(read=_function),
        "protocol_function_declaration": Rule(read=_function),
        "init_declaration": Rule(read=_initializer),
        "property_declaration": Rule(read=_property),
        "protocol_property_declaration": Rule(read=_property),
        "subscript_declaration": Rule(read=_subscript),
        "macro_declaration": Rule("macro", name=("<simple_identifier>",), body=("definition",)),
        "typealias_declaration": Rule("type", body=()),
        "associatedtype_declaration": Rule("type", body=()),
    },
    leads=frozenset(("attribute",)),
    lead_groups=frozenset(("modifiers",)),
)

LANGUAGES: Mapping[str, Table] = {"swift": TABLE}
