"""What a chat shows: the answer as it streams, its tool steps folded into a line, its receipt, and earlier messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, assert_never

from rich.text import Text

from foreword.api.chat.conversations import StepsBegun, StepsDone, TextPart, ThoughtDelta, TurnEvent
from foreword.api.chat.tool_steps import ToolStep
from foreword.api.printed import Line, Printed
from foreword.assist.chat.chat_turn import TurnResult
from foreword.cli.live import MarkdownStream, markdown
from foreword.cli.plain_text import print_blocks
from foreword.cli.terminal import output
from foreword.core.documents.text import cut_middle, displayable

LEAST_STEP = 20
"""Characters that the line of a step has at least."""
MAX_STEPS = 500
"""Steps of an answer that `/steps` can show."""


class ChatDisplay:
    """Draws one answer after the other; `steps` are those of the last one, each with whether it failed."""

    def __init__(self, root: Path) -> None:
        """Places in the workspace at `root` become links where the terminal takes them."""
        self.console = output(root)
        self.steps: list[tuple[ToolStep, bool]] = []
        self._answer: MarkdownStream | None = None

    def begin(self) -> None:
        """An answer is waited for."""
        self.steps.clear()
        self._stream().status("waiting for the model ...")

    def show(self, event: TurnEvent) -> None:
        """Draw what an event says."""
        match event:
            case TextPart(text):
                self._stream().feed(text)
            case ThoughtDelta():
                self._stream().status("thinking ...")
            case StepsBegun(steps):
                self._stream().status(f"{_summary([step.line for step in steps])} ...")
            case StepsDone(steps, failed, _):
                self._fold(steps, failed)
            case TurnResult():
                self.pause()
            case _:
                assert_never(event)

    def pause(self) -> None:
        """Finish what is drawn: something else is to be shown, or asked."""
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def say(self, text: str, *, is_quiet: bool = False) -> None:
        """A line of Foreword's own."""
        self.pause()
        print_blocks([Line(text, "dim" if is_quiet else "yellow")])

    def blocks(self, blocks: Sequence[Printed]) -> None:
        """What a command prints."""
        self.pause()
        print_blocks(blocks)

    def messages(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Messages of an earlier time, oldest first."""
        self.pause()
        for message in messages:
            text = str(message.get("text", "")).strip()
            if message["role"] == "user":
                self.console.print(Text(displayable(f"> {text}"), style="bold"))
            else:
                self.console.print(markdown(text))
            if message["status"] not in ("done", "pending"):
                self.say(f"({message['status']})", is_quiet=True)

    def _stream(self) -> MarkdownStream:
        if self._answer is None:
            self._answer = MarkdownStream(self.console)
        return self._answer

    def _fold(self, steps: Sequence[ToolStep], failed: frozenset[str]) -> None:
        """The steps of a round in one line, below the text that is finished by now."""
        self.pause()
        self.steps += [(step, step.id in failed) for step in steps]
        del self.steps[:-MAX_STEPS]
        # Each keeps the end of its path; `/steps` shows them whole.
        most = max(LEAST_STEP, self.console.width // min(len(steps), 2) - len("[1 step] "))
        shown = [cut_middle(step.line, most) for step in steps]
        lines = [
            f"{line} (failed)" if step.id in failed else line for step, line in zip(steps, shown, strict=True)
        ]
        n_steps = f"{len(steps)} step{'s' * (len(steps) > 1)}"
        line = Text(displayable(f"[{n_steps}] {_summary(lines)}"), style="dim")
        self.console.print(line, no_wrap=True, overflow="ellipsis")
        # The next round is under way already.
        self._stream().status("waiting for the model ...")


def _summary(lines: Sequence[str]) -> str:
    return ", ".join(lines)
