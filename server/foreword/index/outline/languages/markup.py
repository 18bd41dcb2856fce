"""HTML and CSS: headings, elements with an id, and selectors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tree_sitter import Node

from foreword.index.outline.languages.bodies import Bodies, matched
from foreword.index.outline.languages.rule import (
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    named_child,
    text,
)

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TAGS = ("start_tag", "self_closing_tag")
_TEXT_AND_TAGS = 3
_MAX_TEXT_NODES = 50


def _element(node: Node, _scope: Scope) -> Iterable[Found]:
    """A heading with a text, or an element with an id, which is called `#id` as in a style sheet.

    The bytes of a tag tell whether it may be one of these; hardly any is.
    """
    tag = named_child(node, 0)
    if tag is None or tag.type not in _TAGS:
        tag = child_of_kind(node, *_TAGS)
    raw = (tag.text or b"").lower() if tag is not None else b""
    if tag is None or not (b"id" in raw or raw.startswith(b"<h")):
        return () if _holds_only_text(node) else (Found(node, inside=(node,)),)
    if text(child_of_kind(tag, "tag_name")).lower() in _HEADINGS:
        return (Found(node, "heading", " ".join(" ".join(_texts(node)).split())),)
    identity = _identity(tag)
    return (
        Found(
            node, "selector" if identity else None, identity and f"#{identity}", named_child(node, 1), (node,)
        ),
    )


def _holds_only_text(node: Node) -> bool:
    """Whether an element has a text between its tags and nothing else."""
    within = named_child(node, 1) if node.named_child_count == _TEXT_AND_TAGS else None
    last = named_child(node, 2) if within is not None and within.type == "text" else None
    return last is not None and last.type == "end_tag"


def _identity(tag: Node) -> str | None:
    """The value of the tag's id attribute."""
    for attribute in tag.named_children:
        if attribute.type == "attribute" and text(named_child(attribute, 0)).lower() == "id":
            return text(named_child(attribute, 1)).strip("\"' \n") or None
    return None


def _texts(node: Node) -> Iterator[str]:
    """The first texts in `node`."""
    stack = [node]
    for _ in range(_MAX_TEXT_NODES):
        if not stack:
            return
        top = stack.pop()
        if top.type in {"text", "entity"}:
            yield text(top)
        stack.extend(top.named_children[::-1])


HTML = Table(
    rules={
        **containers("document"),
        "element": Rule(read=_element),
        "script_element": Rule(read=_element),
        "style_element": Rule(read=_element),
    },
)

_DECLARATIONS = Bodies(
    matched(re.compile(rb"\{[ \t]*\r?\n((?:[ \t]++[^\n{}*]*+\n|\r?\n)++)[ \t]*+\}")), least=30
)
"""Of a rule that holds no other rule, and no comment."""

CSS = Table(
    bodies=_DECLARATIONS,
    rules={
        **containers("stylesheet", "block"),
        "media_statement": Rule(body=("<block>",), descend=True),
        "supports_statement": Rule(body=("<block>",), descend=True),
        "at_rule": Rule(body=("<block>",), descend=True),
        "rule_set": Rule("selector", name=("<selectors>",), body=("<block>",), descend=True),
    },
)

LANGUAGES: Mapping[str, Table] = {"css": CSS, "html": HTML}
