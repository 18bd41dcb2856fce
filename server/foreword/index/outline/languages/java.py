"""Java: types and their members."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.mask import blank_matches
from foreword.index.outline.languages.rule import (
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    has_token,
    text,
)


def _fields(node: Node, _scope: Scope) -> Iterable[Found]:
    """Each variable of a field declaration; `static final` makes constants, and an interface has no others."""
    modifiers = child_of_kind(node, "modifiers")
    fixed = modifiers is not None and has_token(modifiers, "static") and has_token(modifiers, "final")
    kind: DefinitionKind = "constant" if fixed or node.type == "constant_declaration" else "field"
    declarators = node.children_by_field_name("declarator")
    return [Found(node, kind, text(declarator.child_by_field_name("name"))) for declarator in declarators]


_VALUE = re.compile(rb"\b(value)(?=[ \t]+(?:abstract[ \t]+)?(?:class|record)[ \t]+\w)")


def _mask(data: bytes) -> bytes:
    return blank_matches(data, _VALUE) if b"value " in data else data


_BODIES = Bodies(
    in_braces(
        rb"(?!"
        + ANY
        + rb"(?:->|\b(?:new|class|record)\b))[^\n;{}=]{0,300}\)(?:[ \t]*throws[^\n;{}]{0,300})?[ \t]*",
        unlike=b"if for while switch catch do else try return synchronized class enum interface record",
    ),
    quotes=(b'"""',),
)


TABLE = Table(
    mask=_mask,
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **containers("program", "enum_body_declarations"),
        "class_declaration": Rule("class", descend=True),
        "record_declaration": Rule("class", descend=True),
        "interface_declaration": Rule("interface", descend=True),
        "annotation_type_declaration": Rule("interface", descend=True),
        "enum_declaration": Rule("enum", descend=True),
        "method_declaration": Rule("method"),
        "annotation_type_element_declaration": Rule("method", body=()),
        "constructor_declaration": Rule("constructor"),
        "compact_constructor_declaration": Rule("constructor"),
        "field_declaration": Rule(read=_fields),
        "local_variable_declaration": Rule(read=_fields),
        "module_declaration": Rule("module", body=("body",)),
        "constant_declaration": Rule(read=_fields),
    },
    leads=frozenset(("annotation", "marker_annotation")),
    lead_groups=frozenset(("modifiers",)),
)

LANGUAGES: Mapping[str, Table] = {"java": TABLE}
