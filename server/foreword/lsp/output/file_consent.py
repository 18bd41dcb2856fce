"""May an edit create, rename or delete files, or change what runs on this machine?

Some editors create, rename and delete on disk at once, and show nothing before; few mark what is to be looked at closely. A client that annotates changes asks its user itself. Of others the user is asked here; where nobody can be asked, the
files are left out of the edit, shown as a diff, and stay a proposal, which the next code actions offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsprotocol import types

from foreword.assist.edits.proposal import ChangeKind, Proposal, ProposedFile
from foreword.assist.session.open_workspace import OpenFolder
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.output.virtual_documents import diff_uri, show_diff

GO_ON, LEAVE_OUT = "Go on", "Leave out"
WORDS: Mapping[ChangeKind, str] = {
    "change": "change",
    "create": "create",
    "rename": "rename to",
    "delete": "delete",
}


async def agreed(
    server: ForewordServer, opened: OpenFolder, name: str, proposal: Proposal, *, is_seen: bool = False
) -> Proposal:
    """What of a proposal may be in an edit; `is_seen`: the user has seen it and wants it applied.

    Raises:
        StoreError: a diff can't be written for a client that reads files only.
    """
    known = {"change", *server.client.file_operations}
    touched = [
        file
        for file in proposal.files.values()
        if file.kind in known and (file.runs_here or (file.kind != "change" and not is_seen))
    ]
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
    return ", ".join(
        f"{WORDS[file.kind]} {file.path}{f' ({RUNS_HERE})' if file.runs_here else ''}" for file in files
    )
