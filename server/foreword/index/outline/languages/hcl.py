"""HCL, the language of Terraform: blocks by their last label, in the type before it, as `web` of `aws_instance`, and what `locals` and the margin bind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
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

_KIND_OF: Mapping[str, DefinitionKind] = {"variable": "variable", "output": "variable", "module": "module"}


def _block(node: Node, scope: Scope) -> Iterable[Found]:
    """A block at the margin by its last label, without any by its type; `locals` only holds what it binds."""
    body, kind = child_of_kind(node, "body"), text(node.named_child(0))
    if scope.depth:
        return ()
    if kind == "locals":
        return (Found(node, "namespace", kind, body, (body,) if body else (), listed=False),)
    labels = [
        text(child).strip('"')
        for child in node.named_children[1:]
        if child.type in {"string_lit", "identifier"}
    ]
    body = child_of_kind(node, "block_start")
    parent = labels[-2] if len(labels) > 1 else ""
    return (Found(node, _KIND_OF.get(kind, "struct"), labels[-1] if labels else kind, body, parent=parent),)


def _attribute(node: Node, scope: Scope) -> Iterable[Found]:
    # No parent within `locals`: what it binds is written `local.x`.
    return (
        (Found(node, "variable", text(node.named_child(0)), parent=scope.name and ""),)
        if not scope.depth
        else ()
    )


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers("config_file", "body"),
        "block": Rule(read=_block),
        "attribute": Rule(read=_attribute),
    },
)

LANGUAGES: Mapping[str, Table] = {"hcl": TABLE}
