"""`foreword.forecast` and `foreword.warm`: what a question will cost, and making the next one cheap."""

from __future__ import annotations

from typing import Any

from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.pointers import Pointer
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.providers import require_trust
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.spending.advice import forecast_json
from foreword.assist.spending.warm_up import current_prefix, shared_prefix, warm_now
from foreword.assist.spending.warm_view import warm_json
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.features.ask_command import documents_in

ANY_QUESTION = "What is this?"


async def run_forecast(
    server: ForewordServer,
    opened: OpenFolder,
    session: Session,
    question: str,
    pointers: tuple[Pointer, ...],
    *,
    use_cache: bool,
) -> dict[str, Any]:
    """As `foreword.forecast/1`, with what is open and not saved; nothing is sent."""
    documents = documents_in(server, opened)

    def foretell() -> dict[str, Any]:
        prepared = prepare_now(
            session, question or ANY_QUESTION, pointers, use_cache=use_cache, keep=False, documents=documents
        )
        return forecast_json(session, prepared)

    return await opened.run(foretell)


async def run_warm(opened: OpenFolder, session: Session, *, base_only: bool, is_dry: bool) -> dict[str, Any]:
    """As `foreword.warm/1`.

    Raises:
        ForewordError: it could not be done, or may not.
    """

    def lay() -> PreparedRequest:
        saved = take_snapshot(session)
        return shared_prefix(session, saved) if base_only else current_prefix(session, saved, keep=not is_dry)

    if is_dry:
        return warm_json(session, await opened.run(lay), None)
    await require_trust(session)
    prepared = await opened.run(lay)
    return warm_json(session, prepared, await warm_now(session, prepared))
