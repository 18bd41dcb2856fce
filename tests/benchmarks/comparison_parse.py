"""Parse the files named on standard input, each path ended by a zero byte, and do nothing with the trees.

    python comparison_parse.py ROOT < paths

It is what any index by tree-sitter costs at least: the same grammars, in one process.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tree_sitter import Parser

from foreword.core.language import language_of
from foreword.index.outline.grammar import load
from foreword.index.outline.languages import TABLES


def main() -> None:
    root, parsers = Path(sys.argv[1]), dict[str, Parser]()
    n_files = n_bytes = 0
    for path in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\0"):
        language = language_of(path)
        if language is not None and language in TABLES:
            parser = parsers.get(language) or parsers.setdefault(language, Parser(load(language).language))
            text = (root / path).read_bytes()
            parser.parse(text)
            n_files += 1
            n_bytes += len(text)
    print(n_files, n_bytes)


if __name__ == "__main__":
    main()
