"""What people see: notices and progress on standard error, data on standard output.

Names, code, answers and messages come from others. Whatever is printed goes through here as plain text: rich's
markup and emoji codes in it mean nothing, and control characters are shown, never sent, because a terminal
obeys them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, assert_never

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.status import Status
from rich.style import Style
from rich.syntax import Syntax
from rich.table import Table as RichTable
from rich.text import Text

from foreword.api.printed import Data, Diff, Line, Printed, Table, Verbatim
from foreword.assist.question.answer import PLACE, known_path
from foreword.cli.plain_text import PIPE_COLUMNS, print_json, print_text
from foreword.core.documents.text import CONTROLS, displayable
from foreword.core.documents.uri import uri_of_path
from foreword.workspace.files.disk import is_file

TERMINALS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio"})
"""Programs that set TERM_PROGRAM and follow links."""
TERMINAL_TYPES = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "contour")
LEAST_VTE = 5_000
"""The release of VTE (GNOME Terminal and others) from which on it takes links; it had a fault before."""


def takes_links(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known to show OSC 8 hyperlinks; FORCE_HYPERLINK decides by itself.

    Over ssh a path of this machine would lead nowhere, or elsewhere. https://github.com/Alhadis/OSC8-Adoption lists terminals.
    """
    forced = environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0", "false")
    if environ.get("SSH_CONNECTION") or environ.get("TERM", "") in ("", "dumb"):
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in TERMINALS
        or environ["TERM"].startswith(TERMINAL_TYPES)
        or any(environ.get(name) for name in ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION"))
        or (vte.isdecimal() and int(vte) >= LEAST_VTE)
    )


class PlaceLinks:
    """Links places in a text, such as `src/till.py:10-20`, to the files of a workspace."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, str | None] = {}

    def linked(self, segment: Segment) -> Iterator[Segment]:
        """The segment in pieces; those that name a file that exists are links to it."""
        at, text = 0, segment.text
        for match in PLACE.finditer(text):
            target = self._target(match["path"])
            if target is not None:
                yield Segment(text[at : match.start()], segment.style)
                yield Segment(match[0], Style.combine([segment.style or Style.null(), Style(link=target)]))
                at = match.end()
        yield Segment(text[at:], segment.style)

    def _target(self, written: str) -> str | None:
        """The URI of what is written, which has no character that a terminal obeys; None if it is no file."""
        if written not in self._known:
            path = known_path(written, lambda one: 1 if is_file(self._root, one) else None)
            windows = os.name == "nt"
            self._known[written] = uri_of_path(str(self._root / path), windows=windows) if path else None
        return self._known[written]


class PlainConsole(Console):
    """A console for which text is only text; with `links`, places in it lead to their files."""

    def __init__(self, *, stderr: bool = False, links: PlaceLinks | None = None) -> None:
        self._links = links
        has_terminal = (sys.stderr if stderr else sys.stdout).isatty()
        super().__init__(
            stderr=stderr,
            markup=False,
            emoji=False,
            highlight=False,
            # What reads a pipe expects a result a line: nothing is wrapped for it.
            soft_wrap=not has_terminal,
            width=None if has_terminal or stderr else PIPE_COLUMNS,
        )

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - rich's options
        """Print; a bare line into a pipe keeps its tabs and trailing blanks."""
        if self.is_terminal or not all(isinstance(one, str) for one in objects):
            super().print(*objects, **options)
        else:
            self.file.write(displayable(" ".join(objects)) + "\n")

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - rich's options
        """A string as a line of a table or a paragraph; made visible before its width is measured."""
        return super().render_str(displayable(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """What is written, piece by piece: rich's own control codes, and the text of everything else made visible."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
                continue
            shown = segment
            if CONTROLS.search(segment.text):
                shown = Segment(displayable(segment.text), segment.style)
            yield from self._links.linked(shown) if self._links is not None else (shown,)

    def status(self, status: RenderableType, **options: Any) -> Status:  # noqa: ANN401 - rich's options
        """A line with a spinner while something goes on; rich would read markup in a bare string."""
        return super().status(Text(status) if isinstance(status, str) else status, **options)


def output(root: Path | None = None) -> PlainConsole:
    """The console for results; plain text where standard output is no terminal.

    Places in the workspace at `root` become links where the terminal takes them.
    """
    links = root is not None and sys.stdout.isatty() and takes_links(os.environ)
    return PlainConsole(links=PlaceLinks(root) if links and root is not None else None)


def notices() -> PlainConsole:
    """The console for everything that is not the result."""
    return PlainConsole(stderr=True)


def draw(block: Printed) -> None:
    """What a command says to people, drawn for a terminal or laid out for a pipe."""
    match block:
        case Line(text, style, is_notice):
            (notices() if is_notice else output()).print(text, style=style or None)
        case Table(headings, rows):
            _print_table(headings, rows)
        case Diff(text):
            _print_diff(text)
        case Verbatim(text):
            print_text(text)
        case Data(value):
            print_json(value)
        case _:
            assert_never(block)


def _print_table(headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    table = RichTable(*headings, box=None)
    for row in rows:
        table.add_row(*row)
    output().print(table)


def _print_diff(diff: str) -> None:
    if sys.stdout.isatty():
        shown = diff.removesuffix("\n")
        output().print(
            Syntax(displayable(shown), "diff", theme="ansi_dark", background_color="default", word_wrap=True)
        )
    else:
        # Byte for byte, control characters too: it has to apply.
        sys.stdout.write(diff)
        sys.stdout.flush()


class IndexProgress:
    """A progress bar for indexing, on a terminal only, shown while there is something to wait for."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Files done, of how many."""
        if self._progress is None:
            return
        if done < total:
            self._progress.start()
        if self._task is None:
            self._task = self._progress.add_task("Indexing", total=total)
        self._progress.update(self._task, completed=done, total=total, visible=done < total)
        if done >= total:
            self._progress.stop()


@contextmanager
def index_progress() -> Iterator[IndexProgress]:
    """A progress bar that goes away when its block ends."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=notices(), transient=True)
    try:
        yield IndexProgress(progress)
    finally:
        progress.stop()
