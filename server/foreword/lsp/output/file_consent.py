"""May a code action create, rename or delete files? Some editors do that on disk at once, and show nothing before.

A client that annotates changes asks its user itself. Of others the user is asked here; where nobody can be asked, the
files are left out of the edit, shown as a diff, and stay a proposal, which the next code actions offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsprotocol import types

from foreword.assist.edits.proposal import ChangeKind, Proposal, ProposedFile
from foreword.assist.session.open_workspace import OpenFolder
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.output.virtual_documents import diff_uri, show_diff

GO_ON, LEAVE_OUT = "Go on", "Leave out"
WORDS: Mapping[ChangeKind, str] = {"create": "create", "rename": "rename to", "delete": "delete"}


async def agreed(server: ForewordServer, opened: OpenFolder, name: str, proposal: Proposal) -> Proposal:
    """What of a proposal may be in the edit of a code action.

    Raises:
        StoreError: a diff can't be written for a client that reads files only.
    """
    touched = [file for file in proposal.files.values() if file.kind != "change"]
    touched = [file for file in touched if file.kind in server.client.file_operations]
    if not touched or server.client.annotates_changes or await _is_agreed(server, touched):
        return proposal
    for file in touched:
        proposal = proposal.without(file.path)
    if not server.client.answers_questions:
        diff = "".join(file.diff for file in touched)
        uri = await show_diff(server, opened.session.places.data / "proposals", diff_uri(name), diff)
        text = f"the proposal would {_listed(touched)}: the diff is {uri}; the code actions here now offer it"
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"Foreword: {text}"))
    return proposal


async def _is_agreed(server: ForewordServer, files: Sequence[ProposedFile]) -> bool:
    if not server.client.answers_questions:
        return False
    answer = await server.window_show_message_request_async(
        types.ShowMessageRequestParams(
            types.MessageType.Info,
            f"Foreword: the proposal would {_listed(files)}.",
            [types.MessageActionItem(GO_ON), types.MessageActionItem(LEAVE_OUT)],
        )
    )
    # Closing the message without a choice gives null: the files are left out.
    return answer is not None and answer.title == GO_ON


def _listed(files: Sequence[ProposedFile]) -> str:
    return ", ".join(f"{WORDS[file.kind]} {file.path}" for file in files)
