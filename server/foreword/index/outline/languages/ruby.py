"""Ruby: modules, classes, methods, constants and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.rule import (
    HASH_COMMENT,
    TYPE_KINDS,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    last_part,
    named_child,
    text,
)

_ATTRIBUTES = frozenset(("attr_accessor", "attr_reader", "attr_writer"))
_VISIBILITIES = frozenset(
    ("private", "protected", "public", "module_function", "private_class_method", "memoize")
)
_BLOCKS = frozenset(("included", "class_methods", "class_eval", "extended", "refine"))
_DEFINERS = frozenset(("define_method", "alias_method"))
_GROUPS = frozenset(
    ("describe", "context", "feature", "shared_examples", "shared_context", "shared_examples_for")
)
_CASES = frozenset(("it", "specify", "scenario", "test", "example"))
_MAX_TITLE = 110
_MAKERS = frozenset(("Struct.new", "Class.new", "Module.new", "Data.define"))


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    """A class or module; `class A::B` is `B` of `A`."""
    name, parent = last_part(text(node.child_by_field_name("name")), "::")
    body = node.child_by_field_name("body")
    kind: DefinitionKind = "class" if node.type == "class" else "module"
    return (Found(node, kind, name, body, (body,) if body else (), parent),)


def _constant(node: Node, _scope: Scope) -> Iterable[Found]:
    """A constant; one that is made by `Struct.new` or the like is a class."""
    target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
    if target is not None and target.type == "left_assignment_list":
        return [Found(node, "constant", text(one)) for one in target.named_children if one.type == "constant"]
    if target is None or target.type != "constant":
        return ()
    if value is None or value.type != "call" or _callee(value) not in _MAKERS:
        return (Found(node, "constant", text(target)),)
    block = value.child_by_field_name("block")
    body = block and block.child_by_field_name("body")
    return (Found(node, "class", text(target), body, (body,) if body else ()),)


def _callee(call: Node) -> str:
    receiver, method = call.child_by_field_name("receiver"), text(call.child_by_field_name("method"))
    return f"{text(receiver)}.{method}" if receiver else method


def _call(node: Node, _scope: Scope) -> Iterable[Found]:
    """Calls that define: attributes, `private def`, and blocks that run in a class."""
    method, arguments = text(node.child_by_field_name("method")), node.child_by_field_name("arguments")
    if method in _ATTRIBUTES and arguments is not None:
        symbols = (child for child in arguments.named_children if child.type == "simple_symbol")
        return [Found(node, "property", text(symbol)[1:]) for symbol in symbols]
    if method in _VISIBILITIES and arguments is not None:
        return (Found(node, inside=(arguments,)),)
    first = named_child(arguments, 0) if arguments is not None else None
    if method in _DEFINERS and first is not None and first.type == "simple_symbol":
        return (Found(node, "method", text(first)[1:]),)
    block = node.child_by_field_name("block")
    if block is None or (block.type != "do_block" and method not in _BLOCKS):
        return ()
    body = child_of_kind(block, "body_statement")
    inside = (body,) if body is not None and method not in _CASES else ()
    if first is not None and (method in _CASES or method in _GROUPS):
        return (Found(node, "test", _title(first), body, inside),)
    return (Found(node, inside=inside),) if inside else ()


def _title(node: Node) -> str:
    return " ".join(text(node).split()).strip("\"'")[:_MAX_TITLE]


def _alias(node: Node, _scope: Scope) -> Iterable[Found]:
    return (Found(node, "method", text(node.child_by_field_name("name")).removeprefix(":")),)


TABLE = Table(
    comment=HASH_COMMENT,
    rules={
        **containers("program", "if", "unless", "then", "else", "elsif", "begin", "body_statement"),
        "module": Rule(read=_type),
        "class": Rule(read=_type),
        "singleton_class": Rule(descend=True),
        "method": Rule("function", member="method"),
        "singleton_method": Rule("function", member="method"),
        "assignment": Rule(read=_constant),
        "call": Rule(read=_call),
        "alias": Rule(read=_alias),
    },
    constructors=frozenset(("initialize",)),
    owners=TYPE_KINDS | {"module"},
)

LANGUAGES: Mapping[str, Table] = {"ruby": TABLE}
