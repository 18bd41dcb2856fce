"""Elixir: all definitions are calls of macros, told apart by the macro's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

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
    named_child,
    text,
)

_KIND_OF: Mapping[str, DefinitionKind] = MappingProxyType(
    {
        "def": "function",
        "defp": "function",
        "defdelegate": "function",
        "defguard": "macro",
        "defguardp": "macro",
        "defmacro": "macro",
        "defmacrop": "macro",
        "defn": "function",
        "defnp": "function",
        "defmodule": "module",
        "defprotocol": "interface",
        "defimpl": "module",
        "test": "test",
        "property": "test",
    }
)
_ATTRIBUTE_KIND_OF: Mapping[str, DefinitionKind] = MappingProxyType(
    {"type": "type", "typep": "type", "opaque": "type", "callback": "method", "macrocallback": "method"}
)
_HOLDERS = frozenset(("defmodule", "defprotocol", "defimpl"))
_TRANSPARENT = frozenset(("describe", "if", "unless", "quote", "for"))


def _call(node: Node, scope: Scope) -> Iterable[Found]:
    """A call of a defining macro; functions of a `describe` or `if` block belong to the module."""
    target = node.child_by_field_name("target")
    macro = text(target) if target is not None and target.type == "identifier" else ""
    block = child_of_kind(node, "do_block")
    if macro in _TRANSPARENT and scope.depth:
        return (Found(node, inside=(block,)),) if block else ()
    kind = _KIND_OF.get(macro)
    arguments = child_of_kind(node, "arguments")
    head = named_child(arguments, 0) if arguments is not None else None
    if kind is None or head is None:
        return ()
    name = _module_name(macro, head, arguments) if macro in _HOLDERS else _name(head)
    body = block or child_of_kind(arguments, "keywords") if arguments else block
    return (Found(node, kind, name, body, (block,) if block and macro in _HOLDERS else ()),)


def _module_name(macro: str, head: Node, arguments: Node | None) -> str:
    """A module's name; `defimpl Protocol, for: Type` makes the module `Protocol.Type`."""
    keywords = child_of_kind(arguments, "keywords") if macro == "defimpl" and arguments else None
    pair = named_child(keywords, 0) if keywords else None
    return f"{text(head)}.{text(pair.child_by_field_name('value'))}" if pair else text(head)


def _name(head: Node) -> str:
    """The name in `name`, `name(a)`, `name(a) when guard` or `a <operator> b`."""
    if head.type == "binary_operator":
        operator, left = text(head.child_by_field_name("operator")), head.child_by_field_name("left")
        if operator != "when" or left is None:
            return operator
        head = left
        if head.type == "binary_operator":
            return text(head.child_by_field_name("operator"))
    if head.type == "call":
        return text(head.child_by_field_name("target"))
    return text(head) if head.type in {"identifier", "string"} else ""


def _attribute(node: Node, scope: Scope) -> Iterable[Found]:
    """`@type name :: ...` and `@callback name(...) :: ...`."""
    call = node.child_by_field_name("operand")
    kind = _ATTRIBUTE_KIND_OF.get(text(call.child_by_field_name("target"))) if call and scope.depth else None
    arguments = child_of_kind(call, "arguments") if call and kind else None
    head = named_child(arguments, 0) if arguments else None
    declared = head.child_by_field_name("left") if head else None
    return (Found(node, kind, _name(declared)),) if declared else ()


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers("source", "do_block"),
        "call": Rule(read=_call),
        "unary_operator": Rule(read=_attribute),
    },
    # Each clause of a function is a call of `def` by itself.
    merges=True,
)

LANGUAGES: Mapping[str, Table] = {"elixir": TABLE}
