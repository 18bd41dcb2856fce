#!/usr/bin/env bash
# CPython 3.11 to 3.13 (whatever python3 is on PATH is tried, and its version told); nothing is installed.
#
# Guess: equal values have equal `marshal` bytes in one version of Python, and one value has the same bytes whenever it is asked for.
# Seen: from format 3 on the bytes say which objects are the same one, and mark every object that somebody else holds too. Equal values whose
#   parts are or are not one object differ, and a value differs from itself once another variable refers to a part of it. Format 2
#   gives equal bytes.
# Why it matters: a digest of such bytes is no name of the value: a cache that is keyed by it misses, and "nothing changed" is seen as a change.
# In the product: digests are made of the bytes as stored, to tell damage, and never to compare values
#   (`index/store/outline_store.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 --version
python3 - <<'PYTHON'
import marshal


def text():
    return "".join(["a", "name"])


one = text()
shared, apart = (one, one), (text(), text())
print("equal values:", shared == apart, "| equal bytes:", marshal.dumps(shared) == marshal.dumps(apart))
value = [(text(), 1000 + number) for number in range(3)]
before = marshal.dumps(value)
held = [part for pair in value for part in pair]
print("the same value, held elsewhere too:", before == marshal.dumps(value))
print("format 2:", marshal.dumps(shared, 2) == marshal.dumps(apart, 2))
assert shared == apart
assert marshal.dumps(shared) != marshal.dumps(apart)
assert before != marshal.dumps(value)
assert marshal.dumps(shared, 2) == marshal.dumps(apart, 2)
PYTHON
echo "as described"
