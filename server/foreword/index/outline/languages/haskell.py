"""Haskell: types, classes, instances and functions, all clauses of one and its type signature together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.rule import (
    DASH_COMMENT,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    text,
)

_HOLDS_FIELDS = frozenset(
    ("data_constructors", "data_constructor", "newtype_constructor", "record", "fields")
)


def _signature(node: Node, scope: Scope) -> Iterable[Found]:
    """`name :: Type`; one for several names counts only in a class, elsewhere their equations follow."""
    names = node.child_by_field_name("names")
    if names is None:
        return (Found(node, _kind(node, scope), _bare(text(node.child_by_field_name("name")))),)
    if scope.kind is None:
        return ()
    return [Found(node, _kind(node, scope), _bare(text(name))) for name in names.named_children]


def _kind(node: Node, scope: Scope) -> DefinitionKind:
    """By its signature; what only looks like a value is one."""
    if scope.kind is not None:
        return "method"
    signature = node.child_by_field_name("type")
    return "function" if signature is None or "->" in text(signature) else "constant"


def _bare(name: str) -> str:
    return name.strip("() \n")


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    """One equation: `name patterns = ...` or `x <operator> y = ...`."""
    infix = child_of_kind(node, "infix")
    named = infix.child_by_field_name("operator") if infix else node.child_by_field_name("name")
    body = node.child_by_field_name("match")
    kind: DefinitionKind = "method" if scope.kind else "constant" if node.type == "bind" else "function"
    return (Found(node, kind, _bare(text(named).strip("`")), body),)


def _instance(node: Node, _scope: Scope) -> Iterable[Found]:
    """An instance is called `Class Type`."""
    patterns = text(node.child_by_field_name("patterns"))
    name = f"{text(node.child_by_field_name('name'))} {patterns}"
    body = node.child_by_field_name("declarations")
    return (Found(node, "class", name, body, (body,) if body else ()),)


def _pattern(node: Node, _scope: Scope) -> Iterable[Found]:
    """A pattern synonym, by the constructor that it adds."""
    words = re.findall(r"[A-Z][\w']*", text(node))
    return (Found(node, "function", words[0]),) if words else ()


def _data(node: Node, _scope: Scope) -> Iterable[Found]:
    """A type with the fields of its records."""
    name = text(node.child_by_field_name("name"))
    yield Found(node, "type", name, node.child_by_field_name("fields"))
    stack = [one for one in node.named_children if one.type.endswith(("constructors", "constructor"))]
    while stack:
        part = stack.pop()
        if part.type == "field":
            names = part.children_by_field_name("name")
            yield from (Found(part, "field", text(one), parent=name) for one in names)
        elif part.type in _HOLDS_FIELDS:
            stack.extend(part.named_children[::-1])


def _type(*, kind: DefinitionKind = "type") -> Rule:
    return Rule(kind, body=("fields",))


TABLE = Table(
    comment=DASH_COMMENT,
    rules={
        **containers("haskell", "declarations", "class_declarations", "instance_declarations"),
        "header": Rule("module", name=("module",), body=("exports",)),
        "data_type": Rule(read=_data),
        "newtype": Rule(read=_data),
        "pattern_synonym": Rule(read=_pattern),
        "type_synonym": _type(),
        "type_family": _type(),
        "data_family": _type(),
        "class": Rule("class", body=("declarations",), descend=True),
        "instance": Rule(read=_instance),
        "signature": Rule(read=_signature),
        "function": Rule(read=_function),
        "bind": Rule(read=_function),
    },
    # Each equation of a function, and its type signature, is a node by itself.
    merges=True,
)

LANGUAGES: Mapping[str, Table] = {"haskell": TABLE}
