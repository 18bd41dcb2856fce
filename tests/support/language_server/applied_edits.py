"""An editor's side of `WorkspaceEdit`: it really applies them, or says why not and changes nothing.

Written from the protocol's specification alone, without a line of the server's: positions in code units of any of the
three encodings, versions, creation and deletion of files, annotations that must be declared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

Json = dict[str, Any]
LINE_END = re.compile(r"\r\n|\n|\r")
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
MARK = "\ufeff"


class RefusedEdit(Exception):
    """The edit does not fit."""


@dataclass
class Buffers:
    """`texts` are the open documents: version and text by URI; other files are edited on disk, and saved.

    `edits` are all that were applied; each was one step of undo.
    """

    encoding: str
    texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    operations: Sequence[str] = ("create", "rename", "delete")
    edits: list[Json] = field(default_factory=list)

    def answer(self, params: Json) -> Json:
        """For `workspace/applyEdit`."""
        try:
            self.apply(params["edit"])
        except RefusedEdit as reason:
            return {"applied": False, "failureReason": str(reason)}
        return {"applied": True}

    def apply(self, edit: Json) -> None:
        """Apply all of it or nothing."""
        files = _Files(dict(self.texts), {})
        for uri, edits in edit.get("changes", {}).items():
            self._edit(files, uri, edits)
        for change in edit.get("documentChanges", []):
            self._change(files, change, edit.get("changeAnnotations", {}))
        self._commit(files)
        self.edits.append(edit)

    def text(self, uri: str) -> str | None:
        """What the user sees of a document; None if there is none."""
        return _Files(self.texts, {}).text(uri)

    def _change(self, files: _Files, change: Json, annotations: Json) -> None:
        kind = change.get("kind")
        notes = [one["annotationId"] for one in change.get("edits", [change]) if "annotationId" in one]
        _check(set(notes) <= annotations.keys(), "an annotation is not declared")
        _check(kind is None or kind in self.operations, f"can't {kind}")
        if kind is None:
            document = change["textDocument"]
            uri, version = document["uri"], document["version"]
            is_stale = version is not None and files.open.get(uri, (None, ""))[0] != version
            _check(not is_stale, f"{uri} is not at version {version}")
            self._edit(files, uri, change["edits"])
        elif kind == "create":
            _check(files.text(change["uri"]) is None, f"{change['uri']} exists")
            files.closed[change["uri"]] = ""
        elif kind == "delete":
            _check(files.text(change["uri"]) is not None, f"{change['uri']} is gone")
            files.put(change["uri"], None)
        else:
            _check(files.text(change["newUri"]) is None, f"{change['newUri']} exists")
            files.move(change["oldUri"], change["newUri"])

    def _edit(self, files: _Files, uri: str, edits: Sequence[Json]) -> None:
        text = files.text(uri)
        if text is None:
            raise RefusedEdit(f"{uri} is gone")
        places = [
            (self._offset(text, edit["range"]["start"]), self._offset(text, edit["range"]["end"]), number)
            for number, edit in enumerate(edits)
        ]
        pieces, done = list[str](), 0
        for start, end, number in sorted(places, key=lambda place: (place[0], place[2])):
            _check(done <= start <= end, "edits overlap")
            pieces += (text[done:start], edits[number]["newText"])
            done = end
        files.put(uri, "".join((*pieces, text[done:])))

    def _offset(self, text: str, position: Json) -> int:
        if not text:
            return 0  # every editor cuts a range off where an empty text ends
        starts = [0, *(match.end() for match in LINE_END.finditer(text))]
        _check(position["line"] < len(starts), "there is no such line")
        start = starts[position["line"]]
        line = LINE_END.split(text)[position["line"]]
        codec, width = UNITS[self.encoding]
        units = line.encode(codec, "surrogatepass")
        _check(position["character"] * width <= len(units), "there is no such column")
        return start + len(units[: position["character"] * width].decode(codec, "surrogatepass"))

    def _commit(self, files: _Files) -> None:
        self.texts.clear()
        self.texts.update(files.open)
        for uri, text in files.closed.items():
            path = path_of(uri)
            if text is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            mark = MARK if path.exists() and _read(path).startswith(MARK) else ""
            path.write_bytes((mark + text).encode())


@dataclass
class _Files:
    """Texts before they are committed; None: there is no such file."""

    open: dict[str, tuple[int, str]]
    closed: dict[str, str | None]

    def text(self, uri: str) -> str | None:
        if uri in self.open:
            return self.open[uri][1]
        if uri not in self.closed:
            path = path_of(uri)
            return _read(path).removeprefix(MARK) if path.exists() else None
        return self.closed[uri]

    def put(self, uri: str, text: str | None) -> None:
        if uri in self.open and text is not None:
            self.open[uri] = (self.open[uri][0] + 1, text)
            return
        self.open.pop(uri, None)
        self.closed[uri] = text

    def move(self, old: str, new: str) -> None:
        if old in self.open:
            self.open[new] = self.open.pop(old)
        self.closed[new], self.closed[old] = self.text(old), None


def path_of(uri: str) -> Path:
    """The path of a `file:` URI."""
    return Path(unquote(urlsplit(uri).path))


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _check(fits: bool, reason: str) -> None:
    if not fits:
        raise RefusedEdit(reason)
