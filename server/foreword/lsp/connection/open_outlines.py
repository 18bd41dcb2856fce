"""Outlines of the open documents, made in a thread while the user pauses, and read by code actions from memory.

typed    x x x   x      x x
parsed        |--1--|         |--2--|        at most a tenth of the time, however large the document
asked        ?      ?  ?         ?           the outline at hand, its definitions followed through the edits since

The syntax trees of the documents edited last are kept, so that only what changed is parsed again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foreword.assist.session.worker import Worker
from foreword.core.documents.document import Document, Snapshot
from foreword.core.documents.position import without_end
from foreword.core.edits.text_edit import follow
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.language import language_of
from foreword.core.outline import Definition

if TYPE_CHECKING:
    from foreword.index.outline.open_text import OpenText

QUIET_S = 0.2
"""Seconds from the first of some edits to the parse of the documents."""
SHARE = 10
"""A parse of a second is followed by so many seconds without one: parsing holds the interpreter."""
FIRST_S = 2.0
"""Seconds that a menu that the user asks for waits for the first outline of a document that was just opened."""
MAX_KEPT_BYTES = 2_000_000
"""The texts whose trees are kept, all together: the trees take 25 times as much."""


@dataclass(frozen=True, slots=True)
class LineDefinitions:
    """The definitions of a text with these lines."""

    lines: tuple[str, ...]
    definitions: tuple[Definition, ...]


class Outlines:
    """The outlines of the open documents, by the key of each URI; used on the event loop alone."""

    def __init__(self) -> None:
        self._parsed: dict[str, LineDefinitions] = {}
        self._followed: dict[str, LineDefinitions] = {}
        self._texts: dict[str, OpenText] = {}
        self._changed: dict[str, None] = {}
        self._news = asyncio.Event()
        self._worker: Worker | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """The documents whose trees are kept, the one edited last at the end."""
        return tuple(self._texts)

    def note(self, key: str) -> None:
        """A document was opened or changed."""
        self._changed[key] = None
        self._news.set()

    def forget(self, key: str) -> None:
        """A document was closed."""
        for kept in (self._changed, self._parsed, self._followed, self._texts):
            kept.pop(key, None)

    def definitions(self, key: str, document: Document) -> tuple[Definition, ...]:
        """The definitions of a document as far as they are known, in its lines of now."""
        known = self._followed.get(key) or self._parsed.get(key)
        if known is None:
            return ()
        # A document that did not change has the very same tuple, so nothing need be compared.
        if known.lines is not document.lines:
            # From the last parse: what one following drops would else be gone for all later ones.
            parsed = self._parsed[key]
            known = LineDefinitions(document.lines, follow(parsed.definitions, parsed.lines, document.lines))
            self._followed[key] = known
        return known.definitions

    async def begun(self, key: str, document: Document, now: Callable[[], Snapshot]) -> None:
        """Wait for the first outline of a document, for `FIRST_S` at most; at once if there is one, however old."""
        if key not in self._parsed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.outlined(key, document, now), FIRST_S)

    async def serve(self, now: Callable[[], Snapshot]) -> None:
        """Parse what changes, as the snapshot of `now` shows it; ends by being cancelled."""
        pause = QUIET_S
        try:
            while True:
                await self._news.wait()
                await asyncio.sleep(pause)
                # After the pause, so that the edits made during it belong to this round.
                self._news.clear()
                started = time.monotonic()
                # Taken away first: what is edited while these are parsed belongs to the next round.
                changed, self._changed = self._changed, {}
                for key in changed:
                    document = now().documents.get(key)
                    if document is not None:
                        await self.outlined(key, document, now)
                pause = max(QUIET_S, SHARE * (time.monotonic() - started))
        finally:
            self.close()

    def close(self) -> None:
        """End the thread."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    async def outlined(self, key: str, document: Document, now: Callable[[], Snapshot]) -> LineDefinitions:
        """The outline of a document of the snapshot, parsed unless it is at hand; it is kept while that is open."""
        before = self._parsed.get(key)
        if before is not None and before.lines is document.lines:
            return before
        # Not the folder's thread, which may be busy with the first index.
        self._worker = self._worker or Worker("outlines")
        known, text = await self._worker.run(_outlined, document, self._texts.get(key))
        # It may have been closed while it was parsed, and `forget` has run by then.
        if key in now().documents:
            self._parsed[key] = known
            self._followed.pop(key, None)
            self._keep(key, text)
        return known

    def _keep(self, key: str, text: OpenText | None) -> None:
        """Keep a text as the one edited last; the others go from the first on until there is room."""
        self._texts.pop(key, None)
        if text is not None:
            self._texts[key] = text
        # The document edited last stays, however large it is.
        while len(self._texts) > 1 and sum(one.n_bytes for one in self._texts.values()) > MAX_KEPT_BYTES:
            del self._texts[next(iter(self._texts))]


def _outlined(document: Document, text: OpenText | None) -> tuple[LineDefinitions, OpenText | None]:
    """The outline of a document that was `text`; none for one that is too large to be read, or without a grammar."""
    language = language_of(document.uri, document.lines[0] if document.lines else "") or document.language
    from foreword.index.outline.languages import LANGUAGES  # noqa: PLC0415 - heavy, and off the path to `initialize`
    from foreword.index.outline.open_text import OpenText  # noqa: PLC0415 - the same

    if language not in LANGUAGES or sum(map(len, document.lines)) > MAX_FILE_BYTES:
        return LineDefinitions(document.lines, ()), None
    text = text or OpenText()
    # "surrogatepass": a client may send half a surrogate pair, which strict UTF-8 refuses.
    plain = "\n".join(without_end(line) for line in document.lines)
    return LineDefinitions(
        document.lines, text.definitions(language, plain.encode("utf-8", "surrogatepass"))
    ), text
