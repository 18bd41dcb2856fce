"""What a command tells while it runs: its stages, the parts of its result, and an answer as it arrives.

Words are markdown on a terminal, plain text into a pipe.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.status import Status
from rich.text import Text

from foreword.api.command import Result
from foreword.api.printed import Printed
from foreword.api.workspace import Event, PartialResult, Stage
from foreword.assist.answering.answer_loop import ToolsUsed
from foreword.assist.question.answer import Answer
from foreword.cli.plain_text import print_blocks, print_json, print_text
from foreword.cli.terminal import notices, output
from foreword.core.documents.text import displayable
from foreword.core.reply import Finished, Started, TextDelta, ThinkingDelta, ToolCallStarted, ToolInputDelta
from foreword.model.tool_definitions import in_words

if TYPE_CHECKING:
    from rich.markdown import Markdown

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})(?P<info>.*)", re.DOTALL)
"""A line that may open a code fence, or close one if no more stands on it (CommonMark 0.31, section 4.5)."""
# rich cuts off what is higher than the terminal: the end, which is the news, would not be seen.
LIVE_LINES = 12
LIVE_LINE_LENGTH = 1000
"""Characters of an unfinished line that the live part shows: the last ones."""


class MarkdownBuffer:
    """Markdown that arrives in pieces, given back up to the last blank line outside of a code fence.

    Each line is looked at once, when it is complete: the time is linear in the length of the answer.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        # A list: a line that comes in thousands of pieces is joined once, when it is complete.
        self._unfinished: list[str] = []
        self._fence: str | None = None
        self._has_words = False

    def feed(self, text: str) -> str:
        """Add a piece; gives the markdown that it completes, or an empty string."""
        *ends, rest = text.split("\n")
        n_complete = 0
        for end in ends:
            self._lines.append("".join([*self._unfinished, end, "\n"]))
            self._unfinished.clear()
            if self._ends_block(self._lines[-1]):
                n_complete = len(self._lines)
        if rest:
            self._unfinished.append(rest)
        complete = "".join(self._lines[:n_complete])
        del self._lines[:n_complete]
        return complete

    def rest(self) -> str:
        """The text behind the last finished paragraph."""
        return "".join([*self._lines, *self._unfinished])

    def last_lines(self) -> str:
        """The end of what is not complete, as much as is shown live."""
        unfinished = "".join(self._unfinished[-LIVE_LINE_LENGTH:])
        shown = [*self._lines[-LIVE_LINES:], unfinished] if unfinished else self._lines[-LIVE_LINES:]
        return "\n".join(line.rstrip("\n")[-LIVE_LINE_LENGTH:] for line in shown[-LIVE_LINES:])

    def _ends_block(self, line: str) -> bool:
        """Whether all before the end of `line` is complete; blank lines alone are nothing to print."""
        if not line.strip(" \t\n"):
            ends = self._fence is None and self._has_words
            self._has_words = self._has_words and not ends
            return ends
        self._has_words = True
        match = _FENCE.match(line[:-1])
        if match is not None:
            self._fence = _fence_after(self._fence, match)
        return False


def markdown(text: str) -> Markdown:
    """Markdown of others; a link in it shows where it leads, and a tag stands as it was written."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow to import, and only a terminal shows it
    from rich.markdown import Markdown  # noqa: PLC0415 - as above

    shown = Markdown(displayable(text), hyperlinks=False)
    # rich reads HTML and then drops it: of `List<String>` in a sentence `List` would be left
    # (findings/rich-markdown-drops-tags.sh).
    shown.parsed = (
        MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"]).parse(shown.markup)
    )
    return shown


class MarkdownStream:
    """Feed it text; it renders markdown block by block, so that nothing scrolls away half drawn.

    It leaves the terminal alone until there is something to show: until then the user may be asked something.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pending = MarkdownBuffer()
        self._status = ""
        self._live = Live(console=console, transient=True, refresh_per_second=12)

    def feed(self, text: str) -> None:
        """Take more of the answer's text, and print the paragraphs that are finished by now."""
        self._status = ""
        self._live.start()
        complete = self._pending.feed(text)
        if complete:
            # Emptied first: rich draws the live part again below what is printed.
            self._live.update(Text(""))
            self._console.print(markdown(complete))
        self._live.update(Text(displayable(self._pending.last_lines())))

    def status(self, text: str) -> None:
        """What is going on while there is no text, with a sign that turns."""
        # The same one goes on turning: it would begin anew with each of many events.
        if not self._pending.last_lines() and text != self._status:
            self._status = text
            self._live.start()
            # Of ASCII: other signs are not in the encoding of every terminal.
            self._live.update(Spinner("line", Text(displayable(text), style="dim")), refresh=True)

    def close(self) -> None:
        """Print the rest of the answer."""
        self._live.update(Text(""))
        self._live.stop()
        rest = self._pending.rest()
        if rest.strip():
            self._console.print(markdown(rest))
        self._pending = MarkdownBuffer()


def _fence_after(opened: str | None, line: re.Match[str]) -> str | None:
    """The fence that is open after a line that looks like one."""
    if opened is None:
        return line["fence"]
    closes = line["fence"].startswith(opened) and not line["info"].strip()
    return None if closes else opened


class LiveOutput:
    """Shows the text of events, and on a terminal also what goes on without text; with `as_json` only parts of results.

    `show_part` is how such a part prints for people; None for a command whose result comes whole. Places in the workspace at
    `root` become links where the terminal takes them.
    """

    def __init__(
        self,
        show_part: Callable[[Result], Iterable[Printed]] | None,
        *,
        as_json: bool,
        root: Path | None = None,
    ) -> None:
        self._show_part = show_part
        self._as_json = as_json
        self._markdown = MarkdownStream(output(root)) if sys.stdout.isatty() and not as_json else None
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
                self._pause(f"({in_words(names)})")
            case ToolCallStarted(name):
                self._waiting(f"({in_words([name])} ...)")
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


def event_from_json(given: Sequence[Any]) -> Event:
    """What a running server told of (`cli/command_server.py: event_to_json`)."""
    kind, said = given
    match kind:
        case "stage":
            return Stage(said)
        case "text":
            return TextDelta(said)
        case "used":
            return ToolsUsed(tuple(said))
        case "calls":
            return ToolCallStarted(said)
        case _:
            return ThinkingDelta(said)
