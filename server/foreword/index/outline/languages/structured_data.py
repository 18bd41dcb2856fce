"""JSON, YAML and TOML: the keys of the first two levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import Bodies, Span, matched
from foreword.index.outline.languages.rule import Found, Rule, Scope, Table, containers, named_child, text
from foreword.index.outline.languages.template_mask import mask_templates

_MAX_DEPTH = 2
_LIMITS: Mapping[DefinitionKind, int] = MappingProxyType({"key": 200, "table": 200})


def _pair(node: Node, scope: Scope) -> Iterable[Found]:
    """A key with its value, which may hold more keys."""
    if scope.depth >= _MAX_DEPTH:
        return ()
    value = node.child_by_field_name("value")
    holds_keys = value is not None and value.type not in {"array", "string"} and scope.depth + 1 < _MAX_DEPTH
    inside = (value,) if value is not None and holds_keys else ()
    return (Found(node, "key", node.child_by_field_name("key"), None, inside),)


def _toml_pair(node: Node, scope: Scope) -> Iterable[Found]:
    """A key; `a.b` is one name, as in the header of a table."""
    return (Found(node, "key", text(named_child(node, 0))),) if scope.depth < _MAX_DEPTH else ()


def _toml_table(node: Node, _scope: Scope) -> Iterable[Found]:
    """A table up to its last key: the blank lines before the next one are not its own."""
    last = node.named_children[-1] if node.named_child_count else node
    first_pair = named_child(node, 1)
    return (
        Found(node, "table", text(named_child(node, 0)), first_pair, (node,), end_line=last.end_point[0] + 1),
    )


_FIRST_LINES = re.compile(rb"\s*+(?:(\[)\r?\n|\{\r?\n([ \t]{1,16}+)\")")
_OPENS_LIST = rb"\"[^\n]*+(?:(?<=\[)|(?<=\[\r))"
_OPENS = rb"\"[^\n]*+(?:(?<=[\[{])|(?<=[\[{]\r))"


def _deep_values(data: bytes) -> Sequence[Span]:
    """Objects and lists below the second level of a JSON text, and lists at the first one, if lines are indented by level.

    Where the text is one list, all that it holds.
    """
    first = _FIRST_LINES.match(data)
    if first is None:
        return ()
    if first[1]:
        end = data.rfind(b"\n", 0, len(data.rstrip()))
        return ((first.end() - 1, end),) if data[end + 1 :].strip() == b"]" else ()
    indent = first[2]
    return matched(
        re.compile(
            rb"\n%b(?:%b%b|%b%b%b)"
            % (indent, _OPENS_LIST, _below(indent, rb"\]"), indent, _OPENS, _below(2 * indent, rb"[}\]]"))
        )
    )(data)


def _below(indent: bytes, closing: bytes) -> bytes:
    """A group of the lines that are indented deeper, up to one that closes what they are in."""
    return rb"(\n(?:%b[ \t][^\n]*+\n)*+)%b%b" % (indent, indent, closing)


JSON = Table(
    bodies=Bodies(_deep_values),
    rules={**containers("document", "object"), "pair": Rule(read=_pair)},
    limits=_LIMITS,
)
_TOO_DEEP = re.compile(rb"^[ \t?:-]{200}", re.MULTILINE)
"""Matches all texts that crash the process in tree-sitter-yaml 0.7.2, and harmless ones, which nobody writes by hand."""

YAML = Table(
    crash=_TOO_DEEP,
    mask=mask_templates,
    rules={
        **containers("stream", "document", "block_node", "block_mapping", "flow_node", "flow_mapping"),
        "block_mapping_pair": Rule(read=_pair),
        "flow_pair": Rule(read=_pair),
    },
    limits=_LIMITS,
)
TOML = Table(
    rules={
        **containers("document"),
        "table": Rule(read=_toml_table),
        "table_array_element": Rule(read=_toml_table),
        "pair": Rule(read=_toml_pair),
    },
    limits=_LIMITS,
)

LANGUAGES: Mapping[str, Table] = {"json": JSON, "yaml": YAML, "toml": TOML}
