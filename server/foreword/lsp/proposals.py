"""The newest proposals of a connection, so that a client can apply one later, or a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from types import MappingProxyType
from uuid import uuid4

from foreword.assist.edits.proposal import Proposal
from foreword.core.errors import UsageError
from foreword.lsp.folder import Folder
from foreword.lsp.pages import refused_uri
from foreword.lsp.server import ForewordServer

MAX_KEPT = 50
MAX_TITLE = 80
"""Characters: it is the label of one step of undo."""


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A proposal for the folder at a URI; `title` says in a few words what it is for."""

    proposal: Proposal
    folder_uri: str
    title: str


def keep_proposal(
    server: ForewordServer, folder: Folder, proposal: Proposal, title: str, name: str = ""
) -> str:
    """Remember a proposal; gives its id, which is `name` if there is one. The oldest is forgotten."""
    name = name or uuid4().hex
    server.proposals[name] = KeptProposal(proposal, folder.uri, shorten(title, MAX_TITLE, placeholder="..."))
    for old in list(server.proposals)[:-MAX_KEPT]:
        del server.proposals[old]
        server.pages.pop(refused_uri(old), None)
    return name


def proposal_of(server: ForewordServer, name: str) -> KeptProposal:
    """A proposal by its id.

    Raises:
        UsageError: it is forgotten, or never was.
    """
    kept = server.proposals.get(name)
    if kept is None:
        raise UsageError(f"there is no proposal {name!r} any more: ask again")
    return kept


@dataclass(frozen=True, slots=True)
class Part:
    """Of a proposal those files, and those hunks (by path, numbers from 0); all of it if neither is named."""

    files: Sequence[str] = ()
    hunks: Mapping[str, Sequence[int]] = field(default_factory=dict)


def part_of(proposal: Proposal, part: Part) -> Proposal:
    """The part of a proposal, as a proposal.

    Raises:
        UsageError: there is no such file or hunk in it.
    """
    hunks = part.hunks
    wanted = [*dict.fromkeys((*part.files, *hunks))] or list(proposal.files)
    missing = next((path for path in wanted if path not in proposal.files), None)
    if missing is not None:
        raise UsageError(f"the proposal has no file {missing}: it has {', '.join(proposal.files)}")
    chosen = (proposal.files[path] for path in wanted)
    parts = (file.having_only(hunks[file.path]) if file.path in hunks else file for file in chosen)
    return Proposal(MappingProxyType({file.path: file for file in parts}))
