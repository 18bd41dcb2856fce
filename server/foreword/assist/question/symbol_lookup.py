"""Definitions by the name that people write: plain, or with what they are in (`QuerySet.filter`, `Foo::bar`)."""

from __future__ import annotations

import re
from itertools import islice

from foreword.core.outline import Definition
from foreword.index.index import Index

_SEPARATOR = re.compile(r"\.|::|#")


def find_by_beginning(index: Index, written: str, limit: int) -> list[tuple[str, Definition]]:
    """The definitions of a name, else those whose names begin so, whatever the case; at most `limit`."""
    exact = find_definitions(index, written) if written.strip() else []
    if exact:
        return exact[:limit]
    begin = written.strip().lower()
    every = ((path, one) for path, outline in index.outlines(begin) for one in outline.definitions)
    return list(islice((pair for pair in every if pair[1].name.lower().startswith(begin)), limit))


def find_definitions(index: Index, written: str) -> list[tuple[str, Definition]]:
    """The definitions of a name by path and line; those in the named parent alone, if there are any."""
    *parents, name = _SEPARATOR.split(written.strip("`() "))
    found = index.definitions(name) if name else []
    within = [pair for pair in found if parents and pair[1].parent == parents[-1]]
    # A parent that is not known may be an alias or a module; the name alone still helps.
    return within or found
