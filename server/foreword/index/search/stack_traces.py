"""The places that a text names: paths, and the lines of tracebacks and compiler errors as tools write them.

Python (`File "a.py", line 3`, the innermost frame last), Java and Kotlin (`at com.acme.Box.open(Box.java:3)`), Node,
Go, Rust, C and others (`a.ts:3:1`, `a.cpp(3)`, `a.cs:line 3`, `a.php on line 3`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FRAME = re.compile(
    r'File "(?P<python>[^"\n]+)", line (?P<python_line>\d{1,9})'
    r"|\bat (?:[\w.@-]*/)*(?P<package>(?:[\w$]+\.)*)[\w$]+\.[\w$<>]+"
    r"\((?P<java>[\w$]+\.(?:java|kt|scala|groovy)):(?P<java_line>\d{1,9})\)"
    r"|(?<![\w@.+/\\-])(?P<path>[\w@.+/\\-]+\.[A-Za-z]\w{0,9})(?:(?:[:(](?:line )?| (?:on )?line )(?P<line>\d{1,9}))?"
)
"""A path is looked for at the beginning of a run of its characters only: at every character of it, a long run (a dump in
base 64) would take minutes. A number of more than nine digits is no line."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A path, or its end, that a question names, with a line number if there is one."""

    path: str
    line: int | None = None


def places_in(text: str) -> tuple[TraceLine, ...]:
    """The places in `text`, the most telling first: innermost frames, other lines, and then files without a line."""
    python, others = list[TraceLine](), list[TraceLine]()
    for found in _FRAME.finditer(text):
        if found["python"]:
            python.append(_place(found["python"], found["python_line"]))
        elif found["java"]:
            others.append(_place(found["package"].replace(".", "/") + found["java"], found["java_line"]))
        else:
            others.append(_place(found["path"], found["line"]))
    ordered = sorted([*reversed(python), *others], key=lambda place: place.line is None)
    return tuple(dict.fromkeys(ordered))


def _place(path: str, line: str | None) -> TraceLine:
    return TraceLine(path.replace("\\", "/").removeprefix("./"), int(line) if line else None)
