"""What a command tells while it runs: the words of an answer, its stages, and the parts of its result.

Words are markdown on a terminal, plain text into a pipe.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import assert_never

from rich.status import Status

from foreword.api.command import Result
from foreword.api.printed import Printed
from foreword.api.workspace import Event, PartialResult, Stage
from foreword.assist.answering.answer_loop import ToolsUsed
from foreword.assist.question.answer import Answer
from foreword.cli.live_answer import MarkdownStream
from foreword.cli.plain_text import print_text
from foreword.cli.terminal import notices, output, print_blocks, print_json
from foreword.core.reply import Finished, Started, TextDelta, ThinkingDelta, ToolCallStarted, ToolInputDelta


class LiveOutput:
    """Shows the text of events, and on a terminal also what goes on without text; with `as_json` only parts of results.

    `show_part` is how such a part prints for people; None for a command whose result comes whole.
    """

    def __init__(self, show_part: Callable[[Result], Iterable[Printed]] | None, *, as_json: bool) -> None:
        self._show_part = show_part
        self._as_json = as_json
        self._markdown = MarkdownStream(output()) if sys.stdout.isatty() and not as_json else None
        self._status: Status | None = None
        self._last = ""

    def event(self, event: Event) -> None:
        """Show what an event says, if it says anything."""
        match event:
            case Stage(text):
                self._stage(text)
            case PartialResult(value):
                self._part(value)
            case TextDelta(text):
                self._text(text)
            case ToolsUsed(names):
                self._pause(f"({', '.join(names)})")
            case ToolCallStarted(name):
                self._waiting(f"({name} ...)")
            case ThinkingDelta():
                self._waiting("(thinking ...)")
            # Their text was shown piece by piece, and the receipt is printed with the result.
            case Started() | ToolInputDelta() | Finished() | Answer():
                pass
            case _:
                assert_never(event)

    def close(self) -> None:
        """Finish the last line; more can't be shown."""
        self._end_stage()
        if self._markdown is not None:
            self._markdown.close()
            self._markdown = None
        elif self._last and not self._last.endswith("\n"):
            self._text("\n")

    def _stage(self, text: str) -> None:
        self._end_stage()
        self._status = notices().status(text)
        self._status.start()

    def _end_stage(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _part(self, value: Result) -> None:
        self._end_stage()
        if self._as_json or self._show_part is None:
            print_json(value.to_json())
        else:
            print_blocks(self._show_part(value))

    def _pause(self, status: str) -> None:
        """End the paragraph, as the text of the whole answer does, and say what goes on."""
        if self._last and not self._last.endswith("\n"):
            self._text("\n\n")
        self._waiting(status)

    def _waiting(self, status: str) -> None:
        """Say what goes on, where there is a terminal."""
        if self._markdown is not None:
            self._markdown.status(status)

    def _text(self, text: str) -> None:
        if self._as_json:
            return
        self._last = text or self._last
        if self._markdown is not None:
            self._markdown.feed(text)
        else:
            print_text(text)
