"""The proposals of a connection, so that a client can apply one later, or a part of it, or take it back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from foreword.assist.edits.proposal import Proposal
from foreword.assist.edits.proposal_parts import PROPOSALS_SCHEMA, summary_json
from foreword.assist.edits.proposal_store import (
    KeptProposal,
    is_for,
    proposals_folder,
    read_proposal,
    read_proposals,
    short_title,
    write_proposal,
)
from foreword.assist.edits.review import ProposalReview
from foreword.core.errors import UsageError
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.output.virtual_documents import refused_uri
from foreword.storage.directories import find_places

MAX_KEPT = 50


async def keep_proposal(
    server: ForewordServer, folder: Folder, proposal: Proposal, title: str, name: str = ""
) -> str:
    """Remember a proposal; gives its id, which is `name` if there is one. The oldest is forgotten."""
    name = name or uuid4().hex
    server.proposals[name] = KeptProposal(proposal, folder.uri, short_title(title), server.time.now())
    for old in list(server.proposals)[:-MAX_KEPT]:
        del server.proposals[old]
        server.pages.pop(refused_uri(old), None)
    if proposal.files:
        await _write(server, name)
    return name


async def note_review(server: ForewordServer, name: str, review: ProposalReview) -> None:
    """The user has decided about some of a proposal."""
    server.proposals[name] = proposal_of(server, name).having(review)
    await _write(server, name)


async def find_proposal(server: ForewordServer, name: str) -> KeptProposal | None:
    """A proposal by its id, of this process or of an earlier one; None if it is forgotten, or never was."""
    stored = await asyncio.to_thread(read_proposal, _home(server), name)
    if stored is not None:
        server.proposals[name] = _newer(server, name, stored)
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
    root = folder.open_folder.root if folder.open_folder else folder.path
    mine = [(name, _newer(server, name, kept)) for name, kept in stored if is_for(kept, root)]
    listed = [summary_json(name, kept) for name, kept in mine]
    return {"schema": PROPOSALS_SCHEMA, "proposals": [one for one in listed if one["files"]]}


def _newer(server: ForewordServer, name: str, stored: KeptProposal) -> KeptProposal:
    """The state of a proposal that has all decisions: a command line or another editor may have made some meanwhile."""
    known = server.proposals.get(name, stored)
    return stored if stored.n_reviews > known.n_reviews else known


async def _write(server: ForewordServer, name: str) -> None:
    await asyncio.to_thread(write_proposal, _home(server), name, server.proposals[name])


def _home(server: ForewordServer) -> Path:
    return proposals_folder(find_places(server.environ).data)
