"""The proposals of a connection, so that a client can apply one later, or a part of it, or take it back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import shorten
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.edits.proposal_store import (
    KeptProposal,
    proposals_folder,
    read_proposal,
    read_proposals,
    write_proposal,
)
from foreword.assist.edits.review import ProposalReview, remaining
from foreword.core.errors import UsageError
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.output.virtual_documents import refused_uri
from foreword.storage.directories import find_places

MAX_KEPT = 50
MAX_TITLE = 80
"""Characters: it is the label of one step of undo."""
PROPOSALS_SCHEMA = "foreword.proposals/1"


async def keep_proposal(
    server: ForewordServer, folder: Folder, proposal: Proposal, title: str, name: str = ""
) -> str:
    """Remember a proposal; gives its id, which is `name` if there is one. The oldest is forgotten."""
    name = name or uuid4().hex
    short = shorten(title, MAX_TITLE, placeholder="...")
    server.proposals[name] = KeptProposal(proposal, folder.uri, short, server.time.now())
    for old in list(server.proposals)[:-MAX_KEPT]:
        del server.proposals[old]
        server.pages.pop(refused_uri(old), None)
    if proposal.files:
        await _write(server, name)
    return name


async def note_review(server: ForewordServer, name: str, review: ProposalReview) -> None:
    """The user has decided about some of a proposal."""
    server.proposals[name] = replace(proposal_of(server, name), review=review)
    await _write(server, name)


async def find_proposal(server: ForewordServer, name: str) -> KeptProposal | None:
    """A proposal by its id, of this process or of an earlier one; None if it is forgotten, or never was."""
    if name not in server.proposals:
        stored = await asyncio.to_thread(read_proposal, _home(server), name)
        if stored is not None:
            # Another request may have read it meanwhile: its copy may have newer decisions.
            server.proposals.setdefault(name, stored)
    return server.proposals.get(name)


def proposal_of(server: ForewordServer, name: str) -> KeptProposal:
    """A proposal of this process by its id.

    Raises:
        UsageError: it is forgotten, or never was.
    """
    kept = server.proposals.get(name)
    if kept is None:
        raise UsageError(f"there is no proposal {name!r} any more: ask again")
    return kept


async def proposals_json(server: ForewordServer, folder: Folder) -> dict[str, Any]:
    """The proposals of a folder of which something is undecided, newest first, as `foreword.proposals/1`."""
    stored = await asyncio.to_thread(read_proposals, _home(server))
    both = {name: server.proposals.get(name, kept) for name, kept in stored}
    mine = ((name, kept) for name, kept in both.items() if kept.folder_uri == folder.uri)
    listed = [_summary(name, kept) for name, kept in mine]
    return {"schema": PROPOSALS_SCHEMA, "proposals": [one for one in listed if one["files"]]}


def _summary(name: str, kept: KeptProposal) -> dict[str, Any]:
    pending = ((file, kept.review.pending(file)) for file in kept.proposal.files.values())
    files = [{"path": file.path, "kind": file.kind, "hunks": len(left)} for file, left in pending if left]
    return {"proposalId": name, "title": kept.title, "at": kept.at, "files": files}


async def _write(server: ForewordServer, name: str) -> None:
    await asyncio.to_thread(write_proposal, _home(server), name, server.proposals[name])


def _home(server: ForewordServer) -> Path:
    return proposals_folder(find_places(server.environ).data)


@dataclass(frozen=True, slots=True)
class Part:
    """Of a proposal those files, and those hunks (by path, numbers from 0); all of it if neither is named."""

    files: Sequence[str] = ()
    hunks: Mapping[str, Sequence[int]] = field(default_factory=dict)


def part_of(kept: KeptProposal, part: Part) -> Proposal:
    """The part of a proposal, as a proposal over the text that has what was applied of it before.

    What is decided already is in it only if it is named by its hunks, or if nothing is undecided.

    Raises:
        UsageError: there is no such file or hunk in it.
    """
    proposal = kept.proposal
    wanted = [*dict.fromkeys((*part.files, *part.hunks))] or list(proposal.files)
    missing = next((path for path in wanted if path not in proposal.files), None)
    if missing is not None:
        raise UsageError(f"the proposal has no file {missing}: it has {', '.join(proposal.files)}")
    numbers = {path: _numbers(kept, proposal.files[path], part.hunks.get(path)) for path in wanted}
    if not any(numbers.values()) and not part.hunks:
        numbers = {path: tuple(range(max(1, len(proposal.files[path].hunks)))) for path in wanted}
    parts = [_part(kept, proposal.files[path], chosen) for path, chosen in numbers.items() if chosen]
    return Proposal(MappingProxyType({file.path: file for file in parts}))


def _numbers(kept: KeptProposal, file: ProposedFile, chosen: Sequence[int] | None) -> tuple[int, ...]:
    return kept.review.pending(file) if chosen is None else tuple(chosen)


def _part(kept: KeptProposal, file: ProposedFile, numbers: Sequence[int]) -> ProposedFile:
    review = kept.review.of(file.path)
    is_all = not review.applied and not review.is_whole and len(numbers) >= len(file.hunks)
    if not file.has_parts and tuple(numbers) in ((), (0,)):
        return file
    return (
        file
        if is_all and sorted(set(numbers)) == [*range(len(file.hunks))]
        else remaining(file, review, numbers)
    )
