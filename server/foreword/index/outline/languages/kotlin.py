"""Kotlin: types, objects, functions and properties; what a companion object holds belongs to its class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.mask import blank_after, blank_matches
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
    constructor = child_of_kind(node, "primary_constructor")
    parameters = child_of_kind(constructor, "class_parameters") if constructor is not None else None
    inside = tuple(part for part in (parameters, body) if part is not None)
    return (Found(node, kind, text(node.child_by_field_name("name")), body, inside),)


def _parameter(node: Node, _scope: Scope) -> Iterable[Found]:
    """A parameter of a class with `val` or `var` is a property."""
    is_property = has_token(node, "val") or has_token(node, "var")
    return (Found(node, "property", text(child_of_kind(node, "identifier"))),) if is_property else ()


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


_ARGUMENTS = rb"\((?:[^()]|\((?:[^()]|\([^()]{0,400}\)){0,400}\)){0,2000}\)"
_AT_MARGIN = re.compile(
    rb"\n(?:@(?!file:)[\w:]+(?:\.\w+)*(?:"
    + _ARGUMENTS
    + rb")?[ \t]*)++(?=\r?\n|(?:[a-z]+[ \t]+)*(?:class|object|interface|fun|val|var|typealias)\b)"
)
"""Annotations at the margin: the grammar may take what follows for a part of them. Indented ones it reads well."""
_CONTEXT = re.compile(rb"\n[ \t]*+(context[ \t]*" + _ARGUMENTS + rb")[ \t]*\r?(?=\n|\Z)")
_GUARDED = re.compile(rb"[ \t]*+(?:is|in|else|[\w.\"]+)\b[^{}=]{0,200}")
_GUARD = re.compile(rb" if[ \t][^\n]{1,300}?(?=[ \t]*->)")
_DOLLARS = re.compile(rb"(\$\$+)(?=\")")
_DESTRUCTURED = re.compile(rb"\n[ \t]++(\(val[ \t][^()\n]*\)[ \t]*=)(?=[ \t]*\S)")
_LAST_COMMA = re.compile(rb",(?=\s*;)")
_BACKING_FIELD = re.compile(rb"\n[ \t]++(field[ \t]*(?::[^=\n]+)?=[^\n]*)")
_DELEGATES = re.compile(
    rb"(?:[^={]*\b(?:class|object)\b|[ \t]*+\))[^={]{0,200}|[ \t]++[A-Z][\w.]*+(?:<[^<>\n]{0,200}>)?"
)
_DELEGATE = re.compile(rb" by[ \t]+[\w.]++(?:\([^()\n]*\))?(?=[ \t]*\{)")
"""What a class delegates to: the grammar takes its body for an argument."""
_OBJECT = re.compile(rb"= object([ \t]*:[^\n{}=]{1,300})(?=\{)")
_ACTUAL_CONSTRUCTOR = re.compile(rb"\b(actual)[ \t]+constructor\b")
_CONSTRUCTOR = re.compile(
    rb"\n[ \t]++((?:@[\w.]++(?:" + _ARGUMENTS + rb")?\s++){1,8}+)(?=[a-z]+[ \t]+constructor\b)"
)
"""Annotations of a constructor on lines below the name of its class."""
_SUSPEND = re.compile(rb"(?<==)[ \t]*(suspend)(?=[ \t]*\{)")


def _mask(data: bytes) -> bytes:
    """Without annotations at the margin, and what is too new for the grammar (findings/tree-sitter-kotlin-guards.sh)."""
    # A line end is found far sooner than the beginning of a line.
    data = b"\n" + data
    if b"\n@" in data:
        data = blank_matches(data, _AT_MARGIN)
    for sign, pattern in _MASKS:
        if sign in data:
            data = blank_matches(data, pattern)
    if b" by " in data:
        data = blank_after(data, _DELEGATES, _DELEGATE)
    if b" -> " in data:
        data = blank_after(data, _GUARDED, _GUARD)
    return data[1:]


_MASKS = (
    (b"context", _CONTEXT),
    (b"constructor", _CONSTRUCTOR),
    (b"actual constructor", _ACTUAL_CONSTRUCTOR),
    (b"= object", _OBJECT),
    (b"$$", _DOLLARS),
    (b"(val ", _DESTRUCTURED),
    (b" field", _BACKING_FIELD),
    (b"suspend {", _SUSPEND),
    (b";", _LAST_COMMA),
)


_FUNCTION_BODIES = Bodies(
    in_braces(rb"(?:@?\w+[ \t]+){0,8}fun\b(?![ \t]+interface\b)" + ANY), quotes=(b'"""',)
)


TABLE = Table(
    has_pieces=True,
    bodies=_FUNCTION_BODIES,
    mask=_mask,
    rules={
        **containers("source_file"),
        "class_declaration": Rule(read=_class),
        "class_parameter": Rule(read=_parameter),
        "object_declaration": Rule("class", body=("<class_body>",), descend=True),
        "companion_object": Rule(read=_companion),
        "function_declaration": Rule("function", member="method", body=("<function_body>",)),
        "property_declaration": Rule(read=_property),
        "type_alias": Rule("type", name=("type",), body=()),
    },
    leads=frozenset(("annotation",)),
    lead_groups=frozenset(("modifiers",)),
)

LANGUAGES: Mapping[str, Table] = {"kotlin": TABLE}
