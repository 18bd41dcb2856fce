"""What the user gives a command: its arguments, by a grammar made from its parameters, and standard input."""

from __future__ import annotations

import argparse
import errno
import sys
import textwrap
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from foreword.api.command import Command
from foreword.api.parameters import Parameter, parameters_of
from foreword.core.errors import UsageError, cause_of

T = TypeVar("T")


class HelpLayout(argparse.RawTextHelpFormatter):
    """Help as it is written; words that need no quotes are named once."""

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        if action.nargs not in ("+", "*") or action.option_strings:
            return super()._format_args(action, default_metavar)
        name = str(action.metavar or default_metavar)
        return f"{name} ..." if action.nargs == "+" else f"[{name} ...]"


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` with the nearest flag instead of printing its usage."""

    _misspelt = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 - overloads of the base
        """As the base does; noted is the first flag that there is not."""
        words = [str(word) for word in (sys.argv[1:] if args is None else args)]
        flags = (word.partition("=")[0] for word in words if word.startswith("--") and word != "--")
        known = self._option_string_actions
        self._misspelt = next((one for one in flags if not any(name.startswith(one) for name in known)), "")
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        if message.startswith("argument ") and "invalid choice" in message and self._misspelt:
            # The value of a flag that is not known was taken for a place: the flag is what is wrong.
            message = f"unrecognized arguments: {self._misspelt}"
        import difflib  # noqa: PLC0415 - only a command line that is wrong needs it

        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        nearest = difflib.get_close_matches(unknown, self._option_string_actions, n=1, cutoff=0.5)
        hint = (
            f"did you mean {nearest[0]}?" if nearest and message != unknown else f"see `{self.prog} --help`"
        )
        raise UsageError(f"{message}; {hint}")


def parser_of(command: Command) -> Parser:
    """The parser of a command, without its parameters; its help says all that the table does."""
    said = f"{command.summary[:1].upper()}{command.summary[1:]}.\n\n{command.more}"
    paragraphs = (part if "\n" in part else textwrap.fill(part, 100) for part in said.split("\n\n"))
    return Parser(
        prog=f"foreword {command.name}",
        description="\n\n".join(paragraphs),
        formatter_class=HelpLayout,
    )


def add_parameters(parser: argparse.ArgumentParser, kind: type) -> None:
    """The parameters of a command."""
    for parameter in parameters_of(kind):
        _add(parser, parameter)


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """The flag that every command with a workspace has."""
    parser.add_argument(
        "-w", "--workspace", default=".", metavar="DIR", help="the folder to work in (default: here)"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """The flag for scripts."""
    parser.add_argument(
        "--json", action="store_true", help="print JSON for scripts instead of text for people"
    )


def read_parameters(kind: type[T], arguments: argparse.Namespace) -> T:
    """The parameters out of a parsed command line, with what they stand for read from files and standard input.

    Raises:
        UsageError: there is nothing to read.
    """
    return kind(**dict(_read(parameters_of(kind), arguments)))


def whole_number(text: str, least: int | None = 1) -> int:
    """A whole number, underscores allowed; a positive one as a rule."""
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or (least is not None and number < least):
        raise argparse.ArgumentTypeError(f"{text!r} is no {'positive ' if least == 1 else ''}whole number")
    return number


def amount(text: str) -> float:
    """An amount of money."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of dollars")
    return number


def _add(parser: argparse.ArgumentParser, parameter: Parameter) -> None:
    flag = parameter.flag
    if flag.source == "lines":
        return
    more: dict[str, Any] = {"help": _help(parameter)}
    if parameter.kind is bool and flag.source != "output":
        more["action"] = "store_true"
    else:
        more |= {"type": _type(parameter), "choices": parameter.choices or None}
        if not parameter.choices or flag.metavar:
            more["metavar"] = flag.metavar or parameter.name.upper()
    if flag.is_positional:
        # Words need no quotes: those behind each other are one text.
        many = flag.source == "words"
        nargs = ("+" if many else None) if parameter.is_required else "*" if many else "?"
        parser.add_argument(parameter.name, nargs=nargs, **more)
        return
    if parameter.is_many:
        more |= {"action": "extend", "nargs": "+"} if flag.is_greedy else {"action": "append"}
    if parameter.is_required:
        more["required"] = True
    names = [f"--{parameter.name.replace('_', '-')}"]
    parser.add_argument(*([flag.short] if flag.short else []), *names, dest=parameter.name, **more)


def _type(parameter: Parameter) -> Callable[[str], object]:
    if parameter.kind is int:
        return partial(whole_number, least=parameter.flag.least)
    return amount if parameter.kind is float else str


def _help(parameter: Parameter) -> str:
    told, default = parameter.flag.help, parameter.default
    is_plain = default is None or default is False or default in ((), "") or parameter.flag.is_positional
    # argparse formats help texts by "%".
    return (told if is_plain else f"{told} (default: {default})").replace("%", "%%")


def _read(parameters: tuple[Parameter, ...], arguments: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    for parameter in parameters:
        name, source = parameter.name, parameter.flag.source
        value: Any = lines_of_input() if source == "lines" else getattr(arguments, name)
        # Left out, so that the default of the parameters' class counts.
        if value is None or value is False:
            continue
        match source:
            case "words":
                # Empty where it may be left out, and is.
                if not value:
                    continue
                value = read_words(" ".join(value), name)
            case "file":
                value = _content(value, name)
            case "output":
                value = True
            case _:
                value = tuple(value) if parameter.is_many else value
        yield name, value


_OF_A_NAME: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOENT: "there is no such file (check the spelling)",
        errno.ENOTDIR: "there is no such file (check the spelling)",
        errno.EISDIR: "it is a folder (name a file in it)",
    }
)


def _content(name: str, what: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        cause = _OF_A_NAME.get(error.errno or 0) or cause_of(error)
        raise UsageError(f"the {what} {name} can't be read: {cause}") from error
    # A byte order mark, as editors on Windows write it, is no part of the text.
    return data.decode("utf-8-sig", "replace")


def read_words(given: str, what: str) -> str:
    """An argument in words; `-` stands for standard input.

    Raises:
        UsageError: there are no words.
    """
    # The bytes, as UTF-8 whatever the locale says: output into a pipe is UTF-8, too.
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if given == "-" else given
    if not words.strip():
        raise UsageError(f"the {what} is empty: give some words, or - to read it from standard input")
    return words


async def lines_of_input() -> AsyncGenerator[str, None]:
    """Lines of standard input as they come; a daemon thread reads, so that an interrupt need not wait for it."""
    import asyncio  # noqa: PLC0415 - few commands read their input line by line
    import threading  # noqa: PLC0415 - as above

    loop, lines = asyncio.get_running_loop(), asyncio.Queue[bytes]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: an interrupt was faster than the end of the input
            for line in sys.stdin.buffer:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, b"")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line.decode("utf-8", "replace")
