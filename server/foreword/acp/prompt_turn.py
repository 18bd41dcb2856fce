"""One prompt: its message goes to the chat, what happens comes back as updates, and a proposal is asked about at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from acp.interfaces import Client
from acp.schema import (
    AgentMessageChunk,
    AgentThoughtChunk,
    FileSystemCapabilities,
    PromptResponse,
    SessionInfoUpdate,
    StopReason,
    ToolCallProgress,
    ToolCallStart,
    UsageUpdate,
)

from acp import helpers
from foreword.acp.chat_sessions import ASK, ChatSession, time_of
from foreword.acp.client_files import EditorFiles
from foreword.acp.permissions import Permissions, Question
from foreword.acp.prompts import ContentBlock, read_prompt
from foreword.acp.updates import content_of, locations_of, said, steps_begun, steps_done, thought, usage
from foreword.api.chat.conversations import (
    Conversations,
    StepsBegun,
    StepsDone,
    TextPart,
    ThoughtDelta,
    TurnEvent,
    turn_events,
    turn_of,
)
from foreword.api.chat.edit_delivery import deliver
from foreword.api.chat.live_workspace import Asking
from foreword.api.chat.slash_commands import with_command
from foreword.api.commands.proposal_decisions import keep_proposal, reject_part
from foreword.assist.chat.chat_turn import ChatTurnRun, TurnResult, UserMessage
from foreword.assist.edits.proposal_parts import Part
from foreword.assist.session.session import Session

STOPS: Mapping[str, StopReason] = {
    "end_turn": "end_turn",
    "stop_sequence": "end_turn",
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "max_tokens",
    "tool_use": "max_turn_requests",
    "pause_turn": "max_turn_requests",
    "refusal": "refusal",
}
"""How an answer ends, in the words of the protocol; what broke off ends as any other, with a note."""
SessionUpdate = (
    AgentMessageChunk | AgentThoughtChunk | ToolCallStart | ToolCallProgress | SessionInfoUpdate | UsageUpdate
)


class PromptTurn:
    """Carries out one prompt of a session; cancelling `run` books what was used so far."""

    def __init__(self, client: Client, able: FileSystemCapabilities, held: ChatSession) -> None:
        """`able` is what the client can do with files."""
        self._client = client
        self._held = held
        self._files = EditorFiles(client, able, held.chat.id, held.home.root)
        self._permissions = Permissions(client, held.chat.id)
        self._run: ChatTurnRun | None = None
        self._window = 0

    async def run(self, blocks: Sequence[ContentBlock]) -> PromptResponse:
        """The end of the turn.

        Raises:
            ForewordError: there is no answer; the message says why.
        """
        held = self._held
        said_now = await self._message(blocks)
        ask = self._permissions
        asking = Asking(ask.may_send, ask.may_spend, ask.may_disclose)
        session = await held.home.session(held.chat.flags, asking)
        self._window = session.model.context
        run = self._run = turn_of(held.home.workspace, session, held.chat, said_now)
        async with aclosing(turn_events(run, session)) as events:
            async for event in events:
                if isinstance(event, TurnResult):
                    return await self._conclude(run, session, event)
                await self._tell(run, event)
        raise AssertionError("a turn ends with a TurnResult or raises")

    async def tell_usage(self) -> None:
        """Say what is in the context, and what the session cost so far, also of a turn that was cut off."""
        if self._run is None or not self._run.progress.usages:
            return
        last = self._run.progress.usages[-1]
        dollars = await Conversations(self._held.home.workspace).cost(self._held.chat.id)
        update = usage(last.prompt + last.output, self._window, dollars)
        await self._update(update)

    async def _message(self, blocks: Sequence[ContentBlock]) -> UserMessage:
        """What the user says, with the text that the client has of the files that it points at."""
        home = self._held.home
        found = replace(read_prompt(home.root, blocks), may_edit=self._held.mode != ASK)
        if self._held.mode == ASK:
            found = replace(found, kind="ask")
        found = await home.workspace.run_aside(with_command, home.workspace, found)
        if not self._files.can_read:
            return found
        known = dict(found.documents)
        for path in {
            place.path for place in found.places if place.text is None and place.media is None
        } - known.keys():
            text = await self._files.read(path)
            if text is not None:
                known[path] = text
        return replace(found, documents=tuple(known.items()), read_open=self._files.read_in_thread)

    async def _tell(self, run: ChatTurnRun, event: TurnEvent) -> None:
        root, message_id = self._held.home.root, run.turn.answer_id
        match event:
            case TextPart(text):
                await self._update(said(text, message_id))
            case ThoughtDelta(text):
                await self._update(thought(text, message_id))
            case StepsBegun():
                for begun in steps_begun(root, event):
                    await self._update(begun)
            case StepsDone():
                for done in steps_done(root, event):
                    await self._update(done)

    async def _conclude(self, run: ChatTurnRun, session: Session, result: TurnResult) -> PromptResponse:
        held, answer = self._held, result.answer
        notes = [answer.note or "", *(problem.message for problem in (*result.problems, *answer.problems))]
        for note in filter(None, dict.fromkeys(notes)):
            await self._say(f"\n\n> {note}", run)
        await self._say(f"\n\n*{answer.receipt.summary}*\n", run)
        await self.tell_usage()
        if not held.chat.title:
            held.chat = await Conversations(held.home.workspace).resume(held.chat.id)
            update = SessionInfoUpdate(
                session_update="session_info_update",
                title=held.chat.title,
                updated_at=time_of(session.clock()),
            )
            await self._update(update)
        await self._propose(run, result)
        return PromptResponse(
            stop_reason=STOPS.get(answer.stop_reason, "end_turn"),
            field_meta={"foreword": {"receipt": answer.receipt.to_json()}},
        )

    async def _propose(self, run: ChatTurnRun, result: TurnResult) -> None:
        """Offer the proposal; written is what the user allows, and only of a whole one."""
        workspace, root, proposal = self._held.home.workspace, self._held.home.root, result.proposal
        files, title = proposal.files, self._held.chat.title
        state = await workspace.run_aside(keep_proposal, workspace, proposal, title, run.turn.answer_id)
        if state is None:
            return
        if not result.answer.is_complete:
            await self._say("\n\n> The answer broke off, so its edits were not offered: ask again.\n", run)
            return
        what = next(iter(files)) if len(files) == 1 else f"{len(files)} files"
        content = content_of(root, proposal, [problem.message for problem in result.problems])
        question = Question(
            f"Apply the proposed edits of {what}?",
            "Apply",
            "Leave the files as they are",
            "edit",
            content=content,
            locations=locations_of(root, proposal),
        )
        call_id, agreed = await self._permissions.ask(question)
        if agreed is False:
            await workspace.run_aside(reject_part, workspace, state, Part())
        if not agreed:
            return
        client = self._files if self._files.can_write else None
        # Whoever cancels now is too late: a half of what was allowed is nobody's wish.
        state = await asyncio.shield(deliver(workspace, state, client))
        problems = [problem.message for problem in state.problems]
        failed = [helpers.tool_content(helpers.text_block("\n".join(problems)))] if problems else []
        done = any(outcome.applied for outcome in state.outcomes or ())
        await self._permissions.end(call_id, done=done, content=[*content, *failed] if failed else ())
        if problems:
            await self._say("".join(f"\n\n> {problem}" for problem in problems) + "\n", run)

    async def _say(self, text: str, run: ChatTurnRun) -> None:
        await self._update(said(text, run.turn.answer_id))

    async def _update(self, update: SessionUpdate) -> None:
        await self._client.session_update(session_id=self._held.chat.id, update=update)
