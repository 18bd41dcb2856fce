"""One question or instruction for the model: `ask` and `edit`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from foreword.api.command import Body
from foreword.api.commands.proposal_decisions import SHORT_ID, apply_part, keep_proposal
from foreword.api.parameters import AskingParameters, Flag, Nothing, positional
from foreword.api.printed import Data, Diff, Printed, Verbatim, notice, problem_lines
from foreword.api.workspace import Workspace
from foreword.assist.answering.ask import ask as ask_model
from foreword.assist.answering.ask import prepare_now
from foreword.assist.answering.last_answer import keep_answer, last_answer
from foreword.assist.edits.apply import Outcome
from foreword.assist.edits.edit import EditOutcome
from foreword.assist.edits.edit import edit as edit_with_model
from foreword.assist.edits.proposal_parts import Part
from foreword.assist.question.answer import Answer
from foreword.assist.question.attached_media import media_elsewhere
from foreword.assist.question.pointers import Pointer, parse_pointer
from foreword.assist.question.receipt import Receipt
from foreword.assist.question.request import Kind
from foreword.assist.session.providers import provider_name, require_trust
from foreword.assist.spending.forecast import request_json
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.core.errors import CredentialsError, EditError, Problem, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class AskParameters(AskingParameters):
    """The parameters of `ask`."""

    question: Annotated[str, positional("the question, or - for standard input", "words")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditParameters(AskingParameters):
    """The parameters of `edit`."""

    instruction: Annotated[str, positional("what to change, or - for standard input", "words")]
    apply: Annotated[bool, Flag("write the edits to disk")] = False
    allow_config: Annotated[
        bool, Flag("with --apply, write files too that change what runs on this machine")
    ] = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question or an instruction with the places that it is about; `kind` says which instructions go with it."""

    text: str
    pointers: Sequence[Pointer] = ()
    kind: Kind = "ask"
    use_cache: bool = True


@dataclass(frozen=True, slots=True)
class RequestPreview:
    """The exact request that would be sent, and the forecast of its tokens and cost (`foreword.request/1`)."""

    json: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.request/1`."""
        return self.json


@dataclass(frozen=True, slots=True)
class EditResult:
    """What came of an instruction; `outcomes` has an entry for each file that was to be written.

    `proposal_id` names what is kept of it for `foreword proposals`; empty if nothing was proposed.
    """

    edited: EditOutcome
    outcomes: tuple[Outcome, ...] = ()
    proposal_id: str = ""

    @property
    def answer(self) -> Answer:
        """The model's own words, and the receipt."""
        return self.edited.answer

    @property
    def diff(self) -> str:
        """The proposal as a unified diff."""
        return self.edited.proposal.diff

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Edits that failed or could not be applied, new syntax errors, and an answer that ended too early."""
        return (*self.edited.problems, *(problem for one in self.outcomes for problem in one.problems))

    def to_json(self) -> dict[str, Any]:
        """As `foreword.edit/1`."""
        kept = {"proposalId": self.proposal_id} if self.proposal_id else {}
        return self.edited.to_json(self.outcomes) | kept


async def ask(workspace: Workspace, given: AskParameters) -> Answer | RequestPreview:
    """The answer to a question, or for a dry run the request.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    question = _typed(workspace, question_of(given.question, given))
    return await (preview(workspace, question) if given.dry_run else answer(workspace, question))


async def edit(workspace: Workspace, given: EditParameters) -> EditResult | RequestPreview:
    """What comes of an instruction; the proposal is written to disk if that is ordered, and the model came to its end.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    if given.dry_run:
        return await preview(workspace, _typed(workspace, question_of(given.instruction, given, "edit")))
    return await edit_result(workspace, given)


async def edit_result(workspace: Workspace, given: EditParameters) -> EditResult:
    """What comes of an instruction that is no dry run.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    edited = await propose(workspace, _typed(workspace, question_of(given.instruction, given, "edit")))
    how = ApplyOptions(given.instruction, apply=given.apply, allow_config=given.allow_config)
    return await apply_edits(workspace, edited, how)


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """Whether a proposal is written at once, and in a few words what it is for."""

    title: str
    apply: bool
    allow_config: bool


async def apply_edits(workspace: Workspace, edited: EditOutcome, how: ApplyOptions) -> EditResult:
    """What came of an instruction; its proposal is written to disk if that is ordered, and the model came to its end.

    It is kept in any case, so that it can be applied later, or taken back.
    """
    kept = await workspace.run(keep_proposal, workspace, edited.proposal, how.title)
    if kept is None:
        return EditResult(edited)
    if not (how.apply and edited.is_complete):
        return EditResult(edited, (), kept.name)
    done = await workspace.run(apply_part, workspace, kept, Part(), allow_config=how.allow_config)
    return EditResult(edited, done.outcomes or (), kept.name)


def question_of(text: str, given: AskingParameters, kind: Kind = "ask") -> Question:
    """What the parameters ask.

    Raises:
        UsageError: a path is no place in a workspace.
    """
    return Question(text, tuple(map(parse_pointer, given.path)), kind, not given.no_cache)


def _typed(workspace: Workspace, question: Question) -> Question:
    """The question with pictures from elsewhere, where somebody typed their paths into a shell.

    Raises:
        UsageError: one of them can't be read.
    """
    if not workspace.is_typed:
        return question
    found = [(one, media_elsewhere(workspace.root, one.path)) for one in question.pointers]
    pointers = [Pointer(media.name, media=media) if media else one for one, media in found]
    return replace(question, pointers=pointers)


async def preview(workspace: Workspace, question: Question) -> RequestPreview:
    """The request of a question; nothing is sent and nothing is kept.

    Raises:
        ForewordError: it can't be asked; the message says why.
    """

    def prepare() -> RequestPreview:
        prepared = prepare_now(
            workspace.session,
            question.text,
            question.pointers,
            use_cache=question.use_cache,
            keep=False,
            documents=documents,
            kind=question.kind,
        )
        return RequestPreview(request_json(workspace.session, prepared))

    # Here and not in `prepare`, which runs in another thread than the editor's documents.
    documents = workspace.documents()
    return await workspace.run(prepare)


async def answer(workspace: Workspace, question: Question) -> Answer:
    """The answer to a question, whose events are told on the way.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    how = partial(ask_model, use_cache=question.use_cache, documents=workspace.documents())
    how = partial(how, run=workspace.run, kind=question.kind)
    async with aclosing(how(workspace.session, question.text, question.pointers)) as events:
        async for event in events:
            if not isinstance(event, Answer):
                workspace.emit(event)
            else:
                # Before the answer is told: a terminal may be gone by the time it is shown.
                await keep(workspace, event)
                workspace.emit(event)
                return event
    raise AssertionError("ask() ends with an Answer or raises")


async def require_model(workspace: Workspace, what: str) -> None:
    """Go on if a model answers here that `what` can be sent to.

    Raises:
        CredentialsError: the offline provider answers.
        TrustError: nothing of this workspace may be sent.
    """
    # Before trust is asked for: without a model nothing would be sent.
    if provider_name(workspace.session) == "offline":
        raise CredentialsError(f"{what} needs a model: set ANTHROPIC_API_KEY, or name a --provider")
    await require_trust(workspace.session)


async def answer_quietly(workspace: Workspace, words: str, *, use_cache: bool) -> Answer:
    """The answer that a command makes its own result of; its words are not told as they come.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    how = partial(ask_model, use_cache=use_cache, documents=workspace.documents(), run=workspace.run)
    async with aclosing(how(workspace.session, words)) as events:
        async for event in events:
            if isinstance(event, Answer):
                await keep(workspace, event)
                return event
    raise AssertionError("ask() ends with an Answer or raises")


async def keep(workspace: Workspace, paid: Answer) -> None:
    """Keep an answer for `foreword last`; what stands in the way is told."""
    unkept = await workspace.run(keep_answer, workspace.session.places, workspace.session.root, paid)
    workspace.report(*filter(None, [unkept]))


async def propose(workspace: Workspace, instruction: Question) -> EditOutcome:
    """What comes of an instruction, whose events are told on the way; nothing is written.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    how = partial(edit_with_model, use_cache=instruction.use_cache, documents=workspace.documents())
    how = partial(how, run=workspace.run, kind=instruction.kind)
    async with aclosing(how(workspace.session, instruction.text, instruction.pointers)) as events:
        async for event in events:
            if isinstance(event, EditOutcome):
                return event
            workspace.emit(event)
    raise AssertionError("edit() ends with Edited or raises")


def _show_answer(found: Answer | RequestPreview, _: AskParameters, _columns: int) -> Iterator[Printed]:
    """What is not told by the events: those have shown the text."""
    if isinstance(found, RequestPreview):
        yield Data(found.to_json())
        return
    if found.note:
        yield notice(f"foreword: {found.note}", "yellow")
    yield from _receipt(found.receipt)


def _receipt(receipt: Receipt) -> Iterator[Printed]:
    yield notice(receipt.summary, "dim")
    if receipt.freshness.scope:
        yield notice(f"foreword: {receipt.freshness.scope.message}", "yellow")


def _show_edit(found: EditResult | RequestPreview, given: EditParameters, _columns: int) -> Iterator[Printed]:
    if isinstance(found, RequestPreview):
        yield Data(found.to_json())
        return
    if found.diff:
        yield Diff(found.diff)
    for file in found.edited.proposal.files.values():
        if file.runs_here:
            yield notice(f"foreword: look closely at {file.path}: {RUNS_HERE}", "yellow")
    yield from problem_lines(found.problems)
    if found.answer.note and found.edited.is_complete:  # else it is among the problems
        yield notice(f"foreword: {found.answer.note}", "yellow")
    yield notice(_summary(found, apply=given.apply))
    yield from _receipt(found.answer.receipt)


def _summary(found: EditResult, *, apply: bool) -> str:
    if not found.edited.proposal.files:
        return "foreword: no edit was proposed"
    name = found.proposal_id[:SHORT_ID]
    if not apply:
        return f"foreword: nothing was written; `foreword proposals {name} --apply` writes it"
    if not found.edited.is_complete:
        return f"foreword: nothing was written, since the proposal may be incomplete: see `foreword proposals {name}`"
    n_written = sum(outcome.applied for outcome in found.outcomes)
    n_files = len(found.outcomes)
    return f"foreword: {n_written} of {n_files} file{'s' * (n_files > 1)} written"


def _edit_code(found: EditResult | RequestPreview) -> int:
    return EditError.exit_code if isinstance(found, EditResult) and found.problems else 0


def answer_code(found: object) -> int:
    """The exit code of what an order to answer gave: a part of an answer is not success."""
    return found.exit_code if isinstance(found, Answer) else 0


ASK = Body(AskParameters, ask, _show_answer, answer_code)
EDIT = Body(EditParameters, edit, _show_edit, _edit_code)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of before, as `foreword.answer/1`."""

    json: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.answer/1`."""
        return self.json


def last(workspace: Workspace, _: Nothing) -> KeptAnswer:
    """The newest answer in this workspace; nothing is sent.

    Raises:
        UsageError: there is none.
    """
    kept = last_answer(workspace.places, workspace.root)
    if kept is None:
        raise UsageError("no answer is kept for this workspace: ask something first")
    return KeptAnswer(kept)


def _show_last(found: KeptAnswer, _: Nothing, _columns: int) -> Iterator[Printed]:
    text = str(found.json["text"])
    yield Verbatim(text if text.endswith("\n") else f"{text}\n")
    if found.json.get("note"):
        yield notice(f"foreword: {found.json['note']}", "yellow")
    receipt = found.json.get("receipt")
    if isinstance(receipt, dict) and isinstance(receipt.get("summary"), str):
        yield notice(receipt["summary"], "dim")


LAST = Body(Nothing, last, _show_last)
