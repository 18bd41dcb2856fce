"""Solidity: contracts, interfaces and libraries with their members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.rule import Found, Rule, Scope, Table, containers, text


def _special(node: Node, _scope: Scope) -> Iterable[Found]:
    """`constructor`, `receive` and `fallback`, which are called by their first word."""
    word = text(node).partition("(")[0].strip()
    kind = "constructor" if word == "constructor" else "method"
    return (Found(node, kind, word, node.child_by_field_name("body")),)  # type: ignore[arg-type]  # literals


TABLE = Table(
    has_pieces=True,
    rules={
        **containers("source_file", "contract_body"),
        "contract_declaration": Rule("class", descend=True),
        "interface_declaration": Rule("interface", descend=True),
        "library_declaration": Rule("class", descend=True),
        "function_definition": Rule("function", member="method"),
        "modifier_definition": Rule("function", member="method"),
        "constructor_definition": Rule(read=_special),
        "fallback_receive_definition": Rule(read=_special),
        "event_definition": Rule("type", body=()),
        "error_declaration": Rule("type", body=()),
        "struct_declaration": Rule("struct"),
        "enum_declaration": Rule("enum"),
        "user_defined_type_definition": Rule("type", body=()),
        "state_variable_declaration": Rule("field", body=()),
        "constant_variable_declaration": Rule("constant", body=()),
    },
)

LANGUAGES: Mapping[str, Table] = {"solidity": TABLE}
