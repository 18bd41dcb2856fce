"""The only door to git: plumbing commands whose output no user configuration can change.

GitPython starts the processes; its object and index classes are not used, being ten times slower than
reading what one command prints. Nothing here writes to a repository, takes a lock, asks for a password,
reaches the network, or runs a program that the repository's configuration names, but `push`, which only a user orders.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from foreword.core.errors import WorkspaceError

if TYPE_CHECKING:
    from subprocess import Popen

    from git.cmd import Git

ENVIRONMENT: Mapping[str, str] = {
    # Else looking at the files would write git's index, and get in the way of the user's own git.
    "GIT_OPTIONAL_LOCKS": "0",
    # A replaced object has contents that do not hash to its id, by which everything here is stored.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    # What git complains of is recognised by its English words.
    "LC_ALL": "C",
    # The empty value that `--config-env` takes for what is switched off.
    "FOREWORD_NOTHING": "",
}
"""No protocol is allowed because git before 2.45 does not know GIT_NO_LAZY_FETCH."""

FOREIGN_VARIABLES = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_PREFIX",
        "GIT_NAMESPACE",
        "GIT_SHALLOW_FILE",
        "GIT_GRAFT_FILE",
        "GIT_REPLACE_REF_BASE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_ATTR_SOURCE",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)
"""What a hook or `git rebase --exec` leaves in the environment would point git at another repository."""


NOT_INSTALLED = "git is not installed: install it, or work on a folder outside git"


class GitMissingError(WorkspaceError):
    """There is no git program."""


def push(root: Path, remote: str, ref: str) -> None:
    """Push a ref over the same one of a remote, as the user's own git does: with their credentials and protocols.

    Raises:
        WorkspaceError: git did not do it; the message says why.
    """
    # Hooks are about the team's branches, not about a ref of ours.
    args = ("push", "--quiet", "--no-verify", "--force", remote, f"{ref}:{ref}")
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "GIT_ALLOW_PROTOCOL"}
    status, _, complaint = execute(root, *args, environment=environment)
    if status:
        raise WorkspaceError(f"{ref} was not pushed to {remote}: {last_line(complaint)}")


def execute(
    root: Path,
    *args: str,
    stdin: IO[bytes] | None = None,
    environment: Mapping[str, str] = ENVIRONMENT,
) -> tuple[int, bytes, str]:
    """The exit status, standard output and complaints of a git command.

    Raises:
        GitMissingError: there is no git program.
    """
    program = _program(root)
    from git.exc import GitCommandNotFound  # noqa: PLC0415 - see _program

    try:
        done = program.execute(
            _command(root, args),
            istream=cast("BinaryIO | None", stdin),
            with_extended_output=True,
            # GitPython's exceptions hold the whole command line; the callers here need status and complaint.
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
            env=environment,
            shell=False,
        )
    except GitCommandNotFound as error:
        raise GitMissingError(NOT_INSTALLED) from error
    return done


def run(root: Path, *args: str, stdin: IO[bytes] | None = None) -> bytes:
    """The standard output of a git command.

    Raises:
        WorkspaceError: git failed.
    """
    status, output, complaint = execute(root, *args, stdin=stdin)
    if status:
        raise WorkspaceError(f"git {args[0]} failed in {root}: {last_line(complaint)} (try `git fsck` there)")
    return output


def ask(root: Path, *args: str) -> str | None:
    """The output of a git command as one line, or None if git says no."""
    status, output, _ = execute(root, *args)
    return None if status else text_of(output).removesuffix("\n")


def start(root: Path, *args: str, stdin: IO[bytes]) -> Popen[bytes]:
    """A running git command, as a context manager; the caller reads both of its outputs."""
    guard = _program(root).execute(
        _command(root, args), istream=cast("BinaryIO", stdin), as_process=True, env=ENVIRONMENT, shell=False
    )
    # The guard would end the process as soon as the guard itself is forgotten.
    process, guard.proc = guard.proc, None
    return cast("Popen[bytes]", process)


def text_of(output: bytes) -> str:
    """What git printed; bytes that are no UTF-8, as they occur in paths, become lone surrogates."""
    return output.decode("utf-8", "surrogateescape")


def records_of(output: bytes) -> list[str]:
    """The NUL-terminated records that a command prints with `-z`."""
    return text_of(output).split("\0")[:-1]


def last_line(complaint: str) -> str:
    """The last line that says something of what git printed to standard error."""
    lines = [line for line in complaint.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"


def _program(root: Path) -> Git:
    """GitPython is imported here because it tries git as it is imported, which fails where git is missing or fails.

    Raises:
        GitMissingError: there is no git program.
        WorkspaceError: there is one, and it fails whatever it is asked.
    """
    try:
        from git.cmd import Git  # noqa: PLC0415
    except ImportError as error:
        if which("git") is None:
            raise GitMissingError(NOT_INSTALLED) from error
        raise WorkspaceError(
            f"git fails, and says: {_complaint(error.__cause__)} (try `git --version`)"
        ) from error
    return Git(root)


def _complaint(error: BaseException | None) -> str:
    """What git said as GitPython tried it; GitPython wraps it in words of its own."""
    told = str(getattr(error, "stderr", "") or error or "").strip()
    return last_line(told.removeprefix("stderr: ").strip("'"))


def _command(root: Path, args: Sequence[str]) -> list[str]:
    return [
        *_cleared_environment(),
        "git",
        "--no-pager",
        "-c",
        # This setting may name a program, which git would run, or start a daemon.
        "core.fsmonitor=false",
        "-C",
        str(root),
        *args,
    ]


def _cleared_environment() -> list[str]:
    """Removes foreign variables by `env -u`, since GitPython can only add variables.

    Raises:
        WorkspaceError: on Windows, where there is no `env`.
    """
    present = sorted(FOREIGN_VARIABLES & os.environ.keys())
    if not present:
        return []
    if os.name != "posix":
        raise WorkspaceError(f"{present[0]} is set in the environment: unset it and try again")
    return ["env", *(word for name in present for word in ("-u", name))]
