"""Files that a message mentions, as `@path`, `@path:10-20` or `@"path with blanks"`: they are attached to it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from foreword.assist.question.pointers import AttachmentRef, Pointer, parse_pointer
from foreword.core.documents.uri import uri_of_path
from foreword.core.errors import UsageError

MENTION = re.compile(r'(?<![\w@`])@(?:"(?P<quoted>[^"\n]+)"|(?P<plain>[^\s"@]+))')
"""Behind a letter, an `@` belongs to something else, such as an address; doubled or in backticks it is code."""
_TRAILING = ".,;:!?)]}'"
"""Signs of the sentence around a mention."""


def mentioned(text: str, is_file: Callable[[str], bool]) -> tuple[AttachmentRef, ...]:
    """The places that a text mentions, each once; what is no file of the workspace is only a word."""
    found = (_place(match["quoted"], match["plain"], is_file) for match in MENTION.finditer(text))
    return tuple(dict.fromkeys(place for place in found if place is not None))


def attachment_of(root: Path, place: AttachmentRef) -> Mapping[str, Any]:
    """A place as chats keep it for clients: a URI, and a range of whole lines where it has lines."""
    told: dict[str, Any] = {"uri": uri_of_path(str(root / place.path), windows=os.name == "nt")}
    if place.first is not None:
        last = place.last or place.first
        # A range ends at the start of the line behind its last one.
        told["range"] = {
            "start": {"line": place.first - 1, "character": 0},
            "end": {"line": last, "character": 0},
        }
    return told


def mention_of(path: str, first: int = 0, last: int = 0) -> str:
    """What is written for a place, without the `@`."""
    lines = f":{first}-{last}" if first and last > first else f":{first}" if first else ""
    written = f"{path}{lines}"
    return f'"{written}"' if re.search(r'[\s"@]', written) else written


def _place(quoted: str | None, plain: str | None, is_file: Callable[[str], bool]) -> AttachmentRef | None:
    for written in _readings(quoted, plain):
        with suppress(UsageError):  # no place at all: a word
            pointer: Pointer = parse_pointer(written)
            if is_file(pointer.path):
                return AttachmentRef(pointer.path, pointer.first, pointer.last)
    return None


def _readings(quoted: str | None, plain: str | None) -> Iterator[str]:
    """What may be meant, the longest first: a name may end with a sign of the sentence."""
    if quoted is not None:
        yield quoted
        return
    written = plain or ""
    while written:
        yield written
        if written[-1] not in _TRAILING:
            return
        written = written[:-1]
