"""Places in an answer are links where the terminal takes them, and never more than a file of the workspace and its path."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment

from foreword.cli.terminal import PlaceLinks, takes_links
from foreword_cli import command
from gitrepo import GitRepo
from messages_api import MessagesApi


def links_in(root: Path, text: str) -> list[tuple[str, str]]:
    pieces = list(PlaceLinks(root).linked(Segment(text)))
    assert text == "".join(piece.text for piece in pieces)
    return [(piece.text, piece.style.link or "") for piece in pieces if piece.style and piece.style.link]


def test_files_that_exist_are_linked_with_their_lines_in_the_text(tmp_path: Path) -> None:
    (tmp_path / "my shop").mkdir()
    (tmp_path / "till.py").write_text("x = 1\n")
    target = (tmp_path / "till.py").as_uri()
    text = "See till.py:1 and till.py:1-1, not gone.py:3, ../till.py:1 or /etc/passwd:1."
    assert [("till.py:1", target), ("till.py:1-1", target)] == links_in(tmp_path, text)


@given(st.text(max_size=80))
def test_no_text_of_others_gets_into_a_link(text: str) -> None:
    root = Path(__file__).parent
    assert [] == [link for _, link in links_in(root, text) if not link.isascii() or not link.isprintable()]


@pytest.mark.parametrize(
    ("environ", "takes"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "dumb", "TERM_PROGRAM": "vscode"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4200"}, False),
        ({"TERM": "xterm-kitty", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, False),
        ({"TERM": "dumb", "FORCE_HYPERLINK": "1"}, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
    ],
)
def test_terminals_that_follow_links_are_known(environ: Mapping[str, str], takes: bool) -> None:
    assert takes is takes_links(environ)


@pytest.mark.parametrize(("forced", "has_links"), [("1", True), ("0", False)])
def test_an_answer_on_a_terminal_has_links_and_one_into_a_pipe_has_none(
    forced: str, has_links: bool, repo: GitRepo
) -> None:
    with MessagesApi() as api:
        api.script("It is in `shop/cart.py:1-3`, see [that](https://example.org).")
        api.script("It is in `shop/cart.py:1-3`.")
        key = {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url}
        environ = {**os.environ, **key, "TERM": "xterm-256color", "FORCE_HYPERLINK": forced}
        words = command("ask", "Where is it?", "-w", str(repo.path))
        main, other = pty.openpty()
        with subprocess.Popen(words, stdin=other, stdout=other, stderr=other, env=environ) as asking:
            os.close(other)
            shown = b""
            try:
                while piece := os.read(main, 65_536):
                    shown += piece
            except OSError:  # the other end is closed
                pass
            assert 0 == asking.wait(60)
        os.close(main)
        piped = subprocess.run(words, env=environ, capture_output=True, check=True).stdout
    target = (repo.path / "shop" / "cart.py").as_uri().encode()
    assert has_links is (b"\x1b]8;" in shown)
    assert has_links is (target in shown)
    # Where a link of the model leads is always to be seen.
    assert b"https://example.org" in shown
    assert b"\x1b" not in piped
