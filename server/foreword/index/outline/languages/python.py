"""Python: functions, classes, module constants and declarative class attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.bodies import ANY, Bodies, below_colon
from foreword.index.outline.languages.rule import (
    HASH_COMMENT,
    TYPE_KINDS,
    Found,
    Rule,
    Scope,
    Table,
    containers,
    text,
)

_UPPER_CASE = re.compile(r"_{0,2}[A-Z][A-Z0-9_]*")


def _assignment(node: Node, scope: Scope) -> Iterable[Found]:
    """A constant in capitals, an annotated name, or in a class an attribute made by a call, as fields of models are."""
    target = node.child_by_field_name("left")
    if target is None or target.type != "identifier":
        return ()
    name = text(target)
    member = scope.kind in TYPE_KINDS
    if _UPPER_CASE.fullmatch(name):
        return (Found(node, "constant", name),)
    value = node.child_by_field_name("right")
    declared = member and value is not None and value.type == "call"
    if declared or node.child_by_field_name("type") is not None:
        return (Found(node, "field" if member else "variable", name),)
    return ()


def _type_alias(node: Node, _scope: Scope) -> Iterable[Found]:
    """`type X[T] = ...` is called X."""
    return (Found(node, "type", text(node.child_by_field_name("left")).partition("[")[0]),)


_BODIES = Bodies(
    below_colon(rb"(?:(?:async[ \t]+)?def\b" + ANY + rb"|\)[ \t]*->" + ANY + b")"),
    quotes=(b'"""', b"'''"),
    # A block of Python wants a statement, and this is one of a single byte.
    statement=b"0",
)


TABLE = Table(
    bodies=_BODIES,
    comment=HASH_COMMENT,
    rules={
        **containers(
            "module",
            "block",
            "decorated_definition",
            "expression_statement",
            "if_statement",
            "elif_clause",
            "else_clause",
            "try_statement",
            "except_clause",
            "finally_clause",
            "with_statement",
            "match_statement",
            "case_clause",
            "for_statement",
            "while_statement",
        ),
        "function_definition": Rule("function", member="method"),
        "class_definition": Rule("class", descend=True),
        "type_alias_statement": Rule(read=_type_alias),
        "assignment": Rule(read=_assignment),
    },
    constructors=frozenset(("__init__",)),
)

LANGUAGES: Mapping[str, Table] = {"python": TABLE}
