"""What is typed into a chat: keys, lines, history and completion, without a terminal."""

from __future__ import annotations

import random
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from core.secrets.made_up import after
from foreword.assist.question.names import Suggestion
from foreword.cli.chat.chat_prompt import ChatCompleter, ChatPrompt, history_at

COMMANDS = (("help", "list all commands"), ("model", "ask another model"))
SUGGESTIONS = (
    Suggestion("file", "till.py", "shop/till.py"),
    Suggestion("file", "a b.py", "shop/a b.py"),
    Suggestion("symbol", "Till", "shop/till.py", 3, 9),
)


async def suggest(written: str) -> Sequence[Suggestion]:
    return [one for one in SUGGESTIONS if one.name.lower().startswith(written.lower())]


@contextmanager
def typed(keys: str) -> Iterator[ChatPrompt]:
    with create_pipe_input() as source, create_app_session(source, DummyOutput()):
        source.send_text(keys)
        yield ChatPrompt(suggest, lambda: COMMANDS, InMemoryHistory(), lambda: "")


async def completions(text: str) -> list[Completion]:
    completer = ChatCompleter(suggest, lambda: COMMANDS)
    return [one async for one in completer.get_completions_async(Document(text), CompleteEvent())]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("How?\r", "How?"),
        ("one\x1b\rtwo\r", "one\ntwo"),
        ("one\ntwo\r", "one\ntwo"),
        ("one\\\rtwo\r", "one\ntwo"),
        ("\r\r  \rlate\r", "  late"),
        ("\x1b[200~pasted\rtext\x1b[201~\r", "pasted\ntext"),
    ],
)
async def test_enter_sends_and_other_keys_begin_a_line(keys: str, message: str) -> None:
    with typed(keys) as prompt:
        assert message == await prompt.message()


async def test_ctrl_c_throws_the_message_away_and_ctrl_d_ends_the_chat() -> None:
    with typed("half a mess\x03whole\r\x04") as prompt:
        with pytest.raises(KeyboardInterrupt):
            await prompt.message()
        assert "whole" == await prompt.message()
        with pytest.raises(EOFError):
            await prompt.message()


@pytest.mark.parametrize(
    ("keys", "letter"),
    [("y\r", "y"), ("Yes\r", "y"), ("\r", "l"), ("z\rn\r", "n"), ("\x03", "l"), ("\x04", "l")],
)
async def test_a_question_is_answered_by_one_of_its_letters(keys: str, letter: str) -> None:
    with typed(keys) as prompt:
        assert letter == await prompt.choice("Apply it?", "lyn")


async def test_no_answer_is_no() -> None:
    with typed("\r") as prompt:
        assert not await prompt.confirm("Spend it?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("look at @ti", ["shop/till.py", "shop/till.py:3-9"]),
        ('look at @"a', ['"shop/a b.py"']),
        ("look at @none", []),
        ("me@ti", []),
        ("/mo", ["/model "]),
        ("say /mo", []),
    ],
)
async def test_files_definitions_and_commands_are_completed(text: str, expected: list[str]) -> None:
    assert expected == [one.text for one in await completions(text)]


async def test_a_completion_replaces_what_was_written() -> None:
    (one,) = await completions('look at @"a')
    assert 'look at @"shop/a b.py"' == 'look at @"a'[: one.start_position] + one.text


def test_typed_messages_are_kept_for_their_user_alone_without_secrets(tmp_path: Path) -> None:
    path, token = tmp_path / "input" / "shop", after("ghp_", 36)(random.Random(1))
    history_at(path).store_string(f"What is {token}?")
    kept = path.read_text(encoding="utf-8")
    assert "What is <redacted: " in kept
    assert token not in kept
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    (again,) = history_at(path).load_history_strings()
    assert again.startswith("What is <redacted: ")


def test_a_history_that_can_not_be_written_is_one_of_this_chat(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("a file")
    assert isinstance(history_at(tmp_path / "input" / "shop"), InMemoryHistory)
