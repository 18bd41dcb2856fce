"""Rust: items; the items of an `impl` block belong to its type, the block itself is no definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.bodies import Bodies, in_braces
from foreword.index.outline.languages.rule import Found, Rule, Scope, Table, containers, last_part, text


def _impl(node: Node, _scope: Scope) -> Iterable[Found]:
    """`impl Trait for path::Type<T>`: a scope named `Type`."""
    target = node.child_by_field_name("type")
    while target is not None and target.type in {"generic_type", "reference_type"}:
        target = target.child_by_field_name("type")
    name, _ = last_part(text(target), "::")
    body = node.child_by_field_name("body")
    return (Found(node, "struct", name, body, (body,) if body else (), listed=False),)


_FN = (
    rb"(?:pub(?:\([^\n)]{0,60}\))?[ \t]+)?(?:default[ \t]+)?(?:const[ \t]+)?(?:async[ \t]+)?(?:unsafe[ \t]+)?"
    rb"(?:extern[ \t]+\"C\"[ \t]+)?fn\b[^\n{}]{0,300}"
)
_BODIES = Bodies(in_braces(b"(?:" + _FN + rb"|\)(?:[ \t]*->[^\n{}]{0,300})?[ \t]*)"))


TABLE = Table(
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **containers("source_file"),
        "foreign_mod_item": Rule(descend=True),
        "mod_item": Rule("module", descend=True),
        "struct_item": Rule("struct"),
        "enum_item": Rule("enum"),
        "union_item": Rule("struct"),
        "trait_item": Rule("trait", descend=True),
        "impl_item": Rule(read=_impl),
        "function_item": Rule("function", member="method"),
        "function_signature_item": Rule("function", member="method"),
        "const_item": Rule("constant"),
        "static_item": Rule("variable"),
        "type_item": Rule("type"),
        "associated_type": Rule("type"),
        "macro_definition": Rule("macro", body=("<macro_rule>",)),
    },
)

LANGUAGES: Mapping[str, Table] = {"rust": TABLE}
