"""Go: functions, methods by their receiver, types, package-level constants and variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.rule import (
    WRAPPER,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    named_child,
    text,
)

_KIND_OF: Mapping[str, DefinitionKind] = {"struct_type": "struct", "interface_type": "interface"}
_NOT_IN_A_NAME = "*() \t\n"


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    """A method: its parent is the receiver's type without pointer and type arguments."""
    receivers = node.child_by_field_name("receiver")
    receiver = child_of_kind(receivers, "parameter_declaration") if receivers else None
    owner = text(receiver.child_by_field_name("type")) if receiver else ""
    parent = owner.partition("[")[0].strip(_NOT_IN_A_NAME)
    name = text(node.child_by_field_name("name"))
    return (Found(node, "method", name, node.child_by_field_name("body"), parent=parent),)


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    """A type; the methods of an interface belong to it."""
    value = node.child_by_field_name("type")
    kind = _KIND_OF.get(value.type, "type") if value else "type"
    body = value and (named_child(value, 0) if kind in {"struct", "interface"} else None)
    inside = (value,) if value and kind == "interface" else ()
    return (Found(node, kind, text(node.child_by_field_name("name")), body, inside),)


def _names(node: Node, _scope: Scope) -> Iterable[Found]:
    """Each name of a constant or variable specification, except the blank one."""
    kind: DefinitionKind = "constant" if node.type == "const_spec" else "variable"
    names = (text(name) for name in node.children_by_field_name("name"))
    # The grammar gives the commas of a list under the field `name` as well.
    return [Found(node, kind, name) for name in names if name not in {"_", ","}]


_BODIES = Bodies(in_braces(rb"func\b" + ANY), quotes=(b"`",))


TABLE = Table(
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **containers("source_file", "var_spec_list"),
        "const_declaration": WRAPPER,
        "var_declaration": WRAPPER,
        "type_declaration": WRAPPER,
        "function_declaration": Rule("function"),
        "method_declaration": Rule(read=_method),
        "type_spec": Rule(read=_type),
        "type_alias": Rule(read=_type),
        "method_elem": Rule("method"),
        "const_spec": Rule(read=_names),
        "var_spec": Rule(read=_names),
    },
)

LANGUAGES: Mapping[str, Table] = {"go": TABLE}
