"""What people see: notices and progress on standard error, data on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from foreword.core.errors import Problem, UsageError

PIPE_COLUMNS = 200
"""The width of tables where there is no terminal to ask."""


def output() -> Console:
    """The console for results; plain text where standard output is no terminal."""
    is_terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not is_terminal, width=None if is_terminal else PIPE_COLUMNS)


def notices() -> Console:
    """The console for everything that is not the result."""
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def read_words(given: str, what: str) -> str:
    """An argument in words; `-` stands for standard input.

    Raises:
        UsageError: there are no words.
    """
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if given == "-" else given
    if not words.strip():
        raise UsageError(f"the {what} is empty: give it in quotes, or - to read it from standard input")
    return words


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """One JSON value on one line of standard output, flushed."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show_problems(problems: Iterable[Problem]) -> None:
    """Each problem in one line on standard error."""
    console = notices()
    for problem in problems:
        where = f"{problem.path}: " if problem.path and problem.path not in problem.message else ""
        console.print(f"foreword: {where}{problem.message}", style="yellow", markup=False)


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
    if not sys.stderr.isatty():
        yield IndexProgress(None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=notices(), transient=True)
    try:
        yield IndexProgress(progress)
    finally:
        progress.stop()
