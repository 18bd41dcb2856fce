"""Words for what changed: `commit` and `review`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import quote

from foreword import __version__
from foreword.api.command import Body
from foreword.api.commands.questions import answer_quietly, require_model
from foreword.api.parameters import Flag, SendingParameters
from foreword.api.printed import Data, Line, Printed, Verbatim, notice
from foreword.api.workspace import Stage, Workspace
from foreword.assist.answering.change_review import SEVERITIES, ChangeReview, Finding, find_change, review_of
from foreword.assist.answering.commit_message import CommitMessage, commit_question, message_of
from foreword.core.errors import UsageError, WorkspaceError


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitParameters(SendingParameters):
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


SARIF_VERSION = "2.1.0"
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
GITHUB_LEVELS = MappingProxyType({"error": "error", "warning": "warning", "note": "notice"})
"""Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewParameters(SendingParameters):
    """The parameters of `review`."""

    base: Annotated[str, Flag("the commit or branch that the change will go to", "REF")]
    fail_on: Annotated[
        Literal["error", "warning", "note"] | None, Flag("exit with 1 if a finding is at least so severe")
    ] = None
    sarif: Annotated[bool, Flag(f"print SARIF {SARIF_VERSION}")] = False
    github: Annotated[bool, Flag("print the findings as annotations of GitHub Actions")] = False


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """A review, and whether it has a finding that the caller asked to fail on."""

    review: ChangeReview
    fails: bool = False

    def to_json(self) -> dict[str, Any]:
        """As `foreword.review/1`."""
        return self.review.to_json()

    @property
    def exit_code(self) -> int:
        """0, or what a script is to know: 1 for a finding that it fails on, and the code of an answer that was cut short."""
        return self.review.answer.exit_code or int(self.fails)


async def review(workspace: Workspace, given: ReviewParameters) -> ReviewResult:
    """Have what changed since the merge base with a commit reviewed.

    Raises:
        ForewordError: there is no change, or no answer; the message says why.
    """
    if given.sarif and given.github:
        raise UsageError("--sarif and --github are two forms of one output: choose one")
    await require_model(workspace, "a review")
    saved = await workspace.saved(whole=True)
    change = await workspace.run(find_change, workspace.session, saved, given.base)
    workspace.emit(Stage(f"reviewing {len(change.paths)} changed files"))
    answer = await answer_quietly(workspace, change.question, use_cache=not given.no_cache)
    return _judged(review_of(answer, change, saved), given)


def _judged(found: ChangeReview, given: ReviewParameters) -> ReviewResult:
    if given.fail_on is None:
        return ReviewResult(found)
    severe = SEVERITIES[: SEVERITIES.index(given.fail_on) + 1]
    return replace(ReviewResult(found), fails=any(one.severity in severe for one in found.findings))


def _show_findings(found: ReviewResult, given: ReviewParameters, _columns: int) -> Iterator[Printed]:
    review = found.review
    if given.sarif:
        yield Data(sarif(review))
    else:
        yield from (Line(_annotation(one) if given.github else _row(one)) for one in review.findings)
    if not review.findings:
        yield notice("no findings")
    if review.is_cut_off:
        yield notice(
            "this clone has no merge base with it (it is shallow), so what others changed there meanwhile counts as changed here: "
            "fetch the history with `git fetch --unshallow --filter=blob:none`",
            "yellow",
        )
    if review.not_reviewed:
        yield notice(f"not reviewed, too large: {', '.join(review.not_reviewed)}", "yellow")
    if review.n_dropped:
        s = "" if review.n_dropped == 1 else "s"
        yield notice(
            f"left out {review.n_dropped} finding{s} about a file or line that does not exist", "yellow"
        )
    if review.answer.note:
        yield notice(f"foreword: {review.answer.note}", "yellow")
    yield notice(review.answer.receipt.summary, "dim")


def _row(one: Finding) -> str:
    """A finding as compilers print theirs, so that editors and terminals find the place."""
    # On one line: a second one could pass for a finding, or for a command of a CI runner.
    message = " ".join(one.message.splitlines())
    return f"{one.path}:{one.start_line}: {one.severity}: {message}"


def _annotation(one: Finding) -> str:
    """A workflow command; its values are escaped as the runner undoes it."""
    path = _escaped(one.path).replace(":", "%3A").replace(",", "%2C")
    place = f"file={path},line={one.start_line},endLine={one.end_line},title=Foreword"
    return f"::{GITHUB_LEVELS[one.severity]} {place}::{_escaped(one.message)}"


def _escaped(text: str) -> str:
    # The percent sign first: it begins what stands for the others.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def sarif(review: ChangeReview) -> dict[str, Any]:
    """The findings as a SARIF log with one run (https://docs.oasis-open.org/sarif/sarif/v2.1.0/)."""
    rules = [{"id": f"review/{severity}"} for severity in SEVERITIES]
    driver = {"name": "Foreword", "version": __version__, "rules": rules}
    results = [
        {
            "ruleId": f"review/{one.severity}",
            "level": one.severity,
            "message": {"text": one.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(one.path), "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": one.start_line, "endLine": one.end_line},
                    }
                }
            ],
        }
        for one in review.findings
    ]
    return {
        "$schema": SARIF_SCHEMA,
        "version": SARIF_VERSION,
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _uri(path: str) -> str:
    """A path as the relative URI reference that SARIF asks for."""
    return quote(path, errors="surrogateescape")


REVIEW = Body(ReviewParameters, review, _show_findings, lambda found: found.exit_code)
