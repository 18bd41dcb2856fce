"""Make: targets, variables and `define`s."""

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


def _rule(node: Node, _scope: Scope) -> Iterable[Found]:
    """Each target, but for the special ones such as `.PHONY`; the grammar takes a conditional below a rule for a part of it."""
    targets = child_of_kind(node, "targets")
    names = [text(child) for child in targets.named_children] if targets else []
    recipe = child_of_kind(node, "recipe")
    found = [
        Found(node, "function", name, recipe)
        for name in names
        if not (name.startswith(".") and name[1:].isupper())
    ]
    if recipe is not None and child_of_kind(recipe, "conditional") is not None:
        found.append(Found(node, inside=(recipe,)))
    return found


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers("makefile", "conditional", "else_directive", "elsif_directive"),
        "rule": Rule(read=_rule),
        "variable_assignment": Rule("variable"),
        "define_directive": Rule("macro", body=("value",)),
    },
    unique=frozenset(("variable",)),
)

LANGUAGES: Mapping[str, Table] = {"make": TABLE}
