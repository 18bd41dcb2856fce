"""Ask a question about a repository; print the answer, the places it points at, and what it cost.

python ask_and_cite.py FOLDER QUESTION

Without an API key it is answered offline, from the index alone. Running this is a grant: what the question needs of the
folder may be sent to the provider.
"""

import sys

from foreword import ForewordError, open_workspace

folder, question = sys.argv[1:]
try:
    with open_workspace(folder, trusted=True) as workspace:
        answer = workspace.ask(question)
except ForewordError as error:
    sys.exit(f"{type(error).__name__}: {error}")

print(answer.text)
for place in answer.citations:
    print(f"  {place.path}:{place.start_line}-{place.end_line}")
receipt = answer.receipt
label = "would cost" if receipt.simulated else "cost"
print(f"{answer.model}: {label} ${receipt.cost:.4f}, cache {receipt.verdict.kind}")
