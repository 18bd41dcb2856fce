"""Deciding about a proposal on a terminal: all of it, nothing, hunk by hunk, or later."""

from __future__ import annotations

from collections.abc import Sequence

from foreword.api.commands.proposal_decisions import (
    SHORT_ID,
    ProposalState,
    apply_part,
    outcome_of,
    reject_part,
    show_proposal,
)
from foreword.api.printed import Diff, Line, problem_lines
from foreword.api.workspace import Workspace
from foreword.assist.edits.proposal_parts import NumberedHunk, Part, numbered_hunks, part_with
from foreword.cli.chat.chat_display import ChatDisplay
from foreword.cli.chat.chat_prompt import ChatPrompt
from foreword.core.edits.path_risks import RUNS_HERE


class ProposalDialog:
    """Shows a proposal and carries out what the user says about it."""

    def __init__(self, workspace: Workspace, display: ChatDisplay, prompt: ChatPrompt) -> None:
        self._workspace = workspace
        self._display = display
        self._prompt = prompt

    async def decide(self, state: ProposalState) -> None:
        """Ask about what is undecided of a proposal, which stays as it is where the user does not say."""
        hunks = [hunk for hunk in numbered_hunks(state.kept) if hunk.is_pending]
        self._display.blocks(list(show_proposal(state)))
        by_hunk = ", [h]unk by hunk" if len(hunks) > 1 else ""
        question = f"Apply this proposal? [y]es, [n]o{by_hunk}, [l]ater:"
        match await self._prompt.choice(question, "lynh" if by_hunk else "lyn"):
            case "y":
                await self._apply(state, hunks)
            case "n":
                self._tell(await self._workspace.run(reject_part, self._workspace, state, Part()))
            case "h":
                await self._one_by_one(state, hunks)
            case _:
                again = f"/proposals {state.name[:SHORT_ID]}"
                self._display.say(f"kept: {again} shows it again", is_quiet=True)

    async def _one_by_one(self, state: ProposalState, hunks: Sequence[NumberedHunk]) -> None:
        """Ask about each hunk, then write what is wanted at once."""
        wanted, unwanted = list[NumberedHunk](), list[NumberedHunk]()
        for hunk in hunks:
            self._display.blocks([Line(f"[{hunk.number}] {hunk.path}", "bold"), Diff(hunk.diff)])
            match await self._prompt.choice("Apply this hunk? [y]es, [n]o, [l]ater, [q]uit:", "lynq"):
                case "y":
                    wanted.append(hunk)
                case "n":
                    unwanted.append(hunk)
                case "q":
                    break
                case _:
                    continue
        if unwanted:
            state = await self._workspace.run(reject_part, self._workspace, state, part_with(unwanted))
        if wanted:
            await self._apply(state, wanted)
        elif unwanted:
            self._tell(state)
        else:
            self._display.say("nothing was decided", is_quiet=True)

    async def _apply(self, state: ProposalState, hunks: Sequence[NumberedHunk]) -> None:
        """Write hunks; those that change what runs on the machine only after one more question."""
        chosen = list(hunks)
        for path in dict.fromkeys(
            hunk.path for hunk in hunks if state.kept.proposal.files[hunk.path].runs_here
        ):
            if not await self._prompt.confirm(f"{path}: {RUNS_HERE}. Write it too?"):
                chosen = [hunk for hunk in chosen if hunk.path != path]
        if not chosen:
            self._display.say("nothing was written", is_quiet=True)
            return
        part = part_with(chosen)
        done = await self._workspace.run(apply_part, self._workspace, state, part, allow_config=True)
        self._tell(done)

    def _tell(self, state: ProposalState) -> None:
        self._display.blocks(list(problem_lines(state.problems)))
        self._display.say(outcome_of(state), is_quiet=True)
