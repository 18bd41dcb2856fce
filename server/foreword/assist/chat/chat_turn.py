"""One turn of a chat: from the user's words to the events of the answer, and what the chat keeps of it.

begin -> stream -> end

    begin    the question is written down; what was saved since the chat last heard of it becomes a block
    stream   as for any answer; edits go to a proposal
    end      the whole exchange joins the conversation, or nothing of it does and the question stays
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

from foreword.assist.answering.answer_loop import AnswerEvent, Progress, receipt_of
from foreword.assist.answering.pipeline import run_request
from foreword.assist.chat.chat import NO_MODEL, Chat, Conversation, Exchange, Status, Turn, echo, opening_of
from foreword.assist.chat.chat_store import ChatStore, Ending
from foreword.assist.chat.withdrawal import find_withdrawal
from foreword.assist.context.base_cache import AnchoredBase
from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.context.pending_changes import find_changes
from foreword.assist.context.policy_inputs import decide, situation_of
from foreword.assist.edits.edit import edit_tools, files_json, ground_of, problems_json
from foreword.assist.edits.edit_tool import Editor
from foreword.assist.edits.proposal import Proposal
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import AttachmentRef, pointers_to
from foreword.assist.question.receipt import Receipt
from foreword.assist.question.request import Kind, PreparedRequest, Thread, library_of, may_be_told, prepare
from foreword.assist.question.tools import ToolScope
from foreword.assist.session.ports import Runner, in_place
from foreword.assist.session.providers import provider_name, tools_style
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import OpenTexts, ReadOpen, overlay_of
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, over_saved
from foreword.core.errors import ForewordError, Problem, RequestRejected, UsageError
from foreword.core.secrets.redaction import shown
from foreword.prefix.layers import ShownVersion

KEPT_STOPS = ("end_turn", "stop_sequence", "max_tokens", "tool_use", "model_context_window_exceeded")
"""How an answer ends that joins the conversation. The API's documentation has refused turns left out."""


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What the user says. `attachments` are the client's own words for `places`; `documents` what is open in the editor.

    `kind` is what is asked for: its instructions go with this turn. Without `may_edit` the model can look only.
    `read_open` gives the text that the editor has of a file, asked when a tool looks at it; it is called in a thread.
    """

    text: str
    places: tuple[AttachmentRef, ...] = ()
    attachments: tuple[Mapping[str, Any], ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    kind: Kind = "chat"
    may_edit: bool = True
    read_open: ReadOpen | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What came of a turn; `problems` are edits that failed, and new syntax errors."""

    answer: Answer
    proposal: Proposal
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _PreparedTurn:
    """A turn that is ready to be sent; `shown` are the versions of files that its block of changes tells of."""

    prepared: PreparedRequest
    conversation: Conversation
    thread: Thread | None
    shown: Mapping[str, ShownVersion]


class ChatTurnRun:
    """One turn under way. Iterate `events` once, within `contextlib.aclosing`; cancelling it books what was used."""

    def __init__(self, session: Session, chat: Chat, said: UserMessage, run: Runner = in_place) -> None:
        """Looking at files is done by `run`."""
        self.turn = Turn(uuid4().hex, uuid4().hex, session.clock(), shown(said.text), _kept(said))
        self.progress = Progress()
        self.receipt: Receipt | None = None
        self._session = session
        self._chat = chat
        self._said = said
        self._run = run
        self._editor: Editor | None = None
        self._begun: _PreparedTurn | None = None
        self._notes: list[str] = []
        self._as_it_is = False

    @property
    def proposal(self) -> Proposal:
        """What has come of the edits so far."""
        return self._editor.proposal if self._editor else Proposal()

    async def events(self) -> AsyncGenerator[AnswerEvent | TurnResult, None]:
        """The events of the answer, and at last what came of it, which is kept by then.

        Raises:
            ForewordError: there is no answer; the message says why.
        """
        if not self.turn.question.strip():
            raise UsageError("the message is empty: say something")
        try:
            answered: Answer | None = None
            self._as_it_is = await may_be_told(self._session, self._said.text)
            async with aclosing(self._answered()) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        answered = self._noted(event)
                    else:
                        yield event
            assert answered is not None, "answer() ends with an Answer or raises"  # noqa: S101 - its contract
            spoken = TurnResult(answered, self.proposal, self._editor.problems if self._editor else ())
            await asyncio.to_thread(self._end, self._prepared_turn, spoken)
            yield spoken
        # Cancelling is a BaseException too, and the turn must not stay "pending" in the store.
        except BaseException as error:
            await asyncio.to_thread(self._give_up, error)
            raise

    def _noted(self, answered: Answer) -> Answer:
        """The answer with what the user should know of the turn."""
        notes = [*self._notes, *([answered.note] if answered.note else [])]
        return replace(answered, note="; ".join(notes) or None)

    async def _answered(self) -> AsyncGenerator[AnswerEvent, None]:
        session, progress = self._session, self.progress
        answering = run_request(session, self._make, run=self._run, tools=self._tools, progress=progress)
        try:
            async with aclosing(answering) as events:
                async for event in events:
                    yield event
        except RequestRejected as error:
            if self._begun is not None:
                await asyncio.to_thread(self._forget_thinking, self._begun, error)
            raise
        finally:
            # Also where the answer failed: what it cost until then is shown.
            if progress.usages and progress.provider is not None:
                prepared = self._prepared_turn.prepared
                self.receipt = receipt_of(session, prepared, progress.provider, progress)

    def _make(self) -> PreparedRequest:
        begun = self._begun = self._begin()
        return begun.prepared

    def _tools(self, prepared: PreparedRequest) -> Callable[[], ToolScope]:
        if self._said.read_open is not None:
            saved, repository = prepared.saved, self._session.repository
            live = OpenTexts(saved, repository, prepared.unsaved, self._said.read_open)
            prepared = replace(prepared, unsaved=live)
        if not self._said.may_edit:
            return partial(library_of, prepared.saved, prepared.unsaved, prepared.prefix.hidden)
        self._editor = Editor(ground_of(self._session, prepared))
        return edit_tools(self._editor, prepared)

    @property
    def _prepared_turn(self) -> _PreparedTurn:
        """The turn, once it is ready to be sent."""
        assert self._begun is not None, "nothing is answered before it is prepared"  # noqa: S101 - an invariant
        return self._begun

    def _begin(self) -> _PreparedTurn:
        session = self._session
        with ChatStore(session.places.chats) as store:
            session.report(*store.problems)
            # Written before it is sent: a process that is killed leaves the question.
            store.begin(self._chat.id, self.turn)
        return over_saved(session, self._prepared)

    def _prepared(self, saved: WorkspaceSnapshot) -> _PreparedTurn:
        session = self._session
        conversation = self._conversation(saved)
        thread, shown = _thread(session, saved, conversation)
        overlay = overlay_of(saved, session.repository, self._said.documents)
        pointers = pointers_to(self._said.places, saved, overlay.texts)
        prepared = prepare(
            session,
            saved,
            self._said.text,
            pointers,
            tools_style=tools_style(session),
            asked_at=self.turn.asked_at,
            kind="chat",
            asked_for=self._said.kind,
            overlay=overlay,
            thread=thread,
            as_it_is=self._as_it_is,
        )
        return _PreparedTurn(prepared, conversation, thread, shown)

    def _conversation(self, saved: WorkspaceSnapshot) -> Conversation:
        """What was said so far, as far as it may still be sent: the rest of it is forgotten."""
        with ChatStore(self._session.places.chats) as store:
            conversation = store.conversation(self._chat.id)
            withdrawal = find_withdrawal(self._session, saved, conversation)
            if withdrawal is None:
                return conversation
            store.begin_again(self._chat.id, withdrawal.exchanges)
            self._notes.append(withdrawal.note)
            return store.conversation(self._chat.id)

    def _end(self, begun: _PreparedTurn, spoken: TurnResult) -> None:
        """Let the exchange join the conversation, all at once."""
        answered, prepared = spoken.answer, begun.prepared
        reply, now = reply_json(spoken, self.turn.answer_id), self._session.clock()
        if answered.stop_reason in KEPT_STOPS:
            opening = begun.conversation.opening
            # A provisional prefix comes only once, so a chat must not begin with it for good.
            if opening is None and not prepared.prefix.provisional:
                opening = opening_of(prepared.prefix, prepared.saved)
            self._store(Ending("done", reply, now, _exchange(begun, self.progress, answered), opening))
        else:
            # The API's documentation has refused turns left out of what is sent next.
            self._store(Ending("refused" if answered.stop_reason == "refusal" else "interrupted", reply, now))

    def _give_up(self, error: BaseException) -> None:
        """Nothing of this turn joins the conversation; a question that can't be asked is not kept either."""
        reply: dict[str, Any] = {"text": "".join(self.progress.text)}
        if isinstance(error, ForewordError):
            reply["note"] = str(error)
        if self.receipt is not None:
            reply["receipt"] = self.receipt.to_json()
        if isinstance(error, UsageError):
            with ChatStore(self._session.places.chats) as store:
                store.forget(self._chat.id, self.turn.question_id)
        else:
            status: Status = "failed" if isinstance(error, Exception) else "cancelled"
            self._store(Ending(status, reply, self._session.clock()))

    def _forget_thinking(self, begun: _PreparedTurn, cause: RequestRejected) -> None:
        """Make sure that a chat does not end where the API no longer takes its own thinking back.

        Blocks are bound to an account, on some models, and nobody can see from here that the key is another one now.
        """
        # The API has no error code for this, only words.
        if begun.conversation.exchanges and "thinking" in str(cause):
            with ChatStore(self._session.places.chats) as store:
                store.forget_voices(self._chat.id)
            raise RequestRejected(
                "The API does not take back the thinking of earlier answers, as after a change of account; "
                "it is left out from now on: send the message again."
            ) from cause

    def _store(self, ending: Ending) -> None:
        with ChatStore(self._session.places.chats) as store:
            store.end(self._chat.id, self.turn.question_id, ending)


def _kept(said: UserMessage) -> tuple[Mapping[str, Any], ...]:
    """The attachments as they are kept: what the client gave, but for the secrets in texts."""
    return tuple(
        one | {"text": shown(one["text"])} if "text" in one else one for one in map(dict, said.attachments)
    )


def _thread(
    session: Session, saved: WorkspaceSnapshot, conversation: Conversation
) -> tuple[Thread | None, Mapping[str, ShownVersion]]:
    """What the next turn goes on from, and the versions of files that its changes tell of; None for the first one."""
    opening, lineage = conversation.opening, conversation.lineage
    voice = (provider_name(session), session.settings.model)
    history = conversation.history(voice)
    if opening is None or lineage is None:
        prefix = build_prefix(session, saved)
        return Thread(prefix, prefix.delta, history, None, None) if history else None, {}
    # What was not read yet is told of once it is.
    unread = {path: saved.tree.blobs[path] for path in saved.unread}
    lineage = lineage.without(unread)
    changes = find_changes(session, saved, lineage, AnchoredBase(opening.base, {**opening.known, **unread}))
    if changes.contents:
        session.prefix_store.keep(changes.contents, session.clock())
    told = (*lineage.delta, *([changes.block] if changes.block else []))
    pending = (changes.block,) if changes.block else ()
    decision = decide(
        session, situation_of(session, opening.base, delta=lineage.delta, pending=pending), more_follow=True
    )
    seen = {**lineage.shown, **changes.shown}
    # What the opening's delta did not tell of was then as in the tree of its base.
    before = {
        path: opening.known[path] for path in seen if path in opening.known and path not in opening.shown
    }
    prefix = Prefix(
        opening.variant,
        opening.anchor,
        opening.base,
        told,
        ttl=decision.ttl,
        why=decision.why,
        shown=seen,
        anchored={**opening.anchored, **before},
    )
    parameters = conversation.parameters(voice)
    return Thread(prefix, opening.delta, history, changes.block, parameters), changes.shown


def _exchange(begun: _PreparedTurn, progress: Progress, answered: Answer) -> Exchange:
    prepared = begun.prepared
    content = progress.finished.content if progress.finished else ()
    asked = {"role": "user", "content": list(prepared.turn_blocks)}
    return Exchange(
        # Thinking is accepted only after exactly what came before it, and a provisional prefix is not sent
        # again.
        voice=NO_MODEL if prepared.prefix.provisional else (answered.provider, answered.model),
        parameters=prepared.parameters,
        messages=tuple(echo((asked, *progress.tail), content)),
        told=begun.thread.changes if begun.thread else None,
        shown=begun.shown,
    )


def reply_json(spoken: TurnResult, answer_id: str) -> dict[str, Any]:
    """What clients hear of an answer, now and later."""
    told = spoken.answer.to_json()
    del told["schema"]
    return {**told, "proposals": proposals_json(spoken.proposal, answer_id, spoken.problems)}


def proposals_json(
    proposal: Proposal, answer_id: str, problems: Sequence[Problem] = ()
) -> list[dict[str, Any]]:
    """The proposal of an answer, named as the answer; none if there is nothing in it."""
    if not proposal.files and not problems:
        return []
    return [{"proposalId": answer_id, "files": files_json(proposal), "problems": problems_json(problems)}]
