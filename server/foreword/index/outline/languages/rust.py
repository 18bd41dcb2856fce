"""Rust: items; the items of an `impl` block belong to its type, the block itself is no definition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.bodies import Bodies, in_braces
from foreword.index.outline.languages.mask import blank_matches, blank_spans, unwrapped
from foreword.index.outline.languages.rule import Found, Rule, Scope, Table, containers, last_part, text

_AROUND_TYPES = frozenset(("generic_type", "reference_type", "pointer_type", "dynamic_type"))


def _impl(node: Node, _scope: Scope) -> Iterable[Found]:
    """`impl Trait for path::Type<T>`: a scope named `Type`."""
    target = node.child_by_field_name("type")
    while target is not None and target.type in _AROUND_TYPES:
        target = target.child_by_field_name("trait" if target.type == "dynamic_type" else "type")
    name, _ = last_part(text(target), "::")
    body = node.child_by_field_name("body")
    return (Found(node, "struct", name, body, (body,) if body else (), listed=False),)


_FN = (
    rb"(?:pub(?:\([^\n)]{0,60}\))?[ \t]+)?(?:default[ \t]+)?(?:const[ \t]+)?(?:async[ \t]+)?(?:unsafe[ \t]+)?"
    rb"(?:extern[ \t]+\"C\"[ \t]+)?fn\b[^\n{}]{0,300}"
)
_BODIES = Bodies(in_braces(b"(?:" + _FN + rb"|\)(?:[ \t]*->[^\n{}]{0,300})?[ \t]*)"))


_MACRO_WITH_ITEMS = re.compile(
    rb"\n([ \t]*+)(?!macro_rules!)(?:\w+::)*\w+![ \t]*[{(](?=[ \t]*\n(?:[ \t]*(?:\n|//[^\n]*\n|#\[[^\n]*\n))*+"
    rb"[ \t]*(?:if[ \t]+#\[|(?:pub(?:\([^\n)]*\))?[ \t]+)?(?:(?:async|unsafe|const)[ \t]+)*"
    rb"(?:fn|struct|enum|trait|impl|mod|static|const|type|union)\b[^\n!]))"
)
"""The call of a macro that holds items, as `cfg_if!` and `bitflags!`."""
_CONDITION = re.compile(rb"\n([ \t]*+)if[ \t]+#\[[^\n]*\{(?=[ \t]*\r?\n)")
_ELSE = re.compile(rb"\}[ \t]*else\b[^\n{]*\{|\}")
_FLAGS = re.compile(rb"\n[ \t]*+(?:pub(?:\([^\n)]*\))?[ \t]+)?struct[ \t]+\w+([ \t]*:[ \t]*\w+)(?=[ \t]*\{)")
_STATIC = re.compile(rb"\bstatic[ \t]+(ref)(?=[ \t]+\w)")
_CONST_TRAIT = re.compile(
    rb"\n[ \t]*+(?:pub(?:\([^\n)]*\))?[ \t]+)?(const)(?=[ \t]+(?:unsafe[ \t]+)?trait\b)"
)
_TRAIT_ALIAS = re.compile(rb"\btrait(?=[ \t]+\w+(?:<[^\n=]{0,200}>)?[ \t]*=[^\n=]*;)")


def _mask(data: bytes) -> bytes:
    """Without the calls of macros around items, and what is too new for the grammar."""
    data = b"\n" + data
    if b"! {\n" in data or b"!{\n" in data or b"!(\n" in data:
        data = unwrapped(data, _MACRO_WITH_ITEMS)
        if b"if #[" in data:
            data = _without_conditions(data)
    for sign, pattern in _MASKS:
        if sign in data:
            data = blank_matches(data, pattern)
    if b"trait " in data:
        data = _TRAIT_ALIAS.sub(b"type ", data)
    return data[1:]


def _without_conditions(data: bytes) -> bytes:
    """`data` without the branches of `cfg_if!`, whose items all belong to what is around."""
    changed = bytearray(data)
    for match in _CONDITION.finditer(data):
        blank_spans(changed, (match.span(),))
        closing = b"\n" + match[1] + b"}"
        end = data.find(closing, match.end())
        while end >= 0 and (other := _ELSE.match(data, end + len(closing) - 1)):
            blank_spans(changed, (other.span(),))
            end = data.find(closing, other.end()) if other.end() > end + len(closing) else -1
    return bytes(changed)


_MASKS = ((b"bitflags", _FLAGS), (b"static ref", _STATIC), (b"const trait", _CONST_TRAIT))

TABLE = Table(
    mask=_mask,
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
