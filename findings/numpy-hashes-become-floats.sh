#!/usr/bin/env bash
# numpy 2.4.6.
#
# Guess: an array made of a list of 64-bit hashes holds these hashes, or an error says that it can't; and two arrays of integers are joined
#   and compared as integers.
# Seen: a list with one hash above 2**63 and one below becomes an array of floats without a word, and hashes that differ are equal. `uint64`
#   beside `int64` becomes float in `concatenate` and `intersect1d`, which finds a common number that neither array has; `isin` finds none.
# Why it matters: names, terms and files are looked up by such hashes. About one small list in two is all above or all below and works,
#   so tests pass.
# In the product: nothing; hashes of terms have 32 bits and every array of them names its type (`index/text/term_table.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check numpy==2.4.6

cat >hashes.py <<'PYTHON'
import numpy as np

high, low = 2**63 + 1, 2**62 + 1
both = np.array([high, low])
print("high and low:", both.dtype, "| kept:", [int(one) for one in both] == [high, low])
print("high alone:", np.array([high, high + 2]).dtype, "| low alone:", np.array([low, low + 2]).dtype)
print("equal to their neighbours:", bool((both == np.array([high + 1, low + 1])).all()))
ours, theirs = np.array([2**53 + 1], np.uint64), np.array([2**53], np.int64)
print("joined:", np.concatenate([ours, theirs]).dtype)
print("common:", np.intersect1d(ours, theirs).tolist(), "| isin:", np.isin(ours, theirs).tolist())
assert both.dtype == np.float64
assert (both == np.array([high + 1, low + 1])).all()
assert np.intersect1d(ours, theirs).size == 1
assert not np.isin(ours, theirs).any()
PYTHON

venv/bin/python hashes.py
echo "as described"
