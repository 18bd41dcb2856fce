#!/usr/bin/env bash
# pdoc 16.0.0, Python 3.11 and later.
#
# Guess: a page shows every name of a module's `__all__`, also one that the module gives by `__getattr__` (PEP 562), as packages do
#   that import quickly; and the types of a named tuple's fields where annotations are postponed (PEP 563).
# Seen: a lazy name is not looked up: it stands on the page as an empty name, and gives a warning; a field's type that is an alias of the same module is "not
#   defined", with a warning, while the same field of a dataclass is fine. Both are well as soon as the name stands in the
#   module's dictionary and the constructor's annotations are resolved.
# Why it matters: pages that are built with warnings as failures can't be, for code that every type checker takes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pdoc==16.0.0

cat >"$work/lazy.py" <<'PYTHON'
"""A module with a name that is loaded when it is used."""
import importlib

__all__ = ["Fraction"]


def __getattr__(name: str) -> object:
    return getattr(importlib.import_module("fractions"), name)
PYTHON
cat >"$work/postponed.py" <<'PYTHON'
"""Two values with the same field."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["a", "b"]


@dataclass
class Plain:
    """A dataclass."""

    kind: Kind


class Named(NamedTuple):
    """A named tuple."""

    kind: Kind
PYTHON

cd "$work"
PYTHONPATH=. venv/bin/python -m pdoc -o pages lazy postponed 2>&1 | tee said
echo "what the page says of the class: $(grep -c 'numerator' pages/lazy.html || true) lines"
grep -q "Found 'Fraction' in lazy.__all__, but it does not resolve" said
grep -q "ForwardRef('Kind') for postponed.Named.__init__" said
! grep -q "postponed.Plain" said
[[ $(grep -c 'numerator' pages/lazy.html || true) == 0 ]]
echo "as described"
