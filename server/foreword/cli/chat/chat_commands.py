"""What a chat does at once, without the model: `/help`, `/model`, `/undo`, and commands of the table such as `/forecast`."""

from __future__ import annotations

import argparse
import io
import shlex
from collections.abc import Awaitable, Callable, Mapping
from contextlib import redirect_stdout, suppress
from typing import TYPE_CHECKING, Any

from foreword.api.commands.proposal_decisions import (
    ProposalState,
    find_proposal,
    open_proposals,
    outcome_of,
    undo,
)
from foreword.api.printed import Line, Printed, Table, notice, problem_lines
from foreword.api.table import TYPED
from foreword.assist.question.receipt import dollars
from foreword.assist.session.cache_key import current_reasoning
from foreword.assist.session.session import Session
from foreword.cli.chat.chat_command import chat_rows, find_chat
from foreword.cli.chat.proposal_dialog import ProposalDialog
from foreword.cli.parser import add_parameters, parser_of, read_parameters
from foreword.core.errors import UsageError
from foreword.core.settings import AUTO, EFFORTS
from foreword.model.catalog.model_info import effort_of

if TYPE_CHECKING:
    from foreword.cli.chat.terminal_chat import TerminalChat

OWN: Mapping[str, tuple[str, str]] = {
    "help": ("", "list all commands"),
    "new": ("", "begin a new chat"),
    "resume": ("[ID]", "go on with an earlier chat; without an ID they are listed"),
    "model": ("[ID]", "ask another model from now on; without an ID all are listed"),
    "effort": ("[LEVEL]", "have the model put more or less into its answers; without a LEVEL all are listed"),
    "mode": ("[ask|edit]", "answers only, or proposals of edits too"),
    "steps": ("", "show what the model looked at for the last answer"),
    "proposals": ("[ID]", "decide about a proposal that was left for later"),
    "undo": ("", "take back what was applied last in this chat"),
    "cost": ("", "say what this chat cost so far"),
    "quit": ("", "end the chat (or Ctrl-D)"),
}
"""Commands of a chat alone: what may follow each, and what it does."""

TABLE = ("context", "forecast", "search", "symbols", "map", "why", "usage", "status", "secrets", "doctor")
"""Commands of the table that make sense within a chat: they only look."""

COMMANDS: Mapping[str, tuple[str, str]] = {**OWN, **{name: ("...", TYPED[name].summary) for name in TABLE}}
"""All of them, as `OWN`."""


class LeaveChat(Exception):
    """The user ends the chat."""


class ChatCommands:
    """Carries out a command of a chat."""

    def __init__(self, chat: TerminalChat) -> None:
        self._chat = chat
        self._display = chat.display

    async def run(self, name: str, rest: str) -> None:
        """Carry out a command with what is written behind it.

        Raises:
            ForewordError: it can't be done; the message says why.
            Leave: the user ends the chat.
        """
        if name in TABLE:
            await self._table(name, rest)
            return
        actions: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "help": self._help,
            "new": self._new,
            "resume": self._resume,
            "model": self._model,
            "effort": self._effort,
            "mode": self._mode,
            "steps": self._steps,
            "proposals": self._proposals,
            "undo": self._undo,
            "cost": self._cost,
            "quit": self._quit,
        }
        await actions[name](rest)

    def _show(self, *blocks: Printed) -> None:
        self._display.blocks(blocks)

    async def _help(self, _: str) -> None:
        own = [(f"/{name} {more}".strip(), about) for name, (more, about) in COMMANDS.items()]
        asked = [
            (f"/{name} ...", about) for name, about in self._chat.command_names() if name not in COMMANDS
        ]
        self._show(Table(("command", "what it does"), (*own, *asked)))

    async def _new(self, _: str) -> None:
        self._chat.begin_anew()
        self._display.say("a new chat begins with the next message", is_quiet=True)

    async def _cost(self, _: str) -> None:
        cost = self._chat.cost
        told = "nothing was paid for yet" if cost is None else f"{dollars(cost)} in this chat"
        self._display.say(told, is_quiet=True)

    async def _quit(self, _: str) -> None:
        raise LeaveChat

    async def _resume(self, name: str) -> None:
        if name:
            await self._chat.go_on_with(await find_chat(self._chat.chats, name))
            return
        kept = await self._chat.chats.kept()
        if not kept:
            raise UsageError("there is no earlier chat in this folder")
        self._show(chat_rows(kept), notice("/resume ID goes on with one", "dim"))

    async def _model(self, name: str) -> None:
        session = await self._chat.session()
        models = self._chat.live.workspace.catalog()[0].models
        if not name:
            rows = tuple(
                (one.id, "now" if one.id == session.settings.model else "") for one in models.values()
            )
            self._show(Table(("model", ""), rows))
            return
        before = self._chat.chosen
        await self._chat.choose(name, before.effort)
        session = await self._chat.session()
        if session.settings.model != name:
            await self._chat.choose(before.model, before.effort)
            raise UsageError(f"{name!r} can't be a model: /model lists those that are known")
        known = "" if name in models else " (it is not in the catalog, so its price is a guess)"
        self._display.say(f"{name} answers from now on{known}; {await self._anew(session)}", is_quiet=True)

    async def _effort(self, level: str) -> None:
        session = await self._chat.session()
        model, before = session.model, self._chat.chosen
        taken = (AUTO, *(model.efforts if model.known_as else EFFORTS[1:]))
        now = effort_of(model, session.settings.model_effort) or AUTO
        if not level:
            told = f"its own{f', {model.effort}' if model.effort else ''}"
            rows = tuple((one, told if one == AUTO else "", "now" if one == now else "") for one in taken)
            self._show(Table(("effort", "", ""), rows))
            return
        if level not in taken:
            raise UsageError(f"{model.id} takes no effort {level!r}: there are {', '.join(taken)}")
        await self._chat.choose(before.model, level)
        changed = await self._chat.session()
        told = (
            f"{model.id} answers with {'its own effort' if level == AUTO else f'effort {level}'} from now on"
        )
        is_same = current_reasoning(session) == current_reasoning(changed)
        note = "which it does already, so its cache stays" if is_same else await self._anew(changed)
        self._display.say(f"{told}; {note}", is_quiet=True)

    async def _anew(self, session: Session) -> str:
        """What a change of model or effort does to the cache, with what it costs where that is known."""
        chat = self._chat.chat
        amount = await self._chat.chats.rewrite_cost(chat.id, session) if chat is not None else 0.0
        price = f", for about {dollars(amount)}" if amount else ""
        return f"it has a cache of its own, so the next message sends everything anew{price}"

    async def _mode(self, name: str) -> None:
        if name not in ("", "ask", "edit"):
            raise UsageError("a mode is ask (answers only) or edit (proposals of edits too)")
        if name:
            self._chat.may_edit = name == "edit"
        told = "edit: proposals are shown, and written when you say so"
        self._display.say(told if self._chat.may_edit else "ask: answers only", is_quiet=True)

    async def _steps(self, _: str) -> None:
        if not self._display.steps:
            raise UsageError("there were no steps: the model looked at nothing for the last answer")
        lines = [Line(f"{step.line}{' (failed)' * failed}", "dim") for step, failed in self._display.steps]
        self._show(*lines)

    async def _proposals(self, name: str) -> None:
        workspace = self._chat.live.workspace
        if name:
            state = await workspace.run(find_proposal, workspace, name)
            await ProposalDialog(workspace, self._display, self._chat.prompt).decide(state)
            return
        body = TYPED["proposals"].load
        assert body is not None, "the table has its body"  # noqa: S101 - as the table says
        found = await workspace.run(open_proposals, workspace)
        self._show(*body().show(found, None, self._display.console.width))

    async def _undo(self, _: str) -> None:
        """Take back the newest proposal of this chat of which something is applied."""
        state = await self._last_applied()
        if state is None:
            raise UsageError("nothing that this chat proposed is applied, so there is nothing to undo")
        workspace = self._chat.live.workspace
        done = await workspace.run(undo, workspace, state)
        self._show(*problem_lines(done.problems))
        self._display.say(outcome_of(done, is_undo=True), is_quiet=True)

    async def _last_applied(self) -> ProposalState | None:
        chat, workspace = self._chat.chat, self._chat.live.workspace
        messages = await self._chat.chats.messages(chat.id) if chat is not None else ()
        for message in reversed(messages):
            if message["role"] != "assistant" or not message.get("proposals"):
                continue
            with suppress(UsageError):  # it is forgotten by now
                state = await workspace.run(find_proposal, workspace, message["id"])
                if any(review.is_touched for review in state.kept.review.files.values()):
                    return state
        return None

    async def _table(self, name: str, rest: str) -> None:
        """A command of the table with its own flags, over the settings of this chat."""
        body = TYPED[name].load
        assert body is not None, "those in `TABLE` have a body"  # noqa: S101 - a constant
        loaded, parser = body(), parser_of(TYPED[name])
        add_parameters(parser, loaded.parameters)
        given = read_parameters(loaded.parameters, _parsed(parser, name, rest))
        found = await loaded.call(await self._chat.workspace(), given)
        self._show(*loaded.show(found, given, self._display.console.width))


def _parsed(parser: argparse.ArgumentParser, name: str, rest: str) -> argparse.Namespace:
    """What is written behind a command.

    Raises:
        UsageError: it can't be read, or asks for the help.
    """
    try:
        words: list[Any] = shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"/{name}: a quote is not closed") from error
    told = io.StringIO()
    try:
        # `--help` prints, and would end the program.
        with redirect_stdout(told):
            return parser.parse_args(words)
    except SystemExit:
        raise UsageError(f"`foreword {name} --help` tells what may follow /{name}") from None
