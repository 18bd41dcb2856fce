"""A command done by the server that runs for its workspace, if there is one: nothing needs to be imported, opened or looked up then.

What is printed is what this process would print. Whatever stands in the way, the command is done here instead; only one that may
have cost money is not begun a second time.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from foreword.api.command_socket import (
    HANDED_OVER,
    MAX_LINE,
    SENDING,
    environment_digest,
    is_private,
    is_same_user,
    socket_path,
)
from foreword.api.printed import block_from_json
from foreword.cli.plain_text import columns, is_yes, print_blocks, print_json, print_notice
from foreword.core.errors import ModelError

if TYPE_CHECKING:
    from foreword.cli.live import LiveOutput

CONNECT_S = 0.25
ACCEPT_S = 1.0
"""How long the server may take to say whether it does a command; it has done nothing by then."""
_HERE = frozenset({"-h", "--help", "-", "--"})
"""What this process does: it prints help, or reads its own input."""


def hand_over(name: str, argv: Sequence[str]) -> int | None:
    """The exit code of a command that a running server did; None if this process is to do it.

    Raises:
        ModelError: the server went while it may have sent something.
        KeyboardInterrupt: the user cancelled; the server is told by the end of the connection.
    """
    if name not in HANDED_OVER or not _HERE.isdisjoint(argv):
        return None
    connected = _connected(argv)
    if connected is None:
        return None
    with connected, connected.makefile("rwb") as both:
        lines = cast("IO[bytes]", both)
        return _Conversation(lines, name, argv).code() if _has_begun(connected, lines, name, argv) else None


def _connected(argv: Sequence[str]) -> socket.socket | None:
    """A connection to the server of the workspace that is named; None if there is none that can be trusted."""
    folder = _workspace_of(argv)
    path = socket_path(os.environ, Path(os.path.realpath(folder))) if folder is not None else None
    if path is None or not (is_private(path.parent) and is_private(path, is_socket=True)):
        return None
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(CONNECT_S)
        connected.connect(str(path))
        if is_same_user(connected):
            return connected
    except OSError:
        pass
    connected.close()
    return None


def _workspace_of(argv: Sequence[str]) -> str | None:
    """The folder that a command line names; None where that takes a parser to say."""
    folder, rest = ".", iter(argv)
    for word in rest:
        if word in {"-w", "--workspace"}:
            folder = next(rest, "")
        elif word.startswith("--workspace="):
            folder = word.partition("=")[2]
        elif word.startswith(("-w", "--w")):
            return None
    return folder or None


def _has_begun(connected: socket.socket, lines: IO[bytes], name: str, argv: Sequence[str]) -> bool:
    """Whether the server has taken the command; it may decline, or take too long to say."""
    request = {
        "environment": environment_digest(os.environ),
        "command": name,
        "arguments": list(argv),
        "columns": columns(),
        "isTerminal": sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty(),
    }
    try:
        connected.settimeout(ACCEPT_S)
        _send(lines, request)
        if not (_next(lines) or {}).get("accepted"):
            return False
        # Without a bound from here on: an answer takes as long as it takes.
        connected.settimeout(None)
        _send(lines, {"go": True})
    except (OSError, ValueError):
        return False
    return True


class _Conversation:
    """What the server says of a command that it does."""

    def __init__(self, lines: IO[bytes], name: str, argv: Sequence[str]) -> None:
        self._lines = lines
        self._name = name
        self._folder = _workspace_of(argv) or "."
        self._live: LiveOutput | None = None

    def code(self) -> int | None:
        """The exit code; None if the server went and the command can be done again."""
        try:
            said = self._last_word()
        finally:
            if self._live is not None:
                self._live.close()
        if said is None:
            if self._name in SENDING:
                raise ModelError(
                    "the server that was asking ended before the answer, which may have been sent and paid: see"
                    " `foreword usage` and `foreword last`, and ask again if you want it anew"
                )
            return None
        result = said.get("result")
        if result is not None:
            if "json" in result:
                print_json(result["json"])
            else:
                print_blocks(map(block_from_json, result["blocks"]))
        print_blocks(map(block_from_json, said["problems"]))
        if result is None:
            print_notice(f"foreword: {' '.join(said['error'].split())}\n")
        sys.stdout.flush()
        return int(said["code"])

    def _last_word(self) -> Mapping[str, Any] | None:
        with suppress(OSError, ValueError):
            while (said := _next(self._lines)) is not None:
                if "event" in said:
                    self._show(said["event"])
                elif "consent" in said:
                    _send(self._lines, {"yes": _is_agreed(said["consent"])})
                else:
                    return said
        return None

    def _show(self, event: Sequence[Any]) -> None:
        from foreword.cli.live import LiveOutput, event_from_json  # noqa: PLC0415 - most commands tell their result alone

        if self._live is None:
            self._live = LiveOutput(None, as_json=False, root=Path(self._folder).resolve())
        self._live.event(event_from_json(event))


def _is_agreed(question: str) -> bool:
    print_notice(f"foreword: {question} [y/N] ")
    return is_yes(sys.stdin.readline())


def _send(lines: IO[bytes], value: Mapping[str, object]) -> None:
    lines.write(json.dumps(value).encode() + b"\n")
    lines.flush()


def _next(lines: IO[bytes]) -> dict[str, Any] | None:
    line = lines.readline(MAX_LINE)
    said = json.loads(line) if line.endswith(b"\n") else None
    return said if isinstance(said, dict) else None
