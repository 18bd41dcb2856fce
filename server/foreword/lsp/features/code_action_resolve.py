"""`codeAction/resolve`: the model runs when the user has chosen an action, and the action gets its edit.

What that needs of the core is imported when the first one runs: this module is on the path to `initialize`.
"""

from __future__ import annotations

from lsprotocol import types

from foreword.core.errors import ForewordError
from foreword.lsp.connection.server import ForewordServer, handle


def register(server: ForewordServer) -> None:
    """Register the handler of this module."""
    handle(server, types.CODE_ACTION_RESOLVE, resolve)


async def resolve(server: ForewordServer, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit, or an empty one and a message to the user: few clients show an error of this method."""
    if not isinstance(action.data, dict) or action.edit is not None:
        return action
    await server.load("foreword.lsp.features.edit_command")
    from foreword.lsp.features.edit_command import edit_of  # noqa: PLC0415 - loaded by now

    try:
        action.edit = await edit_of(server, action.title, action.data)
    except ForewordError as error:
        # Some editors swallow an error reply here and others show it twice: one message reaches every user.
        text = " ".join(str(error).split())
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"Foreword: {text}"))
        # LSP runs an action's command after its edit: without the edit it is to do nothing.
        action.command = None
    if action.edit is None and server.client.resolves_edits:
        action.edit = types.WorkspaceEdit(changes={})  # an edit is what every client takes for an end
    return action
