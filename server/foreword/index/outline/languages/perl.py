"""Perl: packages, classes, subroutines, methods and constants."""

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


def _package(node: Node, _scope: Scope) -> Iterable[Found]:
    """With a block it holds what is inside, without one all that follows."""
    block = child_of_kind(node, "block")
    kind = "class" if node.type == "class_statement" else "module"
    name = text(node.child_by_field_name("name"))
    return (Found(node, kind, name, block, (block,) if block else (), rest=block is None),)  # type: ignore[arg-type]  # literals


def _use(node: Node, _scope: Scope) -> Iterable[Found]:
    """`use constant`: each name of one line or of a list in braces."""
    if text(node.child_by_field_name("module")) != "constant":
        return ()
    stack, names = list(node.named_children[::-1]), list[str]()
    while stack:
        part = stack.pop()
        if part.type == "autoquoted_bareword":
            names.append(text(part))
        elif part.type in {"list_expression", "anonymous_hash_expression"}:
            stack.extend(part.named_children[::-1])
    return [Found(node, "constant", name) for name in names]


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers("source_file", "block_statement", "phaser_statement", "block", "conditional_statement"),
        "package_statement": Rule(read=_package),
        "class_statement": Rule(read=_package),
        "role_statement": Rule(read=_package),
        "subroutine_declaration_statement": Rule("function", member="method"),
        "method_declaration_statement": Rule("method"),
        "use_statement": Rule(read=_use),
    },
    constructors=frozenset(("new", "BUILD")),
    owners=frozenset(("class",)),
)

LANGUAGES: Mapping[str, Table] = {"perl": TABLE}
