"""One instruction to change the repository: everything between its words and the proposal."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from foreword.assist.answering.answer_loop import AnswerEvent
from foreword.assist.answering.ask import prepare_now
from foreword.assist.answering.pipeline import run_request
from foreword.assist.edits.apply import Outcome
from foreword.assist.edits.edit_tool import Editor, EditScope
from foreword.assist.edits.proposal import Proposal
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import Pointer
from foreword.assist.question.request import Kind, PreparedRequest, library_of, may_be_told
from foreword.assist.question.tools import ToolScope
from foreword.assist.session.ports import Runner, in_place
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.core.documents.text import Text
from foreword.core.errors import ConfigError, CredentialsError, Problem
from foreword.workspace.files.atomic_write import is_executable, why_not_new

EDIT_SCHEMA = "foreword.edit/1"


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What came of an instruction.

    `problems`: edits that failed, new syntax errors, and an answer that ended too early.
    """

    answer: Answer
    proposal: Proposal
    problems: tuple[Problem, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the model came to its end; a proposal that breaks off is not one to apply."""
        return self.answer.is_complete

    def to_json(self, outcomes: Sequence[Outcome] = ()) -> dict[str, Any]:
        """As `foreword.edit/1`, with what became of the files that were to be written."""
        told = self.answer.to_json()
        applied = {outcome.path for outcome in outcomes if outcome.applied}
        problems = [*self.problems, *(problem for outcome in outcomes for problem in outcome.problems)]
        edits = [{**shown, "applied": shown["path"] in applied} for shown in files_json(self.proposal)]
        kept = {key: told[key] for key in ("text", "provider", "model", "stopReason")}
        note = {"note": told["note"]} if "note" in told else {}
        return {
            "schema": EDIT_SCHEMA,
            **kept,
            "edits": edits,
            "problems": [*problems_json(problems), *told.get("problems", ())],
            "receipt": told["receipt"],
            **note,
        }


async def edit(
    session: Session,
    instruction: str,
    pointers: Sequence[Pointer] = (),
    *,
    use_cache: bool = True,
    documents: Iterable[tuple[str, str]] = (),
    run: Runner = in_place,
    kind: Kind = "edit",
) -> AsyncGenerator[AnswerEvent | EditOutcome, None]:
    """The events of the answer to an instruction, and at last what came of it; nothing is written.

    `documents` are as for `answering.ask.ask`: what is not saved is what gets edited. `kind` says which instructions the
    model gets.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    if provider_name(session) == "offline":
        raise CredentialsError("edits need a model: set ANTHROPIC_API_KEY, or name another --provider")
    if not session.settings.tools_rounds:
        raise ConfigError("edits need tools: set tools.rounds above 0")
    opened, editors = tuple(documents), list[Editor]()
    as_it_is = await may_be_told(session, instruction)

    def make() -> PreparedRequest:
        how = partial(prepare_now, use_cache=use_cache, documents=opened, kind=kind, as_it_is=as_it_is)
        return how(session, instruction, pointers)

    def tools(prepared: PreparedRequest) -> Callable[[], ToolScope]:
        editors.append(Editor(ground_of(session, prepared)))
        return edit_tools(editors[0], prepared)

    async with aclosing(run_request(session, make, run=run, tools=tools)) as events:
        async for event in events:
            yield event
            if isinstance(event, Answer):
                # `tools` has made it by now: it is called before the first event.
                yield _edited(event, editors[0])


def _edited(finished: Answer, editor: Editor) -> EditOutcome:
    done = EditOutcome(finished, editor.proposal, editor.problems)
    if done.is_complete:
        return done
    early = Problem(finished.note or f"the answer ended too early ({finished.stop_reason}): ask again")
    return replace(done, problems=(*done.problems, early))


def edit_tools(editor: Editor, prepared: PreparedRequest) -> Callable[[], ToolScope]:
    """Tools that edit: what those of each round see is the workspace with the edits so far."""
    return lambda: editor.over(library_of(prepared.saved, prepared.unsaved, prepared.prefix.hidden))


def ground_of(session: Session, prepared: PreparedRequest) -> EditScope:
    """The texts that an answer's edits are made to: those unsaved in the editor first, then the saved ones."""
    saved, unsaved = prepared.saved, prepared.unsaved

    def read(path: str) -> Text | None:
        text = saved.read(path)
        # Encoding and line ends stay those of the saved file: the editor gives characters only.
        return replace(text or Text(""), content=unsaved[path]) if path in unsaved else text

    return EditScope(
        read,
        # The prefix shows the saved text, which is no longer what would be replaced.
        lambda path: path not in unsaved and prepared.prefix.shows_in_full(path),
        partial(why_not_new, session.root, session.repository, saved.rules),
        partial(is_executable, session.root),
    )


def files_json(proposal: Proposal) -> list[dict[str, Any]]:
    """The files of a proposal as JSON: path, kind and diff, and `runsHere` where it changes what runs on the machine."""
    return [
        {"path": file.path, "kind": file.kind, "diff": file.diff}
        | ({"runsHere": True} if file.runs_here else {})
        for file in proposal.files.values()
    ]


def problems_json(problems: Iterable[Problem]) -> list[Mapping[str, Any]]:
    """Problems as JSON: message, and the path where there is one."""
    return [{"message": one.message} | ({"path": one.path} if one.path else {}) for one in problems]
