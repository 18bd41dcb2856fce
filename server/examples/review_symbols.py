"""Ask the same about each definition of a name, all over one warm prefix, as JSON lines.

python review_symbols.py FOLDER NAME

A question that can't be answered gives an object with an error, and the rest goes on.
"""

import json
import sys

from foreword import open_workspace

folder, name = sys.argv[1:]
with open_workspace(folder, trusted=True, settings={"batch.parallel": 2}) as workspace:
    questions = [
        {
            "id": f"{symbol.path}:{symbol.definition.line}",
            "question": f"What could go wrong in `{name}`?",
            "path": f"{symbol.path}:{symbol.definition.line}-{symbol.definition.end_line}",
        }
        for symbol in workspace.symbols(name)
    ]
    for one in workspace.batch(questions):
        text = one.answer.text if one.answer else None
        print(json.dumps({"place": one.id, "text": text, "error": str(one.error) if one.error else None}))
