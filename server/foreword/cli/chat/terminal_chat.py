"""The loop of a chat on a terminal: a message, its answer, what it proposes, and again.

    prompt --> /command --> carried out here
           --> a message --> streamed answer --> receipt --> proposal: applied, rejected, by hunk, or later

Ctrl-C throws away what is being written, or stops the answer; Ctrl-D ends the chat.
"""

from __future__ import annotations

import asyncio
import difflib
import re
import signal
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

from foreword.api.chat.conversations import Conversations, turn_events, turn_of
from foreword.api.chat.live_workspace import Asking, LiveWorkspace, answers_offline
from foreword.api.chat.slash_commands import slash_commands, with_command
from foreword.api.commands.proposal_decisions import keep_proposal
from foreword.api.printed import problem_lines
from foreword.api.workspace import Workspace
from foreword.assist.chat.chat import Chat, with_choice
from foreword.assist.chat.chat_turn import ChatTurnRun, TurnResult, UserMessage
from foreword.assist.question.attached_media import media_elsewhere
from foreword.assist.question.names import Suggestion, complete
from foreword.assist.question.receipt import dollars
from foreword.assist.session.cache_key import current_reasoning
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.cli.chat.chat_commands import COMMANDS, ChatCommands, LeaveChat
from foreword.cli.chat.chat_display import ChatDisplay
from foreword.cli.chat.chat_prompt import ChatPrompt, attachment_of, history_at, mentioned, typed_ahead
from foreword.cli.chat.proposal_dialog import ProposalDialog
from foreword.core.errors import ForewordError, UsageError
from foreword.workspace.files.disk import is_file

MAX_SUGGESTIONS = 12
EARLIER_MESSAGES = 4
"""Messages of an earlier time that are shown when a chat goes on."""
_COMMAND = re.compile(r"/[a-z][\w.-]*")


class TerminalChat:
    """One conversation after the other in one workspace; `flags` are settings by key that hold for it alone."""

    def __init__(self, live: LiveWorkspace, flags: Mapping[str, object], *, may_edit: bool) -> None:
        self.live = live
        self.flags = dict(flags)
        self.may_edit = may_edit
        self.chat: Chat | None = None
        # What is typed on the command line is chosen for the chat, as by `/model`.
        self.chosen = Chat(
            "", "", "", 0.0, 0, str(self.flags.pop("model", "")), str(self.flags.pop("model.effort", ""))
        )
        self.cost: float | None = None
        self.chats = Conversations(live.workspace)
        self.display = ChatDisplay(live.root)
        places = live.workspace.places
        history = history_at(places.data / "chat-input" / live.workspace.session.worktree)
        self.prompt = ChatPrompt(self._suggest, self.command_names, history, self._toolbar)
        self._running: asyncio.Task[None] | None = None
        self._model = self._effort = ""
        self._saved: WorkspaceSnapshot | None = None

    async def run(self, earlier: Chat | None) -> int:
        """Converse until the user ends it; gives the exit code."""
        with suppress(NotImplementedError):  # Windows has no such handlers
            # For as long as the chat lasts: between two prompts, too, Ctrl-C is no reason to end.
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        # Between two prompts too: a key that comes just then must not become another one.
        with typed_ahead():
            await self.greet()
            if earlier is not None:
                typed = self.chosen
                await self.go_on_with(earlier)
                if typed.flags:
                    await self.choose(typed.model or self.chosen.model, typed.effort or self.chosen.effort)
            return await self._converse()

    async def _converse(self) -> int:
        """One message after the other."""
        while True:
            try:
                text = await self.prompt.message()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return 0
            if not await self._interruptible(self._handle(text)):
                return 0

    async def greet(self) -> None:
        """Say where the user is, and who answers."""
        session = await self.session()
        who = "offline: answers come from the index alone" if answers_offline(session) else self._model
        self.display.say(f"foreword chat: {session.root.name} ({who})", is_quiet=True)
        self.display.say(
            "Enter sends, Alt-Enter begins a new line, @ names a file, /help tells more, Ctrl-D ends.",
            is_quiet=True,
        )

    async def session(self) -> Session:
        """The session for one turn, with the settings as they are now; its user is asked here."""
        asking = Asking(self._ask_trust, self._ask_consent, self._ask_consent)
        session = await self.live.session({**self.flags, **self.chosen.flags}, asking)
        self._model = session.settings.model
        self._effort = current_reasoning(session)[1] or ""
        return session

    async def choose(self, model: str, effort: str) -> None:
        """Go on with this model and effort; they stay with the chat, or with the one that begins next."""
        if self.chat is None:
            self.chosen = with_choice(self.chosen, model, effort)
        else:
            self.chat = self.chosen = await self.chats.choose(self.chat, model, effort)

    async def workspace(self) -> Workspace:
        """The workspace with the settings of this chat, for commands."""
        whole, session = self.live.workspace, await self.session()
        return Workspace(
            session.root,
            session.environ,
            session.clock,
            session,
            run=whole.run,
            run_aside=whole.run_aside,
            saved_files=lambda is_whole: whole.saved(whole=is_whole),
        )

    async def go_on_with(self, chat: Chat) -> None:
        """Make an earlier chat the one that is talked in, and show its end."""
        self.chat = self.chosen = await self.chats.resume(chat.id)
        self.cost = await self.chats.cost(chat.id)
        messages = await self.chats.messages(chat.id)
        if len(messages) > EARLIER_MESSAGES:
            self.display.say(f"({len(messages) - EARLIER_MESSAGES} earlier messages)", is_quiet=True)
        self.display.messages(messages[-EARLIER_MESSAGES:])

    def begin_anew(self) -> None:
        """Begin a new chat with the next message."""
        self.chat, self.cost = None, None

    def command_names(self) -> Sequence[tuple[str, str]]:
        """What a message can begin with, and what that does."""
        own = [(name, about) for name, (_, about) in COMMANDS.items()]
        return [*own, *((one.name, one.description) for one in slash_commands(self.live.workspace))]

    async def _handle(self, text: str) -> None:
        """Carry out a command, or send a message."""
        name, _, rest = text.strip().partition(" ")
        if name[1:] in COMMANDS and name.startswith("/"):
            await ChatCommands(self).run(name[1:], rest.strip())
            return
        known = [f"/{one}" for one, _ in self.command_names()]
        if _COMMAND.fullmatch(name) and name not in known and not is_file(self.live.root, name[1:]):
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else "/help lists them"
            raise UsageError(f"there is no command {name}: {hint}")
        await self._ask(text)

    async def _ask(self, text: str) -> None:
        """Send a message, and show all that comes of it."""
        session = await self.session()
        said = await self._message(text)
        if self.chat is None:
            chosen, self.chat = self.chosen, await self.chats.begin()
            if chosen.flags:
                await self.choose(chosen.model, chosen.effort)
        run = turn_of(self.live.workspace, session, self.chat, said)
        self.display.begin()
        # Looked at anew by the next completion: files may come and go between two messages.
        self._saved = None
        try:
            result = await self._answer(run, session)
        except asyncio.CancelledError:
            self.display.say("(stopped)", is_quiet=True)
            raise
        finally:
            self.display.pause()
            if run.receipt is not None:
                self.display.say(run.receipt.summary, is_quiet=True)
            self.cost = await self.chats.cost(self.chat.id)
        # The title came with the first question.
        self.chat = await self.chats.resume(self.chat.id)
        await self._conclude(run, result)

    async def _message(self, text: str) -> UserMessage:
        root, workspace = self.live.root, self.live.workspace
        places = mentioned(text, lambda path: is_file(root, path), partial(media_elsewhere, root))
        kept = tuple(attachment_of(root, place) for place in places)
        said = UserMessage(
            text, places, kept, kind="chat" if self.may_edit else "ask", may_edit=self.may_edit
        )
        return await workspace.run_aside(with_command, workspace, said)

    async def _answer(self, run: ChatTurnRun, session: Session) -> TurnResult:
        async with aclosing(turn_events(run, session)) as events:
            async for event in events:
                self.display.show(event)
                if isinstance(event, TurnResult):
                    return event
        raise AssertionError("a turn ends with a TurnResult or raises")

    async def _conclude(self, run: ChatTurnRun, result: TurnResult) -> None:
        """What is said after an answer, and what becomes of its proposal."""
        answer, workspace = result.answer, self.live.workspace
        if answer.note:
            self.display.say(f"foreword: {answer.note}")
        self.display.blocks(list(problem_lines((*result.problems, *answer.problems))))
        title, name = run.turn.question, run.turn.answer_id
        state = await workspace.run(keep_proposal, workspace, result.proposal, title, name)
        if state is None:
            return
        if not answer.is_complete:
            self.display.say("foreword: the answer broke off, so look closely at what it proposes")
        await ProposalDialog(workspace, self.display, self.prompt).decide(state)

    async def _interruptible(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do what a message asks for; Ctrl-C ends that alone. False, if the user wants to leave."""
        self._running = asyncio.ensure_future(work)
        try:
            await self._running
        except ForewordError as error:
            self.display.say(f"foreword: {error}")
        except LeaveChat:
            return False
        except asyncio.CancelledError:
            task = asyncio.current_task()
            # Told to end as a whole, and not by Ctrl-C: the message is ended with it.
            if task is not None and task.cancelling():
                self._running.cancel()
                await asyncio.wait([self._running])
                raise
        finally:
            self._running = None
            self.display.pause()
        return True

    def _interrupt(self) -> None:
        """Ctrl-C while no key is read."""
        if self._running is not None:
            self._running.cancel()

    async def _ask_trust(self, folder: str, provider: str) -> bool:
        self.display.pause()
        return await self.prompt.confirm(f"Trust {folder}, so that text of it may be sent to {provider}?")

    async def _ask_consent(self, question: str) -> bool:
        self.display.pause()
        return await self.prompt.confirm(question)

    async def _suggest(self, written: str) -> Sequence[Suggestion]:
        """Files and definitions, from the saved state as it was last looked at."""
        try:
            if self._saved is None:
                self._saved = await self.live.workspace.saved()
            return await self.live.workspace.run(complete, self._saved.index, written, MAX_SUGGESTIONS)
        except ForewordError:  # a completion is no reason to fail
            return []

    def _toolbar(self) -> str:
        title = self.chat.title if self.chat else "new chat"
        mode = "" if self.may_edit else " · answers only"
        cost = "" if self.cost is None else f" · {dollars(self.cost)} in this chat"
        effort = f" · effort {self._effort}" if self._effort else ""
        return f"{self._model}{effort}{mode}{cost} · {title}"
