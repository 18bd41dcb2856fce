"""What a chat reads from the keyboard: messages of several lines with history and completion, and the files that they mention."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, get_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, completion_is_selected
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style

from foreword.assist.question.names import Suggestion
from foreword.assist.question.pointers import AttachmentRef, Pointer, parse_pointer
from foreword.core.documents.media import Media
from foreword.core.documents.text import displayable
from foreword.core.documents.uri import uri_of_path
from foreword.core.errors import UsageError
from foreword.core.secrets.redaction import shown
from foreword.storage.directories import make_private_folder, write_private

Suggest = Callable[[str], Awaitable[Sequence[Suggestion]]]
"""Files and definitions that the beginning of a name can mean."""

STYLE = Style.from_dict({"prompt": "bold", "bottom-toolbar": "noreverse", "bottom-toolbar.text": ""})
_WRITTEN = re.compile(r'(?<![\w@`])@(?P<quote>"?)(?P<name>[^\s"@]*)$')
_COMMAND = re.compile(r"/[\w.-]*$")


class ChatCompleter(Completer):
    """Files and definitions behind an `@`, and commands behind a `/` at the beginning of a message."""

    def __init__(self, suggest: Suggest, commands: Callable[[], Sequence[tuple[str, str]]]) -> None:
        """`commands` are names without the slash, with what they do."""
        self._suggest = suggest
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:
        """None: whoever asks here can't wait for the index."""
        del document, complete_event
        return []

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """What the text before the cursor can go on with."""
        del complete_event
        before = document.text_before_cursor
        if _COMMAND.fullmatch(before):
            for name, about in self._commands():
                if name.startswith(before[1:]):
                    yield Completion(f"/{name} ", -len(before), display=f"/{name}", display_meta=about)
        elif match := _WRITTEN.search(before):
            for one in await self._suggest(match["name"]):
                written = mention_of(one.path, one.line, one.end_line)
                meta = one.path if one.kind == "symbol" else ""
                start = -len(match["quote"] + match["name"])
                # Paths come from the repository: control characters in them are shown.
                label = displayable(one.name if one.kind == "symbol" else one.path)
                yield Completion(written, start, display=label, display_meta=displayable(meta))


class ChatHistory(FileHistory):
    """Messages typed before, in a file that only the user can read; secrets in them are redacted."""

    def store_string(self, string: str) -> None:
        """Add a message."""
        super().store_string(shown(string))


def history_at(path: Path) -> History:
    """The history in a file; in memory alone where that can't be written."""
    try:
        make_private_folder(path.parent)
        if not path.exists():
            write_private(path, b"")
    except OSError:
        return InMemoryHistory()
    return ChatHistory(str(path))


class ChatPrompt:
    """Reads from the terminal; `toolbar` is the line below a message that is being written."""

    def __init__(
        self,
        suggest: Suggest,
        commands: Callable[[], Sequence[tuple[str, str]]],
        history: History,
        toolbar: Callable[[], str],
    ) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=history,
            completer=ChatCompleter(suggest, commands),
            complete_while_typing=Condition(_is_name),
            key_bindings=_keys(),
            multiline=True,
            prompt_continuation=_continuation,
            bottom_toolbar=lambda: displayable(toolbar()),
            style=STYLE,
        )
        self._short: PromptSession[str] = PromptSession()

    async def message(self) -> str:
        """The next message.

        Raises:
            KeyboardInterrupt: what was written is thrown away.
            EOFError: there are no more.
        """
        return await self._session.prompt_async([("class:prompt", "> ")], handle_sigint=False)

    async def choice(self, question: str, letters: str) -> str:
        """One of some letters, the first of which also stands for no answer."""
        forget_typed()
        try:
            while True:
                given = await self._short.prompt_async(displayable(f"{question} "), handle_sigint=False)
                letter = given.strip().lower()[:1] or letters[0]
                if letter in letters:
                    return letter
        except (KeyboardInterrupt, EOFError):
            return letters[0]

    async def confirm(self, question: str) -> bool:
        """Whether the user says yes; no answer means no."""
        return await self.choice(f"{question} [y/N]", "ny") == "y"


def _is_name() -> bool:
    """Whether a mention or a command is being written: nothing pops up while plain words are typed."""
    before = get_app().current_buffer.document.text_before_cursor
    return bool(_WRITTEN.search(before) or _COMMAND.fullmatch(before))


def _continuation(width: int, _line: int, _is_soft: int) -> AnyFormattedText:
    return "." * (width - 1) + " "


def _keys() -> KeyBindings:
    """Enter sends; Alt-Enter, Ctrl-J, or a backslash before Enter begin a new line."""
    keys = KeyBindings()

    @keys.add("enter", filter=completion_is_selected)
    def _take(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("enter", filter=~completion_is_selected)
    def _send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        elif buffer.text.strip():
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


if sys.platform != "win32":
    import termios

INPUT_MODES, LOCAL_MODES = 0, 3
"""Where the flags stand in what `termios.tcgetattr` gives."""


@contextmanager
def typed_ahead() -> Iterator[None]:
    """Keys are not echoed for the time of a block, and Enter stays what it is; Ctrl-C still interrupts."""
    if sys.platform == "win32":
        yield
        return
    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):  # no terminal
        yield
        return
    quiet = termios.tcgetattr(sys.stdin)
    # A terminal makes a line end of Enter, which is another key for the prompt: a new line in a message.
    quiet[INPUT_MODES] &= ~termios.ICRNL
    quiet[LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def forget_typed() -> None:
    """Throw away what was typed ahead: nobody confirms what they have not seen."""
    clear_typeahead(get_app_session().input)
    if sys.platform != "win32":
        with suppress(termios.error, OSError, ValueError):  # no terminal
            termios.tcflush(sys.stdin, termios.TCIFLUSH)


MENTION = re.compile(r'(?<![\w@`])@(?:"(?P<quoted>[^"\n]+)"|(?P<plain>[^\s"@]+))')
"""Behind a letter, an `@` belongs to something else, such as an address; doubled or in backticks it is code."""
_TRAILING = ".,;:!?)]}'"
"""Signs of the sentence around a mention."""


Picture = Callable[[str], Media | None]
"""A picture of elsewhere, by its absolute path."""


def mentioned(
    text: str, is_file: Callable[[str], bool], picture: Picture = lambda _: None
) -> tuple[AttachmentRef, ...]:
    """The places that a text mentions, each once; what is no file of the workspace, and no `picture`, is only a word.

    Raises:
        UsageError: a picture can't be read.
    """
    found = (_place(match["quoted"], match["plain"], is_file, picture) for match in MENTION.finditer(text))
    return tuple(dict.fromkeys(place for place in found if place is not None))


def attachment_of(root: Path, place: AttachmentRef) -> Mapping[str, Any]:
    """A place as chats keep it for clients: a URI, and a range of whole lines where it has lines."""
    if place.media is not None:
        return place.media.told
    told: dict[str, Any] = {"uri": uri_of_path(str(root / place.path), windows=os.name == "nt")}
    if place.first is not None:
        last = place.last or place.first
        # A range ends at the start of the line behind its last one.
        told["range"] = {
            "start": {"line": place.first - 1, "character": 0},
            "end": {"line": last, "character": 0},
        }
    return told


def mention_of(path: str, first: int = 0, last: int = 0) -> str:
    """What is written for a place, without the `@`."""
    lines = f":{first}-{last}" if first and last > first else f":{first}" if first else ""
    written = f"{path}{lines}"
    return f'"{written}"' if re.search(r'[\s"@]', written) else written


def _place(
    quoted: str | None, plain: str | None, is_file: Callable[[str], bool], picture: Picture
) -> AttachmentRef | None:
    for written in _readings(quoted, plain):
        media = picture(written)
        if media is not None:
            return AttachmentRef(media.name, media=media)
        with suppress(UsageError):  # no place at all: a word
            pointer: Pointer = parse_pointer(written)
            if is_file(pointer.path):
                return AttachmentRef(pointer.path, pointer.first, pointer.last)
    return None


def _readings(quoted: str | None, plain: str | None) -> Iterator[str]:
    """What may be meant, the longest first: a name may end with a sign of the sentence."""
    if quoted is not None:
        yield quoted
        return
    written = plain or ""
    while written:
        yield written
        if written[-1] not in _TRAILING:
            return
        written = written[:-1]
