"""May anything of a workspace leave the machine? Asked of the user once, before the first time that it would.

That a folder may be opened, which some editors ask, is another consent: it does not say that its text may be sent.
"""

from __future__ import annotations

from lsprotocol import types

from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.ports import Trust
from foreword.assist.session.trust_store import is_revoked, is_trusted, set_trust
from foreword.lsp.connection.configuration import is_refused_by_client, is_trusted_by_client
from foreword.lsp.connection.server import ForewordServer

IN_EDITOR = "trust the workspace in this editor"
YES, NO = "Trust this folder", "Not now"


def trust_of(server: ForewordServer, opened: OpenFolder) -> Trust:
    """The trust of a folder: what the client vouches for, what was granted before, or what the user says now."""
    session = opened.session

    async def ask(provider: str) -> bool:
        can_ask = server.client.answers_questions and not is_refused()
        if not can_ask or not await _asks(server, session.root.name, provider):
            return False
        await opened.run(set_trust, session.places, session.root, trusted=True)
        return True

    def granted() -> bool:
        # Trust that was taken back, or that the client withholds, outweighs every grant.
        is_known = is_trusted_by_client(server) or is_trusted(session.places, session.root)
        return is_known and not is_refused()

    def is_refused() -> bool:
        return is_refused_by_client(server) or is_revoked(session.places, session.root)

    return Trust(granted, ask, IN_EDITOR if is_refused_by_client(server) else "run `foreword trust` there")


async def _asks(server: ForewordServer, folder: str, provider: str) -> bool:
    question = (
        f"Foreword: may text from {folder} be sent to the provider {provider}? "
        "Answers need it; the offline provider does without."
    )
    actions = [types.MessageActionItem(YES), types.MessageActionItem(NO)]
    answer = await server.window_show_message_request_async(
        types.ShowMessageRequestParams(types.MessageType.Warning, question, actions)
    )
    # Closing the message without a choice gives null: asked again next time.
    return answer is not None and answer.title == YES
