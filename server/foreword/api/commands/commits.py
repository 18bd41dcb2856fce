"""Words for what is staged: `commit`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from foreword.api.command import Body
from foreword.api.commands.questions import answer_quietly, require_model
from foreword.api.parameters import Flag, Sending
from foreword.api.printed import Printed, Verbatim, notice
from foreword.api.workspace import Stage, Workspace
from foreword.assist.answering.commit_message import CommitMessage, commit_question, message_of
from foreword.core.errors import WorkspaceError


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitParameters(Sending):
    """The parameters of `commit`."""

    print: Annotated[bool, Flag("only print the message, and commit nothing")] = False


@dataclass(frozen=True, slots=True)
class CommitResult:
    """A message, and the exit code of `git commit`, None if that was not called."""

    message: CommitMessage
    git_code: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As `foreword.commit/1`."""
        return self.message.to_json()


async def commit(workspace: Workspace, given: CommitParameters) -> CommitResult:
    """The message for what is staged; unless it is only to be printed, `git commit` opens it in the user's editor.

    Raises:
        ForewordError: there is no message; the error says why.
    """
    found = await write_message(workspace, given)
    # A part of a message is shown, and nothing is committed with it.
    if given.print or not found.message.answer.is_complete:
        return found
    return replace(found, git_code=await workspace.run(_commit, workspace.root, found.message.text))


async def write_message(workspace: Workspace, given: CommitParameters) -> CommitResult:
    """The message for what is staged.

    Raises:
        ForewordError: nothing is staged, or there is no answer; the message says why.
    """
    await require_model(workspace, "a commit message")
    text = await workspace.run(commit_question, workspace.session)
    workspace.emit(Stage("writing the commit message"))
    return CommitResult(message_of(await answer_quietly(workspace, text, use_cache=not given.no_cache)))


def _commit(root: Path, text: str) -> int:
    """`git commit` as the user would call it: with hooks, and with the user's editor on this terminal."""
    # Closed before git reads it, and removed below: Windows lets nobody open it twice.
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt", delete=False) as file:
        file.write(text)
    path, git = Path(file.name), shutil.which("git") or "git"
    try:
        return subprocess.run(
            [git, "commit", "--edit", "--file", str(path)], cwd=root, check=False
        ).returncode
    except OSError as error:
        raise WorkspaceError(f"git can't be called ({error}): use --print") from error
    finally:
        path.unlink(missing_ok=True)


def _show(found: CommitResult, _given: CommitParameters, _columns: int) -> Iterator[Printed]:
    if found.git_code is None:
        yield Verbatim(found.message.text)
    # A diff names files that are left out, and needs none of them.
    if found.message.answer.note and not found.message.answer.is_complete:
        yield notice(f"foreword: {found.message.answer.note}", "yellow")
    yield notice(found.message.answer.receipt.summary, "dim")


COMMIT = Body(CommitParameters, commit, _show, lambda found: found.git_code or found.message.answer.exit_code)
