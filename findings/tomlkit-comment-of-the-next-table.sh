#!/usr/bin/env bash
# tomlkit 0.15.2.
#
# Guess: a comment right above a table's header belongs to that table: a key that is added to the table before comes above the comment, and
#   the comment stays when that table is deleted.
# Seen: all that stands between two tables is part of the first one. A new key of it comes between the comment and the header that it is
#   about, and deleting the first table deletes the comment of the second.
# Why it matters: a tool that sets one value in somebody's settings tears their explanations from what they explain. The values are right,
#   so no test that reads them back sees it.
# In the product: `workspace/project_file.py` takes such comments off before it adds `pins`, and puts them back. That would be
#   unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tomlkit==0.15.2

cat >settings.py <<'PYTHON'
import tomlkit

TEXT = '[context]\nbudget = 1\n\n# What a day may cost.\n[limits]\nday = 5\n'

added = tomlkit.parse(TEXT)
added["context"]["depth"] = 2
print("-- a key is added to [context]\n" + tomlkit.dumps(added))
assert "# What a day may cost.\ndepth = 2\n[limits]" in tomlkit.dumps(added)

deleted = tomlkit.parse(TEXT)
del deleted["context"]
print("-- [context] is deleted\n" + tomlkit.dumps(deleted))
assert tomlkit.dumps(deleted) == "[limits]\nday = 5\n"
PYTHON

venv/bin/python settings.py
echo "as described"
