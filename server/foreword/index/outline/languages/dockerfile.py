"""Dockerfiles: stages, by their alias or else their image, and arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.rule import (
    HASH_COMMENT,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    text,
)


def _stage(node: Node, _scope: Scope) -> Iterable[Found]:
    name = node.child_by_field_name("as") or child_of_kind(node, "image_spec")
    return (Found(node, "module", text(name)),) if name else ()


def _arguments(node: Node, _scope: Scope) -> Iterable[Found]:
    pairs = (child for child in node.named_children if child.type == "arg_pair")
    return [Found(node, "variable", text(pair.child_by_field_name("name"))) for pair in pairs]


TABLE = Table(
    grammar=("tree_sitter_containerfile", "language"),
    comment=HASH_COMMENT,
    rules={
        **containers("source_file"),
        "from_instruction": Rule(read=_stage),
        "arg_instruction": Rule(read=_arguments),
    },
)

LANGUAGES: Mapping[str, Table] = {"dockerfile": TABLE}
