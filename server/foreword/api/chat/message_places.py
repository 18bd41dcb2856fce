"""Places that a client's message points at, by URI: a file of the workspace, lines of it, a symbol, or a text of its own.

file:///srv/app/a.py                  the file
file:///srv/app/a.py#L10:20           lines of it; also #L10, #L10-20 and #L10-L20
file:///srv/app/a.py?symbol=total     a definition in it
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from foreword.assist.question.pointers import AttachmentRef
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.core.documents.text import printable
from foreword.core.documents.uri import path_of_uri
from foreword.core.errors import UsageError
from foreword.core.exclusion import reason_in_spite_of_user

MAX_PLACES = 100
MAX_TEXT = 200_000
"""Characters of a text that is no file of the workspace."""
_SYMBOL = re.compile(r"\?symbol=([^&#]*)")
_LINES = re.compile(r"#L(\d{1,9})(?:[:-]L?(\d{1,9}))?$")


@dataclass(frozen=True, slots=True)
class MessagePlace:
    """What a URI points at; `words` stand for it in the text of the message. Without a `place` it is only named.

    `unsaved` is the text that the client has of the whole file.
    """

    words: str
    place: AttachmentRef | None = None
    unsaved: str | None = None


def linked_place(root: Path, uri: str, name: str) -> MessagePlace:
    """What a link to a resource points at.

    Raises:
        UsageError: it is a file of somewhere else.
    """
    found = _in_workspace(root, uri)
    if found is None:
        if uri.lower().startswith("file:"):
            raise UsageError(f"{uri} is no file of this workspace: attach one in {root.name}")
        return MessagePlace(f"[{name}]({uri})")
    if (root / found.path).is_dir():
        return MessagePlace(f"`{found.path}/`")
    return MessagePlace(_words(found), found)


def embedded_place(root: Path, uri: str, text: str) -> MessagePlace:
    """What a resource with its text is: a file of the workspace as the client has it, or a text of its own.

    Raises:
        UsageError: the text is too long, or that of a file that is never shown.
    """
    found = _in_workspace(root, uri)
    if found is not None:
        # Of a part the client gives the part alone: the lines are taken from the file.
        is_whole = found.first is None and not found.symbol
        return MessagePlace(_words(found), found, text if is_whole else None)
    if len(text) > MAX_TEXT:
        raise UsageError(f"{uri} has more than {MAX_TEXT:,} characters: attach a part of it")
    # The client chose the name: on one line it can't add lines of its own to the prompt.
    path = " ".join(printable(unquote(uri.partition(":")[2])).split()).strip("/")
    name = path.rpartition("/")[2] or "text"
    # By its whole path, of which later only the name is known.
    if (reason := reason_in_spite_of_user(path)) is not None:
        raise UsageError(f"{name} is left out ({reason}): attach something else")
    return MessagePlace(f"`{name}`", AttachmentRef(name, text=text))


def _in_workspace(root: Path, uri: str) -> AttachmentRef | None:
    lines, symbol = _LINES.search(uri), _SYMBOL.search(uri)
    bare = _SYMBOL.sub("", uri.partition("#")[0])
    path = path_of_uri(bare, windows=os.name == "nt")
    inside = workspace_path(root, Path(path)) if path is not None else None
    if inside is None:
        return None
    first = int(lines[1]) if lines else None
    last = int(lines[2] or lines[1]) if lines else None
    if first is not None and last is not None and not 1 <= first <= last:
        raise UsageError(f"{uri} has no such lines: count from 1, the first before the last")
    return AttachmentRef(inside, first, last, unquote(symbol[1]) if symbol else "")


def _words(place: AttachmentRef) -> str:
    if place.first is not None:
        return f"`{place.path}:{place.first}-{place.last}`"
    return f"`{place.symbol}` in `{place.path}`" if place.symbol else f"`{place.path}`"
