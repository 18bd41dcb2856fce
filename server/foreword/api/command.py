"""One command: an entry of the table, and what is loaded when it runs.

    Command   light: name, summary, where it may be typed; this is all that a help text or a registration needs
    Body      its parameters, its function and how its result prints; imports what the command needs

A function gets the open workspace and its parameters, and gives a frozen result with `to_json()`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from foreword.api.printed import Printed
    from foreword.api.workspace import Workspace


class Result(Protocol):
    """What a command gives."""

    def to_json(self) -> Any:  # noqa: ANN401 - any JSON
        """The JSON of `--json`, which is also what a client of the language server gets."""
        ...


P = TypeVar("P")
R = TypeVar("R", bound=Result)
Run = Callable[["Workspace", P], Awaitable[R]] | Callable[["Workspace", P], R]


@dataclass(frozen=True, slots=True)
class Body(Generic[P, R]):
    """What a command does.

    `parameters` is a frozen dataclass whose fields say how they are given (`api/parameters.py`). A plain `run` blocks,
    and is called where that does no harm; an async one runs on the event loop. `show` is given the columns of the
    terminal. `code` is the exit code of a result; errors have their own.
    A plain one that `is_slow` works for seconds on nothing that others wait for.
    One that `waits` for nothing, such as a model or a timer, runs on the command line without an event loop if `waits` is false.
    `show_part` is for a result that comes in parts (`api/workspace.py: PartialResult`): with `--json` each is a line of its own.
    """

    parameters: type[P]
    run: Run[P, R]
    show: Callable[[R, P, int], Iterable[Printed]]
    code: Callable[[R], int] = lambda _: 0
    show_part: Callable[[Result], Iterable[Printed]] | None = None
    is_slow: bool = False
    waits: bool = True

    async def call(self, workspace: Workspace, given: P) -> R:
        """Run the command."""
        # The casts say what this asks, which a type checker can't follow.
        if inspect.iscoroutinefunction(self.run):
            return cast("R", await self.run(workspace, given))
        blocking = cast("Callable[[Workspace, P], R]", self.run)
        runner = workspace.run_aside if self.is_slow else workspace.run
        return await runner(blocking, workspace, given)


Door = Literal["cli", "lsp"]
"""Where a command can be called."""

EVERY_DOOR: frozenset[Door] = frozenset({"cli", "lsp"})
CLI_ONLY: frozenset[Door] = frozenset({"cli"})
LSP_ONLY: frozenset[Door] = frozenset({"lsp"})


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the table.

    `summary` begins with a verb, as after "foreword NAME will"; `more` are further sentences for those who look closer.
    `load` gives the body. It is None for a command that is nothing without its front door: it serves or converses until
    it ends (`cli/own.py`), or is about what an editor alone has (`lsp/features/command_calls.py`).
    """

    name: str
    summary: str
    more: str
    load: Callable[[], Body[Any, Any]] | None
    doors: frozenset[Door] = EVERY_DOOR

    @property
    def lsp_name(self) -> str:
        """Its name for `workspace/executeCommand`."""
        return f"foreword.{self.name}"
