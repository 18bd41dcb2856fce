"""The only door to git: plumbing commands whose output no user configuration can change.

No library stands between: to import GitPython takes longer than a look at a warm workspace, and its object and index classes
are ten times slower than reading what one command prints. Nothing here writes to a repository, takes a lock, asks for a password,
reaches the network, or runs a program that the repository's configuration names, but `push`, which only a user orders.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from foreword.core.errors import WorkspaceError

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
    "LANGUAGE": "C",
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

# 0 where there are no such windows.
WITHOUT_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
    subprocess, "CREATE_NEW_PROCESS_GROUP", 0
)

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
    try:
        done = subprocess.run(
            _command(root, args),
            stdin=stdin if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            env=_variables(environment),
            creationflags=WITHOUT_WINDOW,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitMissingError(NOT_INSTALLED) from error
    return done.returncode, done.stdout, text_of(done.stderr).removesuffix("\n")


def run(root: Path, *args: str, stdin: IO[bytes] | None = None) -> bytes:
    """The standard output of a git command.

    Raises:
        WorkspaceError: git failed.
    """
    status, output, complaint = execute(root, *args, stdin=stdin)
    if status:
        command = next(word for word in args if not word.startswith("-") and "=" not in word)
        raise WorkspaceError(f"git {command} failed in {root}: {last_line(complaint)} (try `git fsck` there)")
    return output


def ask(root: Path, *args: str) -> str | None:
    """The output of a git command as one line, or None if git says no."""
    status, output, _ = execute(root, *args)
    return None if status else text_of(output).removesuffix("\n")


def start(root: Path, *args: str, stdin: IO[bytes]) -> subprocess.Popen[bytes]:
    """A running git command, as a context manager; the caller reads both of its outputs."""
    return subprocess.Popen(
        _command(root, args),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_variables(ENVIRONMENT),
        creationflags=WITHOUT_WINDOW,
    )


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


def _command(root: Path, args: Sequence[str]) -> list[str]:
    return [
        _program(),
        "--no-pager",
        "-c",
        # This setting may name a program, which git would run, or start a daemon.
        "core.fsmonitor=false",
        "-C",
        str(root),
        *args,
    ]


def _program() -> str:
    """git, by its name where only the folders of PATH are searched for it.

    Raises:
        GitMissingError: there is none (Windows; elsewhere that shows when it is started).
    """
    if os.name == "posix":
        return "git"
    # Windows looks into the working directory first: into the workspace, whose `git.exe` would run.
    folders = map(Path, filter(os.path.isabs, os.environ.get("PATH", "").split(os.pathsep)))
    found = next((path for folder in folders if (path := folder / "git.exe").is_file()), None)
    if found is None:
        raise GitMissingError(NOT_INSTALLED)
    return str(found)


def _variables(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a git process."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES} | dict(more)
