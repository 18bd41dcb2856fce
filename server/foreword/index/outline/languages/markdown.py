"""Markdown: headings, nested by their level, each down to the line before the next of its level or above."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from foreword.index.outline.languages.bodies import Bodies
from foreword.index.outline.languages.prose import LEAST_BYTES, beside_headings
from foreword.index.outline.languages.rule import Found, Rule, Scope, Table, text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: `level` 1 to 6, `title` without its marks."""

    node: Node
    level: int
    title: str


def _document(node: Node, _scope: Scope) -> Iterator[Found]:
    """All headings: the grammar nests sections by `#` headings only, so the nesting is made here."""
    headings = list(_headings(node))
    last = node.end_point[0] + (1 if node.end_point[1] else 0)
    above: list[Heading] = []
    ends = _end_lines(headings, last)
    for heading, end in zip(headings, ends, strict=True):
        while above and above[-1].level >= heading.level:
            above.pop()
        yield Found(
            heading.node, "heading", heading.title, parent=above[-1].title if above else "", end_line=end
        )
        above.append(heading)


def _headings(document: Node) -> Iterator[Heading]:
    """The headings of the document's own sections, not those in quotes and lists."""
    stack = [document]
    while stack:
        node = stack.pop()
        if node.type in {"atx_heading", "setext_heading"}:
            yield Heading(node, _level(node), _title(node))
        elif node.type in {"document", "section"}:
            stack.extend(node.named_children[::-1])


def _level(heading: Node) -> int:
    """The level, from the kind of its marker: `atx_h2_marker`, `setext_h1_underline`."""
    markers = (child.type for child in heading.named_children if child.type.startswith(("atx_h", "setext_h")))
    marker = next(markers, "atx_h1_marker")
    return int(marker.partition("_h")[2][0])


def _title(heading: Node) -> str:
    title = " ".join(text(heading.child_by_field_name("heading_content")).split())
    return title.rstrip("#").rstrip() if heading.type == "atx_heading" else title


def _end_lines(headings: list[Heading], last: int) -> Iterable[int]:
    """The last line (1-based) of each heading's section."""
    ends = [last] * len(headings)
    opened: list[int] = []
    for index, heading in enumerate(headings):
        while opened and headings[opened[-1]].level >= heading.level:
            ends[opened.pop()] = heading.node.start_point[0]
        opened.append(index)
    return ends


TABLE = Table(
    rules={"document": Rule(read=_document)},
    bodies=Bodies(beside_headings, least=LEAST_BYTES),
)

LANGUAGES: Mapping[str, Table] = {"markdown": TABLE}
