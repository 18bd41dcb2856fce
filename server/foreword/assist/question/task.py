"""A task: what to do with which place of the workspace, as a code action or another click of an editor says it.

It crosses the wire as JSON (the `data` of a code action, the argument of a command) and becomes the words of a
question with its pointers. It does not know how it is carried out. Imported on the path to `initialize`, hence light.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from foreword.core.errors import UsageError

if TYPE_CHECKING:
    from foreword.assist.question.pointers import Pointer
    from foreword.assist.question.request import Kind

ANSWER_KINDS: tuple[Kind, ...] = ("explain", "review", "ask")
"""What ends in an answer, by `foreword.ask`."""
EDIT_KINDS: tuple[Kind, ...] = ("fix", "rewrite", "simplify", "document", "tests")
"""What ends in a proposal of edits, by `foreword.edit`."""
TASK_KEYS = ("kind", "uri", "range", "symbol", "instruction", "diagnostics", "version")
MAX_MESSAGE = 2_000
"""Characters of a diagnostic: some compilers append half a program."""

VERBS: Mapping[Kind, str] = {
    "explain": "Explain",
    "review": "Review",
    "fix": "Fix",
    "rewrite": "Rewrite",
    "simplify": "Simplify",
    "document": "Document",
    "tests": "Write tests for",
}


@dataclass(frozen=True, slots=True)
class Task:
    """Lines are 1-based and inclusive, both None for the whole file; `path` is as in the prefix.

    `symbol` is the name of the definition at the lines, `instruction` what the user wrote, `diagnostics` one line
    each; all of them may be empty. `text` is that of a document that is no file yet.
    """

    kind: Kind
    path: str
    first_line: int | None = None
    last_line: int | None = None
    symbol: str = ""
    instruction: str = ""
    diagnostics: tuple[str, ...] = ()
    text: str | None = None


def edits(kind: Kind) -> bool:
    """Whether a task of this kind ends in a proposal of edits."""
    return kind in EDIT_KINDS


def task_from_json(given: Mapping[str, Any], path_of: Callable[[str], str | None]) -> Task:
    """The task that an editor sent: `kind`, `uri`, and what else there is of `TASK_KEYS`, in the words of LSP.

    `path_of` gives the workspace-relative path of a URI, None where the URI leads elsewhere.

    Raises:
        UsageError: it is no task, or not one about a file of the workspace.
    """
    kind = next((known for known in (*ANSWER_KINDS, *EDIT_KINDS) if known == given.get("kind")), None)
    if kind is None:
        raise UsageError(f'"kind" must be one of {", ".join((*ANSWER_KINDS, *EDIT_KINDS))}')
    uri = _text(given, "uri")
    path = path_of(uri) if uri else None
    if path is None:
        raise UsageError(f'"uri" must be that of a file in the workspace, not {uri!r}: open its folder first')
    first, last = _lines(given.get("range"))
    return Task(
        kind, path, first, last, _text(given, "symbol"), _text(given, "instruction"),
        _diagnostics(given.get("diagnostics")),
    )  # fmt: skip


def question_of(task: Task) -> str:
    """The words of the question."""
    if task.kind == "ask" or task.kind not in VERBS:
        asked = task.instruction.strip()
        return f"{asked}\n\nThis is about {_what(task)}." if asked else ""
    listed = "".join(f"\n- {diagnostic}" for diagnostic in task.diagnostics)
    said = f"{VERBS[task.kind]} {_what(task)}{':' if listed else '.'}{listed}"
    return f"{said}\n\n{task.instruction.strip()}" if task.instruction.strip() else said


def pointers_of(task: Task) -> tuple[Pointer, ...]:
    """What the question points at."""
    from foreword.assist.question.pointers import Pointer  # noqa: PLC0415 - off the path to `initialize`

    return (Pointer(task.path, task.first_line, task.last_line, task.text),)


def _what(task: Task) -> str:
    first, last = task.first_line, task.last_line
    lines = "" if first is None else f":{first}" if first == last else f":{first}-{last}"
    return f"`{task.symbol}` in {task.path}{lines}" if task.symbol else f"{task.path}{lines}"


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f'"{key}" must be a text')
    return value or ""


def _lines(found: object) -> tuple[int | None, int | None]:
    """First and last line of an LSP range; a range that ends before a line's first character ends on the line before."""
    if found is None:
        return None, None
    # A range whose ends are exchanged, as of a selection that was made upwards, means the same lines.
    (first, _), (last, character) = sorted((_position(found, "start"), _position(found, "end")))
    if last > first and not character:
        last -= 1
    return first + 1, last + 1


def _position(found: object, key: str) -> tuple[int, int]:
    position = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(position, Mapping):
        line, character = position.get("line"), position.get("character")
        if isinstance(line, int) and isinstance(character, int) and line >= 0 <= character:
            return line, character
    raise UsageError('"range" must be a range of LSP: start and end, each with line and character')


def _diagnostics(found: object) -> tuple[str, ...]:
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise UsageError('"diagnostics" must be a list of diagnostics of LSP')
    return tuple(_diagnostic(one) for one in found)


def _diagnostic(one: Mapping[str, Any]) -> str:
    from foreword.core.secrets.redaction import shown  # noqa: PLC0415 - off the path to `initialize`

    message = one.get("message")
    # Since LSP 3.18 a message may be marked-up content.
    text = message.get("value") if isinstance(message, Mapping) else message
    if not isinstance(text, str):
        raise UsageError("a diagnostic must have a message")
    source = " ".join(str(one[key]) for key in ("source", "code") if one.get(key) not in (None, ""))
    line = f"line {_position(one['range'], 'start')[0] + 1}: " if one.get("range") is not None else ""
    # Judged by itself: in the midst of a sentence of ours a password is not known by its place.
    return f"{line}{' '.join(shown(text).split())[:MAX_MESSAGE]}{f' ({source})' if source else ''}"
