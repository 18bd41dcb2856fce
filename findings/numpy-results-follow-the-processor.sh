#!/usr/bin/env bash
# numpy 2.4.6, on x86-64 with AVX-512 (elsewhere there is nothing to compare, and it says so).
#
# Guess: one version of numpy on one system gives the same result for the same input on every machine of a team.
# Seen: `log`, `log1p`, `exp` and `power` differ in the last bit between processors with and without AVX-512, and `argsort` as it comes puts equal
#   values in another order on each of three kinds. `sqrt`, sums, products, and sorting with `kind="stable"` are the same.
# Why it matters: two people rank one repository differently where scores nearly tie, and prompts that are cached by their bytes are no longer the
#   same. One machine, as in CI, never shows it.
# In the product: scores are rounded to six digits before anything is ordered by them, sorts are stable, or of distinct values,
#   or of words that are equal anyway (`index/page_rank.py`), and a base is compared with that of another kind of processor (`tests/e2e/cache/test_base_bytes.py`).
#   The rounding would be unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check numpy==2.4.6

cat >results.py <<'PYTHON'
import hashlib

import numpy as np

values = np.random.default_rng(1).random(100_000) * 10_000 + 1
places = np.random.default_rng(1).integers(0, 50, 5_000)
results = {
    "log": np.log(values),
    "log1p": np.log1p(values),
    "exp": np.exp(values / 1_000),
    "power": values**0.7,
    "argsort": np.argsort(places),
    "sqrt": np.sqrt(values),
    "sum": np.sum(values),
    "bincount": np.bincount(places, weights=values[:5_000]),
    "stable": np.argsort(places, kind="stable"),
}
print(*(f"{name}={hashlib.sha256(np.asarray(one).tobytes()).hexdigest()[:6]}" for name, one in results.items()))
PYTHON

if ! grep -qw avx512f /proc/cpuinfo; then
  echo "no AVX-512 here: nothing to compare"
  exit 77
fi
venv/bin/python results.py | tee with512
NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL" venv/bin/python -W ignore results.py | tee without512
NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL" venv/bin/python -W ignore results.py | tee plain
differing() {
  diff <(tr ' ' '\n' <"$1") <(tr ' ' '\n' <"$2") | sed -n 's/^< \(.*\)=.*/\1/p' | tr '\n' ' '
}
echo "with and without AVX-512: $(differing with512 without512)"
echo "without, and without AVX2 too: $(differing without512 plain)"
[[ $(differing with512 without512) == "log log1p exp power argsort " ]]
[[ $(differing without512 plain) == "argsort " ]]
echo "as described"
