"""The chats of a workspace: begun, gone on with, listed, read, and answered turn by turn.

A turn is a stream of `TurnEvent`s, the same for every front door; what it proposes stays a value until somebody
delivers it (`edit_delivery.py`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from foreword.api.chat.tool_steps import ToolStep, failed_steps, tool_steps
from foreword.api.workspace import Workspace
from foreword.assist.answering.answer_loop import AnswerEvent, ToolsUsed
from foreword.assist.chat.chat import Chat, messages_of, with_choice
from foreword.assist.chat.chat_store import ChatStore
from foreword.assist.chat.chat_turn import ChatTurnRun, TurnResult, UserMessage
from foreword.assist.edits.proposal import Proposal
from foreword.assist.session.providers import require_trust
from foreword.assist.session.session import Session
from foreword.core.errors import UsageError
from foreword.core.reply import Finished, ThinkingDelta
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import cost

T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextPart:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ThoughtDelta:
    """More of the summary of what the model thinks; never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class StepsBegun:
    """Tool calls that the model makes, before they are carried out."""

    steps: tuple[ToolStep, ...]


@dataclass(frozen=True, slots=True)
class StepsDone:
    """The same calls afterwards; `failed` has the ids of those that could not be carried out, `proposal` all edits so far."""

    steps: tuple[ToolStep, ...]
    failed: frozenset[str]
    proposal: Proposal


TurnEvent = TextPart | ThoughtDelta | StepsBegun | StepsDone | TurnResult
"""What happens in a turn; the `TurnResult` comes last."""


class Conversations:
    """The chats of one workspace; `live` keeps those of this process when the store makes room."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._live: set[str] = set()

    async def begin(self, title: str = "") -> Chat:
        """A new chat, in which nothing is said yet."""
        session = self._workspace.session
        chat = Chat(uuid4().hex, session.worktree, title, session.clock())
        await self._stored(lambda store: store.create(chat, frozenset(self._live)))
        self._live.add(chat.id)
        return chat

    async def resume(self, chat_id: str) -> Chat:
        """An earlier chat, which is to go on.

        Raises:
            UsageError: this workspace has no such chat.
        """
        session = self._workspace.session
        chat = await self._stored(lambda store: store.find(chat_id))
        if chat is None:
            raise UsageError(f"there is no chat {chat_id}: list the chats of this folder, or begin one")
        if chat.worktree != session.worktree:
            raise UsageError(f"the chat {chat_id} belongs to another folder: open its folder first")
        await self._stored(lambda store: store.resume(chat_id, session.clock()))
        self._live.add(chat.id)
        return chat

    async def choose(self, chat: Chat, model: str, effort: str) -> Chat:
        """The chat as it goes on with this model and effort, which stay with it; what is empty or `auto` the settings decide.

        Raises:
            UsageError: there is no such effort, or the model's name is none.
        """
        chosen = with_choice(chat, model, effort)
        await self._stored(lambda store: store.choose(chat.id, chosen.model, chosen.effort))
        return chosen

    async def rewrite_cost(self, chat_id: str, session: Session) -> float:
        """US dollars for writing to the cache of the session's model what a chat sent last; 0 where nothing was."""
        turns = await self._stored(lambda store: store.turns(chat_id))
        receipts = [turn.reply["receipt"] for turn in turns if turn.reply and turn.reply.get("receipt")]
        if not receipts or not receipts[-1]["requests"]:
            return 0.0
        tokens = receipts[-1]["tokens"]
        sent = sum(tokens[key] for key in ("fresh", "write5m", "write1h", "read"))
        return cost(Usage(write_5m=sent // receipts[-1]["requests"]), session.model)

    async def kept(self) -> tuple[Chat, ...]:
        """The chats in which something was said, newest first."""
        worktree = self._workspace.session.worktree
        return await self._stored(lambda store: store.chats(worktree))

    async def messages(self, chat_id: str) -> tuple[Json, ...]:
        """What was said in a chat, oldest first, as clients see it."""
        turns = await self._stored(lambda store: store.turns(chat_id))
        return tuple(message for turn in turns for message in messages_of(turn))

    async def cost(self, chat_id: str) -> float | None:
        """US dollars that the answers of a chat cost, also those that were cut off; None where none was paid for."""
        turns = await self._stored(lambda store: store.turns(chat_id))
        receipts: list[Mapping[str, Any]] = [
            turn.reply["receipt"] for turn in turns if turn.reply and turn.reply.get("receipt")
        ]
        paid = [float(one["cost"]["total"]) for one in receipts if not one["cache"]["simulated"]]
        return sum(paid) if paid else None

    def close(self, chat_id: str) -> None:
        """The chat is not used here any more; it stays in the store."""
        self._live.discard(chat_id)

    async def _stored(self, work: Callable[[ChatStore], T]) -> T:
        """What the store of chats gives, asked aside: another process may keep it locked for a moment."""
        session = self._workspace.session

        def run() -> T:
            with ChatStore(session.places.chats) as store:
                session.report(*store.problems)
                return work(store)

        return await self._workspace.run_aside(run)


async def turn_events(run: ChatTurnRun, session: Session) -> AsyncGenerator[TurnEvent, None]:
    """The events of a turn; iterate within `contextlib.aclosing`. Cancelling books what was used so far.

    Raises:
        TrustError: nothing of this workspace may be sent.
        ForewordError: there is no answer; the message says why.
    """
    # Before the question is written down: one that must not be sent is no part of the chat.
    await require_trust(session)
    n_pieces, begun = 0, tuple[ToolStep, ...]()
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, TurnResult):
                yield event
                return
            for text in run.progress.text[n_pieces:]:
                yield TextPart(text)
            n_pieces = len(run.progress.text)
            if isinstance(event, ThinkingDelta):
                yield ThoughtDelta(event.text)
            elif steps := _called(event):
                begun = steps
                yield StepsBegun(steps)
            elif isinstance(event, ToolsUsed):
                # After a round the tail ends with the user's message that has the results.
                yield StepsDone(begun, failed_steps(run.progress.tail[-1]["content"]), run.proposal)
    raise AssertionError("a turn ends with a TurnResult or raises")


def _called(event: AnswerEvent) -> tuple[ToolStep, ...]:
    return tool_steps(event.content) if isinstance(event, Finished) else ()


def turn_of(workspace: Workspace, session: Session, chat: Chat, said: UserMessage) -> ChatTurnRun:
    """A turn that is to be run; `session` has the settings and ports for it."""
    return ChatTurnRun(session, chat, said, workspace.run)
