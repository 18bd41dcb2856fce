"""Asking one question: everything between its words and the events of its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from functools import partial

from foreword.assist.answering.answer_loop import AnswerEvent
from foreword.assist.answering.pipeline import run_request
from foreword.assist.question.pointers import Pointer
from foreword.assist.question.request import Kind, PreparedRequest, may_be_told, prepare
from foreword.assist.session.ports import Runner, in_place
from foreword.assist.session.providers import tools_style
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import overlay_of
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, over_saved


async def ask(
    session: Session,
    question: str,
    pointers: Sequence[Pointer] = (),
    *,
    use_cache: bool = True,
    documents: Iterable[tuple[str, str]] = (),
    run: Runner = in_place,
    kind: Kind = "ask",
) -> AsyncGenerator[AnswerEvent, None]:
    """The events of the answer to a question about the workspace as it is; the last one is the `Answer`.

    `documents` are what an editor has open (path in the workspace, text); what is not saved wins over the disk.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    opened = tuple(documents)
    as_it_is = await may_be_told(session, question)

    def make() -> PreparedRequest:
        how = partial(prepare_now, use_cache=use_cache, documents=opened, kind=kind, as_it_is=as_it_is)
        return how(session, question, pointers)

    async with aclosing(run_request(session, make, run=run)) as events:
        async for event in events:
            yield event


def prepare_now(
    session: Session,
    question: str,
    pointers: Sequence[Pointer] = (),
    *,
    use_cache: bool = True,
    keep: bool = True,
    documents: Iterable[tuple[str, str]] = (),
    kind: Kind = "ask",
    as_it_is: bool = False,
) -> PreparedRequest:
    """A question about the workspace as it is now, ready to be sent; `keep=False` is for a look (a dry run), `as_it_is` as for `prepare`.

    Raises:
        ForewordError: it can't be asked; the message says why.
    """
    asked_at = session.clock()

    def prepared(saved: WorkspaceSnapshot) -> PreparedRequest:
        return prepare(
            session,
            saved,
            question,
            pointers,
            use_cache=use_cache,
            keep=keep,
            tools_style=tools_style(session),
            asked_at=asked_at,
            kind=kind,
            as_it_is=as_it_is,
            overlay=overlay_of(saved, session.repository, documents),
        )

    return over_saved(session, prepared)
