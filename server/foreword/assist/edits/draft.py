"""Edits while the model still writes them: where in a text they go, and as much of the new lines as has come.

A draft is only looked at. What is applied is the proposal, which is made of the whole call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from foreword.assist.answering.answer_loop import AnswerEvent
from foreword.assist.question.tools import clean_path
from foreword.core.reply import Finished, ToolCallStarted, ToolInputDelta
from foreword.model.tool_call import CreateCall, InsertCall, ReplaceCall, half_call

GROWTH = 16
"""A text is read again when it has grown by a part of this size: all readings together stay linear in its length."""
LEAST = 48
"""Characters that are worth another reading."""


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """Whole lines that would take the place of lines `first` to `last` (0-based, exclusive) of a file.

    `number` counts the calls of an answer: a later draft with the same number replaces the earlier one.
    """

    number: int
    path: str
    first: int
    last: int
    text: str


class DraftReader:
    """Reads the drafts out of the events of one answer; `read` gives the text of a file that drafts are shown in, or None."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read
        self._number = -1
        self._name = ""
        self._pieces: list[str] = []
        self._n_unread = 0
        self._n_read = 0
        self._last: DraftEdit | None = None

    def hear(self, event: AnswerEvent) -> DraftEdit | None:
        """The draft that an event makes or extends; None where there is nothing new to show."""
        match event:
            case ToolCallStarted(name):
                ended = self._rest(is_whole=True)
                self._name, self._number = name, self._number + 1
                self._pieces, self._n_unread, self._n_read = [], 0, 0
                return ended
            case ToolInputDelta(text):
                self._pieces.append(text)
                self._n_unread += len(text)
                return self._rest() if self._n_unread >= max(LEAST, self._n_read // GROWTH) else None
            case Finished():
                return self._rest(is_whole=True)
            case _:
                return None

    def _rest(self, *, is_whole: bool = False) -> DraftEdit | None:
        written = "".join(self._pieces)
        self._pieces, self._n_unread, self._n_read = [written], 0, len(written)
        call = half_call(self._name, written)
        found = None if call is None else self._placed(call, is_whole=is_whole)
        if found is None or found == self._last:
            return None
        self._last = found
        return found

    def _placed(self, call: CreateCall | ReplaceCall | InsertCall, *, is_whole: bool) -> DraftEdit | None:
        path = clean_path(call.path)
        text = self._read(path)
        if text is None:
            return None
        n_lines = text.count("\n") + (not text.endswith("\n") and bool(text))
        match call:
            case CreateCall(_, new):
                return DraftEdit(self._number, path, 0, n_lines, _ended(new))
            case InsertCall(_, line, new):
                at = min(max(line, 0), n_lines)
                return DraftEdit(self._number, path, at, at, _ended(new))
            case ReplaceCall():
                return self._replaced(path, text, call, is_whole=is_whole)

    def _replaced(self, path: str, text: str, call: ReplaceCall, *, is_whole: bool) -> DraftEdit | None:
        at = text.find(call.old)
        # The text may have been changed by an earlier call, which its reader has not seen applied.
        if at < 0 or text.find(call.old, at + 1) >= 0:
            return None
        begin, end = text.rfind("\n", 0, at) + 1, at + len(call.old)
        made = text[begin:at] + call.new
        # Half a text that takes the place of whole lines goes on in a line of its own.
        is_joined = is_whole and made != "" and not made.endswith("\n")
        if not call.old.endswith("\n") or is_joined:
            rest_end = text.find("\n", end) + 1 or len(text)
            made, end = made + text[end:rest_end], rest_end
        first, span = text.count("\n", 0, begin), text[begin:end]
        last = first + span.count("\n") + (not span.endswith("\n"))
        return DraftEdit(self._number, path, first, last, _ended(made))


def _ended(text: str) -> str:
    r"""The text with its last line ended; nothing stays nothing."""
    return text if not text or text.endswith("\n") else f"{text}\n"
