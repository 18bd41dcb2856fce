"""What happens in a session, as updates of the protocol. Paths become absolute, as it wants them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from acp.schema import (
    AgentMessageChunk,
    AgentThoughtChunk,
    ContentToolCallContent,
    Cost,
    FileEditToolCallContent,
    ToolCallLocation,
    ToolCallProgress,
    ToolCallStart,
    ToolKind,
    UsageUpdate,
    UserMessageChunk,
)

from acp import helpers
from foreword.api.chat.conversations import StepsBegun, StepsDone
from foreword.api.chat.tool_steps import StepKind, ToolStep
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.core.edits.path_risks import RUNS_HERE

KINDS: Mapping[StepKind, ToolKind] = {
    "search": "search",
    "read": "read",
    "edit": "edit",
    "delete": "delete",
    "move": "move",
    "unclear": "other",
}
VERBS: Mapping[str, str] = {"create": "create", "change": "edit", "delete": "delete", "rename": "rename to"}

ToolContent = ContentToolCallContent | FileEditToolCallContent


def said(text: str, message_id: str) -> AgentMessageChunk:
    """More of an answer."""
    return AgentMessageChunk(
        session_update="agent_message_chunk", content=helpers.text_block(text), message_id=message_id
    )


def thought(text: str, message_id: str) -> AgentThoughtChunk:
    """More of what the model thinks."""
    return AgentThoughtChunk(
        session_update="agent_thought_chunk", content=helpers.text_block(text), message_id=message_id
    )


def asked(text: str, message_id: str) -> UserMessageChunk:
    """A question of before."""
    return UserMessageChunk(
        session_update="user_message_chunk", content=helpers.text_block(text), message_id=message_id
    )


def steps_begun(root: Path, begun: StepsBegun) -> Iterator[ToolCallStart]:
    """Tool calls that the model makes."""
    for step in begun.steps:
        yield ToolCallStart(
            session_update="tool_call",
            tool_call_id=step.id,
            title=step.line,
            kind=KINDS[step.kind],
            status="in_progress",
            locations=_locations(root, step),
        )


def steps_done(root: Path, done: StepsDone) -> Iterator[ToolCallProgress]:
    """How they ended; an edit shows what its file would become."""
    for step in done.steps:
        failed = step.id in done.failed
        file = done.proposal.files.get(step.path) if step.kind in ("edit", "move") and not failed else None
        yield ToolCallProgress(
            session_update="tool_call_update",
            tool_call_id=step.id,
            status="failed" if failed else "completed",
            content=[diff_of(root, file)] if file is not None else None,
        )


def diff_of(root: Path, file: ProposedFile) -> FileEditToolCallContent:
    """What a file would become, as the model sees texts: a secret in it stays redacted."""
    before = None if file.kind == "create" else file.shown_before
    return FileEditToolCallContent(
        type="diff", path=str(root / file.path), old_text=before, new_text=file.after or ""
    )


def content_of(root: Path, proposal: Proposal, problems: Sequence[str]) -> list[ToolContent]:
    """A proposal to decide about: its diffs, and what a diff does not say."""
    files = proposal.files.values()
    notes = [f"{VERBS[file.kind]} {file.path}" for file in files if file.kind in ("delete", "rename")]
    notes += [f"Look closely at {file.path}: {RUNS_HERE}." for file in files if file.runs_here]
    notes += problems
    return [
        *(diff_of(root, file) for file in files),
        *([helpers.tool_content(helpers.text_block("\n".join(notes)))] if notes else []),
    ]


def locations_of(root: Path, proposal: Proposal) -> list[ToolCallLocation]:
    """The files of a proposal, each at its first change."""
    return [
        ToolCallLocation(path=str(root / file.path), line=file.hunks[0].line + 1 if file.hunks else None)
        for file in proposal.files.values()
    ]


def usage(used: int, window: int, dollars: float | None) -> UsageUpdate:
    """The tokens in the context of `window`, and what the session cost; None where nothing was paid."""
    cost = Cost(amount=round(dollars, 8), currency="USD") if dollars is not None else None
    return UsageUpdate(session_update="usage_update", used=used, size=window, cost=cost)


def _locations(root: Path, step: ToolStep) -> list[ToolCallLocation] | None:
    if not step.path:
        return None
    return [ToolCallLocation(path=str(root / step.path), line=step.first_line)]
