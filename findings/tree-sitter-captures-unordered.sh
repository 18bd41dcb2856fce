#!/usr/bin/env bash
# tree-sitter 0.26.1 (Python), tree-sitter-python 0.25.0.
#
# Guess: `QueryCursor.captures` gives the nodes of a capture in the order of the source, as `matches` and tree-sitter's own library do.
# Seen: it gives them in no order: they go through a set of Python.
# Why it matters: the first definition, the doc comment above one, "the nearest before this line" are wrong, and a text made of the nodes differs
#   between two runs on one file. In a test of a few nodes they are often in order.
# In the product: outlines are made by walking the tree, and no query is used (`index/outline/definitions.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tree-sitter==0.26.1 tree-sitter-python==0.25.0

cat >order.py <<'PYTHON'
import tree_sitter_python
from tree_sitter import Language, Parser, Query, QueryCursor

language = Language(tree_sitter_python.language())
tree = Parser(language).parse(b"".join(b"def f%d(): ...\n" % number for number in range(200)))
query = Query(language, "(function_definition name: (identifier) @name)")
captured = [node.start_point.row for node in QueryCursor(query).captures(tree.root_node)["name"]]
matched = [found["name"][0].start_point.row for _, found in QueryCursor(query).matches(tree.root_node)]
print("captures, lines:", captured[:8], "...")
print("matches, lines:", matched[:8], "...")
assert sorted(captured) == matched == list(range(200))
assert captured != matched
PYTHON

venv/bin/python order.py
echo "as described"
