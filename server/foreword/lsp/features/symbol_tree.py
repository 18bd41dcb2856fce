"""The definitions of a document as a tree: each stands in the smallest one whose lines contain its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from foreword.core.documents.position import Range
from foreword.core.outline import Definition


@dataclass(slots=True)
class Named:
    """A definition with the range of all of it and that of its name, in the client's units."""

    definition: Definition
    whole: Range
    name: Range
    children: list[Named] = field(default_factory=list)


def nested(found: Iterable[Named]) -> list[Named]:
    """The definitions that stand in no other, in the order of their lines."""
    tops: list[Named] = []
    around: list[Named] = []
    for one in sorted(found, key=lambda one: (one.whole.start.line, -one.whole.end.line)):
        while around and not _is_in(one, around[-1]):
            around.pop()
        (around[-1].children if around else tops).append(one)
        around.append(one)
    return tops


def _is_in(inner: Named, outer: Named) -> bool:
    """Two on the same lines stand side by side."""
    lines = (inner.whole.start.line, inner.whole.end.line)
    first, last = outer.whole.start.line, outer.whole.end.line
    return lines != (first, last) and first <= lines[0] and lines[1] <= last
