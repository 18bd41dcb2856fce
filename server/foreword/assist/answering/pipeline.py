"""One pipeline from a question to the events of its answer, for questions, edits, chats and batches.

    open       the provider, while ...
    prepare    ... the request is made, off the loop
    compose    offline only: the text of the answer, from the index
    answer     stream, tools, ledger, receipt (`answer_loop.py`)

What tells them apart is how the request is made, and what the tools of the model work on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

from foreword.assist.answering.answer_loop import AnswerEvent, Progress, answer
from foreword.assist.question.offline_answer import offline_text
from foreword.assist.question.request import PreparedRequest
from foreword.assist.question.tools import ToolScope
from foreword.assist.session.ports import Runner, in_place
from foreword.assist.session.providers import ProviderFor, opening_providers, provider_name
from foreword.assist.session.session import Session

Tools = Callable[[PreparedRequest], Callable[[], ToolScope]]
"""What the tools of each round see, for a request that is prepared."""


async def run_request(
    session: Session,
    make: Callable[[], PreparedRequest],
    *,
    run: Runner = in_place,
    tools: Tools | None = None,
    progress: Progress | None = None,
    providers: ProviderFor | None = None,
) -> AsyncGenerator[AnswerEvent, None]:
    """The events of the answer to what `make` prepares; the last one is the `Answer`.

    `make` is done by `run`. Without `tools` the model can look, but not edit. `progress` is as for `answer`. `providers`
    are those that many requests share; without them one is opened for this request.

    Iterate within `contextlib.aclosing`.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    async with _opening(session, providers) as opening:
        # What fits into the window of an engine of one's own is known only from itself.
        early = await opening if session.is_own_engine else None
        # While this is prepared the provider opens beside it: importing the SDK and connecting took half of
        # the time until the first byte.
        prepared = await run(make)
        is_offline = provider_name(session) == "offline"
        composed = await run(offline_text, prepared) if is_offline else ""
        provider = (early or await opening)(lambda: composed)
        library = tools(prepared) if tools is not None else None
        async with aclosing(answer(session, prepared, provider, library, progress)) as events:
            async for event in events:
                yield event


def _opening(
    session: Session, providers: ProviderFor | None
) -> AbstractAsyncContextManager[Awaitable[ProviderFor]]:
    return opening_providers(session) if providers is None else _open_already(providers)


@asynccontextmanager
async def _open_already(providers: ProviderFor) -> AsyncIterator[Awaitable[ProviderFor]]:
    async def given() -> ProviderFor:
        return providers

    opening = given()
    try:
        yield opening
    finally:
        # A coroutine that nobody awaited would be warned of.
        opening.close()
