"""What the first question would wait for, done as soon as the index is there: imports, and building the prefix.

Nothing is sent, and nothing comes into force: a base that was built is kept in the index, where the question finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from foreword.core.errors import ForewordError
from foreword.lsp.connection.workspace_folder import Folder

if TYPE_CHECKING:
    from foreword.lsp.connection.server import ForewordServer

FOR_QUESTIONS = ("foreword.lsp.features.command_calls", "foreword.lsp.chat.chat_send")
FOR_THE_API = "foreword.model.messages_api.messages"
"""It imports the SDK, which takes a second and 70 MB: for those only who ask it."""


async def get_ready(server: ForewordServer, folder: Folder) -> None:
    """Be ready for a question about a folder whose index is complete; what goes wrong is for the question to tell."""
    opened = folder.open_folder
    if opened is None or opened.latest is None or not opened.latest.is_complete:
        return
    for module in FOR_QUESTIONS:
        await server.load(module)
    from foreword.assist.context.build_prefix import build_prefix  # noqa: PLC0415 - imported by these
    from foreword.assist.session.providers import provider_name  # noqa: PLC0415 - as above

    try:
        await opened.run(build_prefix, opened.session, opened.latest, keep=False)
        if provider_name(opened.session) != "offline":
            await server.load(FOR_THE_API)
    except ForewordError:
        return
