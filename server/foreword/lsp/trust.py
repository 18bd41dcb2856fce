"""May anything of a workspace leave the machine? Asked of the user once, before the first time that it would."""

from __future__ import annotations

from lsprotocol import types

from foreword.assist.session.folder import OpenFolder
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.trust import is_trusted, set_trust
from foreword.core.errors import TrustError
from foreword.lsp.configuration import is_trusted_by_client
from foreword.lsp.server import ForewordServer

YES, NO = "Trust this folder", "Not now"


async def require_trust(server: ForewordServer, opened: OpenFolder, session: Session) -> None:
    """Go on if the provider is offline, or the workspace is trusted, or the user says so now.

    Raises:
        TrustError: nothing may be sent.
    """
    name = provider_name(session)
    if name == "offline" or is_trusted_by_client(server) or is_trusted(session.places, session.root):
        return
    if not server.client.answers_questions or not await _asks(server, session.root.name, name):
        raise TrustError(
            f"{session.root.name} is not trusted, so nothing of it is sent to {name}: "
            "run `foreword trust` there, or choose the provider offline"
        )
    await opened.run(set_trust, session.places, session.root, trusted=True)


async def _asks(server: ForewordServer, folder: str, provider: str) -> bool:
    question = (
        f"Foreword: may text from {folder} be sent to the provider {provider}? "
        "Answers need it; the offline provider does without."
    )
    actions = [types.MessageActionItem(YES), types.MessageActionItem(NO)]
    answer = await server.window_show_message_request_async(
        types.ShowMessageRequestParams(types.MessageType.Warning, question, actions)
    )
    return answer is not None and answer.title == YES
