"""What is printed is plain text: no markup is read in it, no control character is sent, no encoding ends a command."""

from __future__ import annotations

import io
import json
import logging
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rich.table import Table

from foreword.cli.live import MarkdownStream
from foreword.cli.main import main
from foreword.cli.plain_text import PlainFormatter, prepare_streams, print_json
from foreword.cli.terminal import output
from foreword.core.documents.text import CONTROLS, displayable
from gitrepo import make_repo

ESCAPES = "\x1b]0;title\x07 \x1b[2J \x9b31m \u202eabc\u2066 a\rb \x7f"
MARKUP = "app/[slug]/page.tsx x = a[:x:] [bold]b[/bold] :smile: [/] \\[red]"
ODD_TEXT = st.text(
    st.sampled_from("ab[]/:x\\*_`#<>&;é漢\x1b\x07\x9b\x7f\u202e\x00\t "), min_size=1, max_size=24
)
ODD_NAME = st.text(st.sampled_from("ab[]:x#&;é漢 \u202e\x1b\x9b"), min_size=1, max_size=12).filter(
    lambda name: name.strip() == name
)


class Screen(io.TextIOWrapper):
    """Standard output of some encoding, in memory."""

    def __init__(self, encoding: str = "utf-8", *, is_terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def shown(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


@settings(deadline=None, max_examples=200)
@given(ODD_TEXT)
def test_any_text_is_printed_as_it_is(text: str) -> None:
    with redirect_stdout(Screen()) as screen:
        output().print(text)
    assert f"{displayable(text)}\n" == screen.shown()


@pytest.mark.parametrize("text", [MARKUP, ESCAPES])
def test_a_line_a_table_and_a_row_say_what_they_were_given(text: str) -> None:
    with redirect_stdout(Screen()) as screen:
        output().print(text)
        table = Table(text, box=None)
        table.add_row(text)
        output().print(table)
    lines = [line.strip() for line in screen.shown().splitlines()]
    assert [displayable(text).strip()] * 3 == lines


def test_control_characters_are_shown() -> None:
    assert r"\x1b]0;title\x07 \x1b[2J \x9b31m \u202eabc\u2066 a\x0db \x7f" == displayable(ESCAPES)


def test_tabs_and_line_ends_stay() -> None:
    assert "a\tb\r\nc\n" == displayable("a\tb\r\nc\n")


def test_a_markdown_answer_sends_no_control_character_of_its_own_not_even_as_an_entity() -> None:
    with redirect_stdout(Screen(is_terminal=True)) as screen:
        stream = MarkdownStream(output())
        stream.feed(f"{ESCAPES}\n\n&#x202e; &#27; &#x9b;\n\n```\n{ESCAPES}\n```\n")
        stream.close()
    shown = screen.shown()
    assert "\\x1b]0;title" in shown
    assert not {"\x1b]0;", "\x1b[2J\x1b", "\x9b", "\u202e", "\x07", "\x7f"} & {
        part for part in ("\x1b]0;", "\x9b", "\u202e", "\x07", "\x7f") if part in shown
    }


def test_the_log_shows_control_characters() -> None:
    record = logging.makeLogRecord({"msg": "can't read %s", "args": ("\x1b[2J.py",)})
    assert r"can't read \x1b[2J.py" == PlainFormatter("%(message)s").format(record)


def test_json_gives_back_the_same_value_and_sends_nothing_that_a_terminal_obeys() -> None:
    value = {"text": f"{ESCAPES}{MARKUP}\ud83d→"}
    for encoding in ("utf-8", "ascii", "cp1252"):
        with redirect_stdout(Screen(encoding, is_terminal=True)) as screen:
            print_json(value)
        assert value == json.loads(screen.shown())
        assert [] == CONTROLS.findall(screen.shown())


def test_a_pipe_gets_utf8_and_a_terminal_what_its_encoding_has() -> None:
    for is_terminal, expected in ((False, "a → b"), (True, r"a \u2192 b")):
        with redirect_stdout(Screen("cp1252", is_terminal=is_terminal)) as screen:
            prepare_streams()
            print("a → b")
        assert f"{expected}\n" == screen.shown()


@settings(deadline=None, max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(name=ODD_NAME, code=ODD_TEXT)
def test_every_command_prints_random_names_and_code_as_they_are(name: str, code: str) -> None:
    with TemporaryDirectory() as folder:
        repo = make_repo(Path(folder) / f"w{name}")
        path = f"src/{name}.py"
        repo.write(path, f"def needle():\n    return '''{code}'''\n")
        repo.write("[slug]/page.py", "def needle_of(slug):\n    return slug[:x:]\n")
        repo.commit("c")
        os.environ["FOREWORD_HOME"] = f"{folder}/home"
        for line in COMMAND_LINES:
            out, err = Screen(), Screen()
            with redirect_stdout(out), redirect_stderr(err):
                main([*line, "--workspace", str(repo.path)])
            shown = out.shown() + err.shown()
            assert "Traceback" not in shown
            assert "unexpected" not in shown
            assert [] == CONTROLS.findall(shown), line
            if line[0] in {"search", "map", "symbols", "ask", "edit", "context"} and "--json" not in line:
                assert "[slug]/page.py" in shown, line


COMMAND_LINES = (
    ["search", "needle"],
    ["symbols", "needle_of"],
    ["map"],
    ["index"],
    ["context", "--files"],
    ["ask", "Where is needle_of?"],
    ["ask", "Where is needle_of?", "--json"],
    ["edit", "Rename needle_of", "-p", "[slug]/page.py", "--dry-run"],
    ["forecast"],
    ["usage", "--by", "workspace"],
    ["why"],
    ["doctor"],
    ["trust"],
    ["warm"],
)
