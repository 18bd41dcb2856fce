"""Objective-C: classes, categories, protocols, methods by their whole selector, and all that is C."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.c import C
from foreword.index.outline.languages.c_mask import mask_c
from foreword.index.outline.languages.mask import blank_matches
from foreword.index.outline.languages.rule import (
    DIRECTIVE_OR_COMMENT,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    text,
)

_ENUM = re.compile(rb"\b(?:NS|CF)_(?:CLOSED_|ERROR_)?(?:ENUM|OPTIONS)[ \t]*\(([^(),\n]*,[ \t]*)(\w+)(\))")
_ATTRIBUTES = re.compile(
    rb"\b(?:NS|API|CF|UI|SD|AS|FB)_[A-Z_]+(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))?(?=[ \t]*[;\n@])"
)
_NULLABLE = re.compile(
    rb"\b(?:__?nullable|__?nonnull|_Nullable|_Nonnull|__kindof|__unused|__strong|__weak|NS_NOESCAPE)\b|(?<=\()(?:nullable|nonnull)\b(?=[ \t]+\w)"
)


_CONDITIONAL = re.compile(
    rb"^[ \t]*#[ \t]*(?:(?:if|ifdef|ifndef|elif|else|endif)\b|(?:pragma|import|include|warning|error)\b)(?:[^\n\\]|\\\r?\n|\\)*",
    re.MULTILINE,
)


def _mask(data: bytes) -> bytes:
    """Without the macros of Apple's headers; one of an enumeration is a typedef in another form."""
    if b"_ENUM" in data or b"_OPTIONS" in data:
        data = _ENUM.sub(lambda match: b"enum".ljust(len(match[0]) - len(match[2])) + match[2], data)
    masked = blank_matches(mask_c(blank_matches(data, _ATTRIBUTES)), _NULLABLE)
    return blank_matches(
        masked, _CONDITIONAL
    )  # the grammar has none between members, so all branches are read


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    """A class or a category of one, whose members belong to the class, or a protocol."""
    kind: DefinitionKind = "interface" if node.type == "protocol_declaration" else "class"
    name = text(child_of_kind(node, "identifier"))
    category = node.child_by_field_name("category")
    body = next(
        (child for child in node.named_children[1:] if child.type.endswith(("declaration", "definition"))),
        None,
    )
    listed = category is None
    return (Found(node, kind, name, body, (node,), listed=listed),)


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    """A method by its selector: `insert:at:`."""
    parts = ""
    for child in node.named_children:
        if child.type == "identifier":
            parts += text(child)
        elif child.type == "method_parameter":
            parts += ":"
    body = child_of_kind(node, "compound_statement")
    return (Found(node, "method", parts, body),)


def _property(node: Node, _scope: Scope) -> Iterable[Found]:
    """The name is the last identifier of what is declared."""
    declared = child_of_kind(node, "struct_declaration")
    stack, last = [declared] if declared else [], ""
    while stack:
        part = stack.pop()
        if part.type in {"identifier", "field_identifier"}:
            last = text(part)
            break
        stack.extend(part.named_children)
    return (Found(node, "property", last),) if last else ()


TABLE = Table(
    grammar=("tree_sitter_objc", "language"),
    mask=_mask,
    comment=DIRECTIVE_OR_COMMENT,
    rules={
        **C.rules,
        **containers("implementation_definition", "qualified_protocol_interface_declaration"),
        "class_interface": Rule(read=_type),
        "class_implementation": Rule(read=_type),
        "protocol_declaration": Rule(read=_type),
        "method_declaration": Rule(read=_method),
        "method_definition": Rule(read=_method),
        "property_declaration": Rule(read=_property),
    },
    limits=C.limits,
    unique=C.unique,
)

LANGUAGES: Mapping[str, Table] = {"objective-c": TABLE}
