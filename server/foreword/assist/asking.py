"""Asking one question: everything between its words and the events of its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from foreword.assist.answering import AnswerEvent, answer
from foreword.assist.evidence import find_evidence
from foreword.assist.offline_answer import compose
from foreword.assist.pointing import Pointer
from foreword.assist.preparing import Prepared, prepare
from foreword.assist.providers import open_providers, tools_style
from foreword.assist.saved import Saved, look
from foreword.assist.session import Session
from foreword.prefix.selection import READMES

EVIDENCE_TOKENS = 4_000


async def ask(
    session: Session, question: str, pointers: Sequence[Pointer] = (), *, use_cache: bool = True
) -> AsyncGenerator[AnswerEvent, None]:
    """The events of the answer to a question about the saved state; the last one is the `Answer`.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    asked_at = session.clock()
    prepared = prepare(
        session,
        look(session),
        question,
        pointers,
        use_cache=use_cache,
        tools_style=tools_style(session),
        asked_at=asked_at,
    )
    async with open_providers(session) as provider_for:
        provider = provider_for(lambda: offline_text(prepared, pointers))
        async with aclosing(answer(session, prepared, provider)) as events:
            async for event in events:
                yield event


def offline_text(prepared: Prepared, pointers: Sequence[Pointer]) -> str:
    """The text of an offline answer."""
    near = [pointer.path for pointer in pointers]
    evidence = find_evidence(prepared.saved, prepared.question, budget=EVIDENCE_TOKENS, near=near)
    return compose(
        evidence, None if evidence.definitions or evidence.excerpts else _introduction(prepared.saved)
    )


def _introduction(saved: Saved) -> str | None:
    return next((path for path in saved.index.paths if path.lower() in READMES), None)
