"""HTML and CSS: headings, elements with an id, and selectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from foreword.index.languages.rule import (
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
_MAX_TEXT_NODES = 50


def _element(node: Node, _scope: Scope) -> Iterable[Found]:
    """A heading with a text, or an element with an id, which is called `#id` as in a style sheet."""
    tag = child_of_kind(node, "start_tag", "self_closing_tag")
    if tag is None:
        return (Found(node, inside=(node,)),)
    if text(child_of_kind(tag, "tag_name")).lower() in _HEADINGS:
        return (Found(node, "heading", " ".join(" ".join(_texts(node)).split())),)
    identity = _identity(tag)
    return (
        Found(
            node, "selector" if identity else None, identity and f"#{identity}", named_child(node, 1), (node,)
        ),
    )


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

CSS = Table(
    rules={
        **containers("stylesheet", "block"),
        "media_statement": Rule(body=("<block>",), descend=True),
        "supports_statement": Rule(body=("<block>",), descend=True),
        "at_rule": Rule(body=("<block>",), descend=True),
        "rule_set": Rule("selector", name=("<selectors>",), body=("<block>",), descend=True),
    },
)
