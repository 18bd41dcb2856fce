"""The words of an answer while they come: markdown on a terminal, plain text into a pipe."""

from __future__ import annotations

import sys

from foreword.assist.answering.answer_loop import AnswerEvent, ToolsUsed
from foreword.cli.live_answer import MarkdownStream
from foreword.cli.plain_text import print_text
from foreword.cli.terminal import output
from foreword.core.reply import TextDelta, ThinkingDelta, ToolCallStarted


class LiveText:
    """Shows the text of events, and on a terminal also what goes on without text; nothing at all if `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._markdown = MarkdownStream(output()) if sys.stdout.isatty() and not quiet else None
        self._last = ""

    def event(self, event: AnswerEvent) -> None:
        """Show what an event says, if it says anything."""
        match event:
            case TextDelta(text) if not self._quiet:
                self._text(text)
            case ToolsUsed(names) if not self._quiet:
                self._pause(f"({', '.join(names)})")
            case ToolCallStarted(name) if self._markdown is not None:
                self._markdown.status(f"({name} ...)")
            case ThinkingDelta() if self._markdown is not None:
                self._markdown.status("(thinking ...)")
            case _:
                pass

    def close(self) -> None:
        """Finish the last line; more can't be shown."""
        if self._markdown is not None:
            self._markdown.close()
            self._markdown = None
        elif self._last and not self._last.endswith("\n"):
            self._text("\n")

    def _pause(self, status: str) -> None:
        """End the paragraph, as the text of the whole answer does, and say what goes on."""
        if self._last and not self._last.endswith("\n"):
            self._text("\n\n")
        if self._markdown is not None:
            self._markdown.status(status)

    def _text(self, text: str) -> None:
        self._last = text or self._last
        if self._markdown is not None:
            self._markdown.feed(text)
        else:
            print_text(text)
