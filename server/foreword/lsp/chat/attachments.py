"""What a client attaches to a chat's message: URIs, ranges and symbols become places in the workspace.

Whole lines are attached, so the units of a range's characters do not matter. A document that is no file yet, which an
editor shows under an `untitled:` URI, is attached as text, for its text is all there is of it. It is in a question only
if the question points at it: nobody asked for the others to be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from foreword.assist.question.attached_media import media_from_json
from foreword.assist.question.pointers import AttachmentRef
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.core.documents.text import printable
from foreword.core.errors import UsageError
from foreword.core.exclusion import reason_in_spite_of_user
from foreword.lsp.connection.convert import path_from_uri
from foreword.lsp.connection.server import ForewordServer

MAX_ATTACHMENTS = 100
MAX_TEXT = 200_000
TEXT_SCHEME = "foreword-text:"
"""Names a text that is no document: a diff, what a terminal shows."""

Attachments = tuple[Mapping[str, Any], ...]


def read_attachments(
    root: Path, given: object, untitled: Callable[[str], tuple[str, str] | None]
) -> tuple[tuple[AttachmentRef, ...], Attachments]:
    """The places of attachments, and the attachments as they are kept with the message.

    `untitled` gives the name and the text of a document that is open and no file yet, by its URI.

    Raises:
        UsageError: they are of the wrong shape, or lead out of the workspace.
    """
    if given is None:
        return (), ()
    if not isinstance(given, list) or len(given) > MAX_ATTACHMENTS:
        raise UsageError(
            f'"attachments" must be a list of up to {MAX_ATTACHMENTS} objects with a "uri" or with "data"'
        )
    read = [_read(root, item, untitled) for item in given]
    return tuple(place for place, _ in read), tuple(kept for _, kept in read)


def _read(
    root: Path, item: object, untitled: Callable[[str], tuple[str, str] | None]
) -> tuple[AttachmentRef, Mapping[str, Any]]:
    if isinstance(item, dict) and "data" in item:
        media = media_from_json(item)
        # Its data stays with the answer alone, in the messages that are sent again.
        return AttachmentRef(media.name, media=media), media.told
    kept = _kept(item)
    return _place(root, kept, untitled(kept["uri"])), kept


def _kept(item: object) -> Mapping[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("uri"), str):
        raise UsageError('each of "attachments" must be an object with a "uri", or with a "kind" and "data"')
    if not isinstance(item.get("symbol") or "", str):
        raise UsageError('the "symbol" of an attachment must be a text')
    text = item.get("text")
    if text is not None and (not isinstance(text, str) or len(text) > MAX_TEXT):
        raise UsageError(f'the "text" of an attachment must be a text of up to {MAX_TEXT:,} characters')
    # Of a document the server has the text itself: what a client says of it is not taken.
    if (text is None) == item["uri"].startswith(TEXT_SCHEME):
        raise UsageError(f'an attachment has a "text" just where its "uri" begins with {TEXT_SCHEME}')
    # These are kept in the chat's store: other keys of a client would stay there for good.
    return {key: item[key] for key in ("uri", "range", "symbol", "text") if item.get(key) is not None}


def _place(root: Path, item: Mapping[str, Any], untitled: tuple[str, str] | None) -> AttachmentRef:
    first, last = _lines(item["range"]) if "range" in item else (None, None)
    if "text" in item:
        name = printable(unquote(item["uri"].removeprefix(TEXT_SCHEME))) or "text"
        # The client chose the name: on one line it can't add lines of its own to the prompt.
        return AttachmentRef(" ".join(name.split()), text=item["text"])
    if untitled is not None:
        name, text = untitled
        return AttachmentRef(name, first, last, text=text)
    path = path_from_uri(item["uri"])
    inside = workspace_path(root, path) if path is not None else None
    if inside is None:
        raise UsageError(f"{item['uri']} is no file of this workspace: attach a saved file in {root.name}")
    return AttachmentRef(inside, first, last, item.get("symbol", ""))


def _lines(given: object) -> tuple[int, int]:
    """The lines (1-based, inclusive) of a range; one that ends before the first character of a line stops short of it."""
    match given:
        case {
            "start": {"line": int(first), "character": int(start)},
            "end": {"line": int(last), "character": int(end)},
        } if min(first, start, end) >= 0 and (first, start) <= (last, end):
            # An editor that selects whole lines ends its range at the start of the next one.
            return first + 1, max(first, last - (end == 0)) + 1
    raise UsageError('the "range" of an attachment must be a range of the protocol, its start before its end')


SCHEME = "untitled:"


def untitled(server: ForewordServer, uri: str) -> tuple[str, str] | None:
    """What an open document without a file is called, and its text; None for everything else.

    Some editors know already where it will be saved: of that place only the name is told.

    Raises:
        UsageError: it will be a secret file, as `.env` or `.docker/config.json`.
    """
    # The case of a scheme means nothing (RFC 3986, section 3.1).
    document = server.snapshot.document(uri) if uri.lower().startswith(SCHEME) else None
    if document is None:
        return None
    path = PurePosixPath(unquote(uri[len(SCHEME) :]))
    # By its whole path, of which later only the name is known.
    if (reason := reason_in_spite_of_user(str(path))) is not None:
        raise UsageError(f"{SCHEME}{printable(path.name)} is left out ({reason}): point at something else")
    return f"{SCHEME}{path.name}", document.text
