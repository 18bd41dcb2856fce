"""May a request be sent that costs more than `limits.confirm`? Asked of the user, who sees the money."""

from __future__ import annotations

from lsprotocol import types

from foreword.assist.session.ports import Consent
from foreword.lsp.connection.server import ForewordServer

SEND, CANCEL = "OK", "Cancel"


def consent_of(server: ForewordServer) -> Consent:
    """How to ask the user of this client; where nobody can be asked, the answer is no."""

    async def ask(question: str) -> bool:
        if not server.client.answers_questions:
            return False
        answer = await server.window_show_message_request_async(
            types.ShowMessageRequestParams(
                types.MessageType.Warning,
                f"Foreword: {question}",
                [types.MessageActionItem(SEND), types.MessageActionItem(CANCEL)],
            )
        )
        # LSP: a message that is closed without a choice gives null, which is no consent.
        return answer is not None and answer.title == SEND

    return ask
