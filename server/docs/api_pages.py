"""Makes the pages of the public Python API out of its docstrings, in a folder.

    python -W error server/docs/api_pages.py FOLDER

They are checked by the tests and published nowhere. Whatever `foreword` exports is public, and nothing else is shown.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_type_hints

import pdoc

import foreword


def main(folder: Path) -> None:
    """Write `foreword.html` and what it needs."""
    for name in foreword.__all__:
        value = getattr(foreword, name)
        # pdoc reads a module's dictionary and never asks its `__getattr__`, by which the names are loaded.
        setattr(foreword, name, value)
        if hasattr(value, "_fields"):
            # The constructor of a named tuple knows its annotations as texts, but not the module where they mean something.
            value.__new__.__annotations__ = get_type_hints(value)
    pdoc.render.configure(docformat="google", search=False)
    pdoc.pdoc("foreword", r"!foreword\.", output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
