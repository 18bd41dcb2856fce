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

_ATTRIBUTES = frozenset(
    (
        "attr",
        "attr_accessor",
        "attr_reader",
        "attr_writer",
        "class_attribute",
        "cattr_accessor",
        "cattr_reader",
        "cattr_writer",
        "mattr_accessor",
        "mattr_reader",
        "mattr_writer",
        "thread_mattr_accessor",
        "delegate",
    )
)
_MEMOIZED = frozenset(("let", "let!", "subject"))
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
    if target is not None and target.type == "scope_resolution":
        name, parent = last_part(text(target), "::")
        return (Found(node, "constant", name, parent=parent),) if name[:1].isupper() else ()
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
        named = (child for child in arguments.named_children if child.type in {"simple_symbol", "string"})
        return [Found(node, "property", _symbol(one)) for one in named]
    if method in _VISIBILITIES and arguments is not None:
        return (Found(node, inside=(arguments,)),)
    first = named_child(arguments, 0) if arguments is not None else None
    if method in _DEFINERS and first is not None and first.type == "simple_symbol":
        return (Found(node, "method", text(first)[1:]),)
    return _block(node, method, first)


def _block(node: Node, method: str, first: Node | None) -> Iterable[Found]:
    """What a call with a block defines: a case or a group of tests, a value for them, or what stands in the block."""
    block = node.child_by_field_name("block")
    is_memoized = method in _MEMOIZED and first is not None and first.type == "simple_symbol"
    if block is None or (block.type != "do_block" and method not in _BLOCKS and not is_memoized):
        return ()
    body = child_of_kind(block, "body_statement")
    inside = (body,) if body is not None and method not in _CASES else ()
    if first is not None and is_memoized:
        return (Found(node, "function", text(first)[1:], block), Found(node, inside=inside))
    if first is not None and (method in _CASES or method in _GROUPS):
        return (Found(node, "test", _title(first), body, inside),)
    if method == "refine" and first is not None:
        return (Found(node, "class", last_part(text(first), "::")[0], inside=inside, listed=False),)
    return (Found(node, inside=inside),) if inside else ()


def _symbol(node: Node) -> str:
    return text(node).strip(":\"'")


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
        "operator_assignment": Rule(read=_constant),
        "call": Rule(read=_call),
        "alias": Rule(read=_alias),
    },
    constructors=frozenset(("initialize",)),
    owners=TYPE_KINDS | {"module"},
)

LANGUAGES: Mapping[str, Table] = {"ruby": TABLE}
