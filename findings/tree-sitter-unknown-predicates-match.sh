#!/usr/bin/env bash
# tree-sitter 0.26.1 (Python), tree-sitter-python 0.25.0.
#
# Guess: a query with a predicate that the library does not know is refused, as one with a wrong number of arguments is.
# Seen: it is taken, and the predicate is as if it were not there: `#lua-match?`, `#contains?`, `#vim-match?` and a misspelt `#any_of?` match
#   every node.
# Why it matters: queries come from Neovim's and Helix's collections, which use just these. The tool finds too much, without a word, and a
#   typing error in a query of one's own is never noticed.
# In the product: no query is used (`index/outline/definitions.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tree-sitter==0.26.1 tree-sitter-python==0.25.0

cat >matched.py <<'PYTHON'
import tree_sitter_python
from tree_sitter import Language, Parser, Query, QueryCursor, QueryError

language = Language(tree_sitter_python.language())
root = Parser(language).parse(b"lower\nUpper\n").root_node


def matched(predicate):
    try:
        query = Query(language, f"((identifier) @name (#{predicate}))")
    except QueryError as error:
        return f"refused: {error}"
    return [found["name"][0].text.decode() for _, found in QueryCursor(query).matches(root)]


seen = {
    one: matched(one)
    for one in ('match? @name "^U"', 'lua-match? @name "^U"', 'contains? @name "U"', 'any_of? @name "Upper"', 'eq? @name "a" "b"')
}
for predicate, found in seen.items():
    print(f"#{predicate}: {found}")
first, *unknown, last = seen.values()
assert first == ["Upper"]
assert unknown == [["lower", "Upper"]] * 3
assert "refused" in last
PYTHON

venv/bin/python matched.py
echo "as described"
