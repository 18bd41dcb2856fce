"""Asking one question: everything between its words and the events of its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from foreword.assist.answering.answer_loop import AnswerEvent, answer
from foreword.assist.question.offline_answer import compose
from foreword.assist.question.pointers import Pointer, pointed_names
from foreword.assist.question.request import Kind, PreparedRequest, prepare
from foreword.assist.question.retrieved import find_evidence
from foreword.assist.session.ports import Runner, in_place
from foreword.assist.session.providers import opening_providers, provider_name, tools_style
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import unsaved_texts
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, over_saved
from foreword.core.documents.text import lines_of
from foreword.core.outline import Excerpt
from foreword.prefix.base.file_selection import READMES

EVIDENCE_TOKENS = 4_000


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
    how = partial(prepare_now, use_cache=use_cache, documents=tuple(documents), kind=kind)
    async with opening_providers(session) as opened:
        prepared = await run(how, session, question, pointers)
        is_offline = provider_name(session) == "offline"
        composed = await run(offline_text, prepared, pointers) if is_offline else ""
        provider = (await opened)(lambda: composed)
        async with aclosing(answer(session, prepared, provider)) as events:
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
) -> PreparedRequest:
    """A question about the workspace as it is now, ready to be sent; `keep=False` is for a look (a dry run).

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
            unsaved=unsaved_texts(saved, session.repository, documents),
        )

    return over_saved(session, prepared)


def offline_text(prepared: PreparedRequest, pointers: Sequence[Pointer]) -> str:
    """The text of an offline answer."""
    near = [pointer.path for pointer in pointers]
    about = pointed_names(prepared.saved, [p for p in pointers if p.path not in prepared.unsaved])
    found = find_evidence(prepared.saved, prepared.question, budget=EVIDENCE_TOKENS, near=near, about=about)
    pointed = tuple(_pointed(prepared, pointer) for pointer in pointers if pointer.first)
    evidence = replace(found, excerpts=(*pointed, *found.excerpts))
    return compose(
        evidence,
        None if evidence.definitions or evidence.excerpts else _introduction(prepared.saved),
        prepared.question,
    )


def _pointed(prepared: PreparedRequest, pointer: Pointer) -> Excerpt:
    """The lines that a question points at, as the user sees them."""
    shown = prepared.unsaved.get(pointer.path) if pointer.text is None else pointer.text
    lines = lines_of(prepared.saved.read_content(pointer.path) or "" if shown is None else shown)
    first, last = pointer.first or 1, pointer.last or len(lines)
    return Excerpt(pointer.path, first, last, 0.0, "\n".join(lines[first - 1 : last]))


def _introduction(saved: WorkspaceSnapshot) -> str | None:
    return next((path for path in saved.index.paths if path.lower() in READMES), None)
