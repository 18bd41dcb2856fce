"""Commands that a message of a chat may begin with: kinds of request, and the user's own tasks.

/explain how a refund is made
/tests                          about what is attached
/release-notes since the last tag
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from foreword.api.commands.tasks import tasks_of
from foreword.api.workspace import Workspace
from foreword.assist.chat.chat_turn import UserMessage
from foreword.assist.question.pointers import AttachmentRef
from foreword.assist.question.request import Kind
from foreword.assist.question.task import VERBS, edits
from foreword.assist.question.task_files import UserTask
from foreword.core.errors import UsageError

ABOUT = "what it is about, if nothing is attached"
ADDED = "what to add to it"


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command by its name, without the slash; `hint` says what may follow it."""

    name: str
    description: str
    hint: str


def slash_commands(workspace: Workspace) -> tuple[SlashCommand, ...]:
    """All that a message may begin with; tasks of a project are among them once the user has trusted it."""
    tasks = tasks_of(workspace)
    kinds = (SlashCommand(kind, _describe(kind), ABOUT) for kind in VERBS)
    own = (
        SlashCommand(task.name, task.description or f"the task in {task.file}", ADDED)
        for task in tasks.tasks.values()
        if task.name not in VERBS and (task.owner == "user" or tasks.may_run)
    )
    return (*kinds, *own)


def with_command(workspace: Workspace, said: UserMessage) -> UserMessage:
    """The message, where it begins with a command: with its words, its kind and what a task is about.

    What edits by its kind may edit, whatever the mode of the chat: the user asked for it by name. A text that only
    looks like a command, such as a path, is left as it is.

    Raises:
        UsageError: the command needs more words.
        TrustError: it is a task of a project that is not trusted.
    """
    name, *more = said.text.strip().split(maxsplit=1) or [""]
    rest = "".join(more)
    if not name.startswith("/"):
        return said
    kind = next((known for known in VERBS if f"/{known}" == name), None)
    if kind is not None:
        return _of_kind(kind, rest, said)
    tasks = tasks_of(workspace)
    return _of_task(tasks.get(name[1:]), rest, said) if name[1:] in tasks.tasks else said


def _of_kind(kind: Kind, words: str, said: UserMessage) -> UserMessage:
    about = words or ", ".join(_place(place) for place in said.places)
    if not about:
        raise UsageError(f"/{kind} is about nothing: say what, or attach a file")
    return replace(said, text=f"{VERBS[kind]} {about}", kind=kind, may_edit=said.may_edit or edits(kind))


def _of_task(task: UserTask, words: str, said: UserMessage) -> UserMessage:
    places = (*said.places, *_places(task))
    may_edit = said.may_edit or task.kind == "edit"
    kind: Kind = "edit" if task.kind == "edit" else "ask"
    return replace(said, text=task.question(words), places=places, kind=kind, may_edit=may_edit)


def _places(task: UserTask) -> Sequence[AttachmentRef]:
    return [AttachmentRef(pointer.path, pointer.first, pointer.last) for pointer in task.pointers]


def _place(place: AttachmentRef) -> str:
    if place.symbol:
        return f"`{place.symbol}` in {place.path}"
    return place.path if place.first is None else f"{place.path}:{place.first}-{place.last or place.first}"


def _describe(kind: Kind) -> str:
    verb = VERBS[kind].lower()
    return (
        f"{verb} what is attached or named; edits are proposed"
        if edits(kind)
        else f"{verb} what is attached or named"
    )
