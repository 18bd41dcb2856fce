"""Outlines of the open documents, made in a thread while the user pauses, and read by code actions from memory.

typed    x x x   x      x x
parsed        |--1--|         |--2--|        at most a tenth of the time, however large the document
asked        ?      ?  ?         ?           the outline at hand, its definitions followed through the edits since
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from foreword.assist.session.worker import Worker
from foreword.core.document import Document
from foreword.core.following import follow
from foreword.core.language import LANGUAGES_WITH_GRAMMAR, language_of
from foreword.core.leftout import MAX_FILE_BYTES
from foreword.core.outline import Definition
from foreword.core.position import without_end
from foreword.core.snapshot import Snapshot

QUIET_S = 0.2
"""How long after the first of some edits the documents are parsed."""
SHARE = 10
"""A parse of a second is followed by so many seconds without one: parsing holds the interpreter."""


@dataclass(frozen=True, slots=True)
class Known:
    """The definitions of a text with these lines."""

    lines: tuple[str, ...]
    definitions: tuple[Definition, ...]


class Outlines:
    """By the key of each document's URI; owned by the event loop."""

    def __init__(self) -> None:
        self._parsed: dict[str, Known] = {}
        self._followed: dict[str, Known] = {}
        self._changed: dict[str, None] = {}
        self._news = asyncio.Event()

    def note(self, key: str) -> None:
        """A document was opened or changed."""
        self._changed[key] = None
        self._news.set()

    def forget(self, key: str) -> None:
        """A document was closed."""
        for kept in (self._changed, self._parsed, self._followed):
            kept.pop(key, None)

    def definitions(self, key: str, document: Document) -> tuple[Definition, ...]:
        """The definitions of a document as far as they are known, in its lines of now."""
        known = self._followed.get(key) or self._parsed.get(key)
        if known is None:
            return ()
        if known.lines is not document.lines:
            parsed = self._parsed[key]
            known = Known(document.lines, follow(parsed.definitions, parsed.lines, document.lines))
            self._followed[key] = known
        return known.definitions

    async def serve(self, now: Callable[[], Snapshot]) -> None:
        """Parse what changes, as the snapshot of `now` shows it; ends by being cancelled."""
        worker, pause = Worker("outlines"), QUIET_S
        try:
            while True:
                await self._news.wait()
                await asyncio.sleep(pause)
                self._news.clear()
                started = time.monotonic()
                changed, self._changed = self._changed, {}
                for key in changed:
                    await self._parse(worker, key, now)
                pause = max(QUIET_S, SHARE * (time.monotonic() - started))
        finally:
            worker.close()

    async def _parse(self, worker: Worker, key: str, now: Callable[[], Snapshot]) -> None:
        document = now().documents.get(key)
        if document is None:
            return
        known = await worker.run(outlined, document)
        if key in now().documents:
            self._parsed[key] = known
            self._followed.pop(key, None)


def outlined(document: Document) -> Known:
    """The outline of a document; none for one that is too large to be read, or in a language without a grammar."""
    language = language_of(document.uri, document.lines[0] if document.lines else "") or document.language
    if language not in LANGUAGES_WITH_GRAMMAR or sum(map(len, document.lines)) > MAX_FILE_BYTES:
        return Known(document.lines, ())
    from foreword.index.outline import extract  # noqa: PLC0415 - heavy, and off the path to `initialize`

    text = "\n".join(without_end(line) for line in document.lines)
    return Known(document.lines, extract(language, text.encode("utf-8", "surrogatepass")).definitions)
