"""A proposal that the user agreed to, on its way into the files: through a client that writes them, else to disk.

A client may hold text that is not saved: hunks are placed on what it has, exactly or not at all. What a client could
spoil is not given to it: moved and deleted files, other encodings, line ends and byte order marks are written here, and only
where the client holds nothing unsaved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from foreword.api.commands.proposal_decisions import ProposalState, decided
from foreword.api.workspace import Workspace
from foreword.assist.edits.apply import Outcome, apply_proposal
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.edits.proposal_parts import applied
from foreword.assist.session.snapshot.overlay import BYTE_ORDER_MARK
from foreword.assist.session.write_journal import noted
from foreword.core.documents.text import Text, decode
from foreword.core.errors import Problem, WorkspaceError
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.workspace.files.atomic_write import why_not_written
from foreword.workspace.files.disk import read_file


class ClientFiles(Protocol):
    """The files of the workspace as the client has them, by their paths in it."""

    async def read(self, path: str) -> str | None:
        """The client's text of a file, unsaved changes with it; None where it has none, or can't read."""
        ...

    async def write(self, path: str, text: str) -> str:
        """Have the client write a file; why it did not, or nothing."""
        ...


async def deliver(workspace: Workspace, state: ProposalState, client: ClientFiles | None) -> ProposalState:
    """The proposal after it was brought into the files, where it fits, and what became of each.

    Without a `client` that writes, all is written to disk.
    """
    files = state.kept.proposal.files
    with noted(workspace.places, workspace.root, files):
        outcomes = tuple([await _delivered(workspace, file, client) for file in files.values()])
    review = applied(state.kept, outcomes)
    return await workspace.run_aside(decided, workspace, state, review, outcomes)


async def _delivered(workspace: Workspace, file: ProposedFile, client: ClientFiles | None) -> Outcome:
    if client is None:
        return await workspace.run(_on_disk, workspace.root, file)
    try:
        return await _through_client(workspace, file, client)
    except WorkspaceError as error:
        return _refused(file.path, str(error))


async def _through_client(workspace: Workspace, file: ProposedFile, client: ClientFiles) -> Outcome:
    """What became of a file that a client may have open.

    Raises:
        WorkspaceError: it leads out of the workspace by now.
    """
    root, source = workspace.root, file.source or file.path
    now = await workspace.run(_text_on_disk, root, source, file.before)
    held = await client.read(source)
    if file.kind == "create":
        # Some clients have an empty text for what is not there.
        return await _created(workspace, file, client, is_free=now is None and not held)
    if now is None:
        return _refused(file.path, f"{source} is gone or has become too large, so nothing was changed in it")
    if file.kind == "change" and _is_plain(now):
        return await _changed(workspace, file, client, now, held)
    if held is not None and not _is_same(held, now):
        return _refused(file.path, f"{source} has unsaved changes: save it, then apply the proposal")
    return await workspace.run(_on_disk, root, file)


async def _created(
    workspace: Workspace, file: ProposedFile, client: ClientFiles, *, is_free: bool
) -> Outcome:
    if not is_free:
        return _refused(file.path, f"{file.path} exists by now: move it away, or ask again")
    return await _written(workspace, Outcome(file.path, applied=True), client, file.after or "")


async def _changed(
    workspace: Workspace, file: ProposedFile, client: ClientFiles, now: Text, held: str | None
) -> Outcome:
    current = now if held is None else replace(now, content=held)
    found = await workspace.run(file.resolve, current)
    resolution = found.resolution
    problems = tuple(one.problem(file.path) for one in resolution.refused)
    if not resolution.edits:
        return Outcome(file.path, applied=False, problems=problems)
    wanted = Outcome(file.path, applied=True, problems=problems, fitting=found.fitting)
    return await _written(workspace, wanted, client, resolution.text.content)


async def _written(workspace: Workspace, wanted: Outcome, client: ClientFiles, text: str) -> Outcome:
    """The wanted outcome if the client writes the text, else why not."""
    path = wanted.path
    # A client writes wherever it is told to: what leads out of the workspace is refused here.
    problem = await workspace.run(why_not_written, workspace.root, path)
    if problem is None:
        failure = await client.write(path, text)
        held = None if failure else await client.read(path)
        if held is not None and _lines(held) != _lines(text):
            failure = "it has another text now"
        if not failure:
            return wanted
        problem = Problem(f"the client did not write {path} ({failure}): the proposal is kept", path)
    return Outcome(path, applied=False, problems=(*wanted.problems, problem))


def _on_disk(root: Path, file: ProposedFile) -> Outcome:
    files: Mapping[str, ProposedFile] = MappingProxyType({file.path: file})
    return apply_proposal(root, Proposal(files))[0]


def _text_on_disk(root: Path, path: str, before: Text | None) -> Text | None:
    """The text of a file, which was `before` some other one; None if there is none, or it is too large to be edited."""
    data = read_file(root, path)
    return (
        None
        if data is None or len(data) > MAX_FILE_BYTES
        else decode(data, before.encoding if before else None)
    )


def _is_plain(text: Text) -> bool:
    r"""Whether a client that knows nothing of encodings and line ends reads and writes it as it is.

    Of lines that end with "\r\n" some clients hand out "\n" alone, and write one "\r" more for each that they are given.
    """
    is_plain = text.encoding == "utf-8" and not text.bom and not text.n_invalid
    return is_plain and text.newline in ("lf", "none")


def _is_same(held: str, now: Text) -> bool:
    return _lines(held) == _lines(now.content)


def _lines(text: str) -> list[str]:
    """The lines without their ends; some clients drop the last one, or a byte order mark."""
    return text.removeprefix(BYTE_ORDER_MARK).rstrip("\r\n").splitlines()


def _refused(path: str, why: str) -> Outcome:
    return Outcome(path, applied=False, problems=(Problem(why, path),))
