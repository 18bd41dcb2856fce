"""C#: namespaces, types and their members."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces_below
from foreword.index.outline.languages.mask import blank_matches, unwrapped, without_split_conditionals
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


def _namespace(node: Node, _scope: Scope) -> Iterable[Found]:
    """`namespace A.B;`: all that follows in the file belongs to it."""
    return (Found(node, "namespace", text(node.child_by_field_name("name")), rest=True),)


def _fields(node: Node, _scope: Scope) -> Iterable[Found]:
    """Each variable of a field or event declaration."""
    declaration = child_of_kind(node, "variable_declaration")
    constant = any(text(child) == "const" for child in node.named_children if child.type == "modifier")
    kind: DefinitionKind = "constant" if constant else "field"
    variables = declaration.named_children if declaration else []
    return [
        Found(node, kind, text(variable.child_by_field_name("name") or child_of_kind(variable, "identifier")))
        for variable in variables
        if variable.type == "variable_declarator"
    ]


def _operator(node: Node, _scope: Scope) -> Iterable[Found]:
    """An operator or a conversion, named as in C++."""
    operator = node.child_by_field_name("operator") or node.child_by_field_name("type")
    return (
        (Found(node, "method", f"operator {text(operator)}", node.child_by_field_name("body")),)
        if operator
        else ()
    )


def _record(node: Node, _scope: Scope) -> Iterable[Found]:
    """A record, whose parameters are properties."""
    parameters, body = child_of_kind(node, "parameter_list"), node.child_by_field_name("body")
    inside = tuple(part for part in (parameters, body) if part is not None)
    return (Found(node, "class", text(node.child_by_field_name("name")), body, inside),)


def _indexer(node: Node, _scope: Scope) -> Iterable[Found]:
    return (Found(node, "property", "this", node.child_by_field_name("accessors")),)


def _destructor(node: Node, _scope: Scope) -> Iterable[Found]:
    return (
        Found(node, "method", f"~{text(node.child_by_field_name('name'))}", node.child_by_field_name("body")),
    )


_EXTENSION = re.compile(
    rb"\n([ \t]*+)extension(?:<[^\n;{}()]{0,200}>)?[ \t]*\([^\n;{}]{0,300}\)[^\n;{}()]{0,200}\r?(?:\n[ \t]*)?\{"
)
_CONDITIONAL_ASSIGNMENT = re.compile(
    rb"(\?)(?=(?:\.\w+|\[[^\]\n]{0,80}\])(?:\.\w+){0,9}[ \t]*(?:[-+*/%|&^]|\?\?)?=[ \t])"
)


def _mask(data: bytes) -> bytes:
    """With one branch of what directives split, and without what is too new for the grammar."""
    data = without_split_conditionals(data)
    if b"extension" in data:
        data = unwrapped(b"\n" + data, _EXTENSION)[1:]
    return blank_matches(data, _CONDITIONAL_ASSIGNMENT) if b"?." in data or b"?[" in data else data


_BODIES = Bodies(
    in_braces_below(
        rb"(?!" + ANY + rb"(?:=>|\b(?:new|class|struct|record|delegate)\b))[^\n;{}=]{0,300}\)[ \t]*",
        unlike=b"if for foreach while switch catch do else try return using lock fixed checked unsafe class namespace extension",
        directives=True,
    ),
    quotes=(b'"""',),
    # Directives of the preprocessor make errors in many files: to parse those again would gain little.
    errors=True,
)


TABLE = Table(
    mask=_mask,
    grammar=("tree_sitter_c_sharp", "language"),
    has_pieces=True,
    bodies=_BODIES,
    comment=DIRECTIVE_OR_COMMENT,
    rules={
        **containers("compilation_unit", "preproc_if", "preproc_else", "preproc_elif", "global_statement"),
        "file_scoped_namespace_declaration": Rule(read=_namespace),
        "namespace_declaration": Rule("namespace", descend=True),
        "class_declaration": Rule("class", descend=True),
        "record_declaration": Rule(read=_record),
        "struct_declaration": Rule("struct", descend=True),
        "interface_declaration": Rule("interface", descend=True),
        "enum_declaration": Rule("enum"),
        "delegate_declaration": Rule("type"),
        "method_declaration": Rule("method"),
        "local_function_statement": Rule("function"),
        "constructor_declaration": Rule("constructor"),
        "operator_declaration": Rule(read=_operator),
        "conversion_operator_declaration": Rule(read=_operator),
        "indexer_declaration": Rule(read=_indexer),
        "destructor_declaration": Rule(read=_destructor),
        # Only those of a record are reached, see `_record`.
        "parameter": Rule("property", body=()),
        "property_declaration": Rule("property", body=("accessors", "value")),
        "event_declaration": Rule("property", body=("accessors",)),
        "event_field_declaration": Rule(read=_fields),
        "field_declaration": Rule(read=_fields),
    },
    leads=frozenset(("attribute_list",)),
)

LANGUAGES: Mapping[str, Table] = {"csharp": TABLE}
