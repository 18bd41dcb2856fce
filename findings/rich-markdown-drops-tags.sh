#!/usr/bin/env bash
# rich 15.0.0, with markdown-it-py 4.3.0.
#
# Guess: `rich.markdown.Markdown` in a terminal shows HTML in a text as it was written, since it can't show what it means.
# Seen: it drops it: tags in a sentence, and whole blocks with all that stands in them. `List<String>` becomes `List`, while `Map<K, V>`
#   stays, for that is no tag.
# Why it matters: models write types outside of backticks, and what is lost looks right: "call Promise and await it".
# In the product: `cli/live.py` parses answers with HTML switched off. That would be unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check rich==15.0.0 markdown-it-py==4.3.0

cat >shown.py <<'PYTHON'
from rich.console import Console
from rich.markdown import Markdown

Console(width=90).print(
    Markdown(
        "Return List<String> or Map<K, V> from load<T>().\n\n"
        "<details>\nwhat to do then\n</details>\n\n"
        "In code: `List<String>`."
    )
)
PYTHON

venv/bin/python shown.py | tee said
grep -q "Return List or Map<K, V> from load()." said
[[ $(grep -c "what to do then" said || true) == 0 ]]
grep -q "In code: List<String>." said
echo "as described"
