"""What an answer is at, in a word or two, for the client's progress."""

from __future__ import annotations

from typing import assert_never

from foreword.assist.answering.answer_loop import AnswerEvent, ToolsUsed
from foreword.assist.question.answer import Answer
from foreword.core.reply import Finished, Started, TextDelta, ThinkingDelta, ToolCallStarted, ToolInputDelta


def stage_of(event: AnswerEvent) -> str:
    """The stage that an event begins, or is part of; empty for one that says nothing about it."""
    match event:
        case TextDelta():
            return "answering"
        case ThinkingDelta():
            return "thinking"
        case ToolCallStarted(name):
            return name
        case ToolsUsed(names):
            return ", ".join(names)
        case Started() | ToolInputDelta() | Finished() | Answer():
            return ""
        case _:
            assert_never(event)
