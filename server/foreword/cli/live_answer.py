"""An answer as it arrives on a terminal: finished paragraphs are printed for good, the last one stays live."""

from __future__ import annotations

import re

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

from foreword.core.documents.text import displayable

_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)$", re.MULTILINE)
"""A line that may open a code fence, or close one if no more stands on it (CommonMark 0.31, section 4.5)."""
LIVE_LINES = 12


class MarkdownStream:
    """Feed it text; it renders markdown block by block, so that nothing scrolls away half drawn.

    It leaves the terminal alone until there is something to show: until then the user may be asked something.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pending = ""
        self._live = Live(console=console, transient=True, refresh_per_second=12)

    def feed(self, text: str) -> None:
        """More of the answer."""
        self._live.start()
        self._pending += text
        complete, self._pending = split_complete(self._pending)
        if complete:
            self._live.update(Text(""))
            self._console.print(Markdown(displayable(complete)))
        self._live.update(Text(displayable("\n".join(self._pending.split("\n")[-LIVE_LINES:]))))

    def status(self, text: str) -> None:
        """What is going on while there is no text."""
        if not self._pending:
            self._live.start()
            self._live.update(Text(displayable(text), style="dim"))

    def close(self) -> None:
        """Render what is left."""
        self._live.update(Text(""))
        self._live.stop()
        if self._pending.strip():
            self._console.print(Markdown(displayable(self._pending)))
        self._pending = ""


def split_complete(text: str) -> tuple[str, str]:
    """Markdown up to the last blank line outside of a code fence, and the rest."""
    end = -1
    for match in re.finditer(r"\n[ \t]*\n", text):
        if not _in_fence(text[: match.start() + 1]):
            end = match.end()
    return (text[:end], text[end:]) if end > 0 else ("", text)


def _in_fence(text: str) -> bool:
    opened: str | None = None
    for match in _FENCE.finditer(text):
        fence = match["fence"]
        if opened is None:
            opened = fence
        elif fence.startswith(opened) and not match["info"].strip():
            opened = None
    return opened is not None
