"""The mask of texts that hold templates: those of Helm and Ansible in YAML, of Jinja and ERB elsewhere.

A line of templates alone is blank. What stands beside other text becomes letters, as its value would be.
"""

from __future__ import annotations

import re

from foreword.index.outline.languages.mask import blanks, letters

_MARKS = rb"\{\{[^}]*+(?:\}(?!\})[^}]*+)*+\}\}\}?|\{%[^%]*+(?:%(?!\})[^%]*+)*+%\}|\{#[^#]*+(?:#(?!\})[^#]*+)*+#\}|<%[^%]*+(?:%(?!>)[^%]*+)*+%>"
_LINES = re.compile(rb"^[ \t]*(?:(?:" + _MARKS + rb")[ \t]*)+(?=\r?$)", re.MULTILINE)
_INLINE = re.compile(_MARKS)
_SIGNS = ((b"{{", b"}}"), (b"{%", b"%}"), (b"<%", b"%>"))


def mask_templates(data: bytes) -> bytes:
    """`data` without templates."""
    if not any(start in data and end in data for start, end in _SIGNS):
        return data
    end = (
        max(data.rfind(end) for _, end in _SIGNS) + 2
    )  # what nothing closes would be looked for again and again
    head = _LINES.sub(lambda match: blanks(match[0]), data[:end])
    return _INLINE.sub(_as_value, head) + data[end:]


def _as_value(match: re.Match[bytes]) -> bytes:
    """Letters for a template within a line, blanks if it has line ends: a value has none."""
    return blanks(match[0]) if b"\n" in match[0] else letters(match[0])
