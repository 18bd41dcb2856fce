"""A parse within a limit of time, for a process that has other work to do; what could bring it down is refused.

A grammar is a program in C that comes with its package. Some texts keep one busy for very long, and while it parses nothing
else happens in the process. A text is therefore handed over by a function, which lets other threads run and can stop the parser.
Worker processes need none of this: one that takes too long is killed, see `build/parse_workers.py`.
"""

from __future__ import annotations

from time import monotonic

from tree_sitter import Parser, Point, Tree

from foreword.index.outline.languages.rule import Table

# While a grammar parses nothing else happens in the process. A saved file that takes longer goes to a worker.
LIMIT_S = 1.0
SLICE = 1 << 16


def can_be_parsed(table: Table, data: bytes) -> bool:
    """Whether the parser of a language survives a text."""
    return table.crash is None or table.crash.search(data) is None


def parse_within(limit_s: float, parser: Parser, data: bytes, before: Tree | None = None) -> Tree | None:
    """The tree of a text, or None if it takes longer than `limit_s` seconds; `before` is that of an earlier text, edited."""
    end = monotonic() + limit_s

    def read(at: int, _: Point) -> bytes:
        return data[at : at + SLICE]

    def is_too_late(_at: int, _has_error: bool) -> bool:
        return monotonic() > end

    try:
        if before is None:
            return parser.parse(read, progress_callback=is_too_late)
        return parser.parse(read, before, progress_callback=is_too_late)
    except ValueError:  # how tree-sitter says that it was stopped
        parser.reset()  # it would go on with this text
        return None


def n_error_bytes(tree: Tree) -> int:
    """How many bytes the parser could make no sense of; a token that it missed counts as one."""
    n_bytes, stack = 0, [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            n_bytes += node.end_byte - node.start_byte + 1
        elif node.has_error:
            stack.extend(node.children)
    return n_bytes
