"""SQL: what is created, without the schema in its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

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

_KIND_OF: Mapping[str, DefinitionKind] = MappingProxyType(
    {
        "create_function": "function",
        "create_index": "key",
        "create_materialized_view": "view",
        "create_table": "table",
        "create_trigger": "function",
        "create_type": "type",
        "create_view": "view",
    }
)


def _created(node: Node, _scope: Scope) -> Iterable[Found]:
    """The object of a CREATE statement; an index is named by a field, all others by a reference."""
    reference = child_of_kind(node, "object_reference")
    named = reference.child_by_field_name("name") if reference else None
    if node.type == "create_index":
        named = node.child_by_field_name("column")
    body = child_of_kind(node, "column_definitions", "create_query", "function_body", "index_fields")
    return (Found(node, _KIND_OF[node.type], text(named), body),) if named else ()


TABLE = Table(
    comment=DASH_COMMENT,
    rules={
        **containers("program", "statement", "transaction", "block"),
        **dict.fromkeys(_KIND_OF, Rule(read=_created)),
    },
)
