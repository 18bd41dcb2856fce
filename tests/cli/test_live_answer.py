from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from foreword.cli.live import MarkdownBuffer, MarkdownStream


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("", ""),
        ("a paragraph", ""),
        ("one\n\ntwo", "one\n\n"),
        ("one\n \t\ntwo", "one\n \t\n"),
        ("one\n\ntwo\n\nthree", "one\n\ntwo\n\n"),
        ("```\na\n\nb", ""),
        ("one\n\n```\na\n\nb", "one\n\n"),
        ("```\na\n\nb\n```\n\nafter", "```\na\n\nb\n```\n\n"),
        ("~~~\n```\n\n~~~\n\nafter", "~~~\n```\n\n~~~\n\n"),
        ("````md\n```\na\n```\n\n````\n\nafter", "````md\n```\na\n```\n\n````\n\n"),
        ("```\n```python\n\nx\n", ""),
        ("```x``` is code\n\nafter", "```x``` is code\n\n"),
        ("```x``` is code\n\n```\na\n\nb", "```x``` is code\n\n"),
        ("   ```\na\n\nb", ""),
    ],
)
def test_text_is_complete_up_to_the_last_blank_line_outside_of_a_fence(text: str, complete: str) -> None:
    buffer = MarkdownBuffer()
    assert (complete, text[len(complete) :]) == (buffer.feed(text), buffer.rest())


PIECES = st.sampled_from(
    ["\n", "\n\n", "```", "```py", "~~~", "````", "a", " ", "`", "x``` y", "\n```\n", "é"]
)


def opened_by(line: str) -> str | None:
    """The fence that a line opens (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""
    bare = line.lstrip(" ")
    fence = bare[: len(bare) - len(bare.lstrip(bare[:1]))] if bare[:1] in ("`", "~") else ""
    if len(line) - len(bare) > 3 or len(fence) < 3 or (fence[0] == "`" and "`" in bare[len(fence) :]):
        return None
    return fence


def ends_inside_a_fence(text: str) -> bool:
    fence = None
    for line in text.split("\n"):
        found = opened_by(line)
        if fence is None:
            fence = found
        elif found and found.startswith(fence) and not line.strip().strip(found[0]):
            fence = None
    return fence is not None


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_nothing_is_lost_and_no_fence_is_cut(text: str) -> None:
    buffer = MarkdownBuffer()
    complete, rest = buffer.feed(text), buffer.rest()
    assert text == complete + rest
    assert not complete or complete.endswith("\n")
    assert not ends_inside_a_fence(complete)


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, max_size=14))
def test_pieces_come_to_the_same_text_however_they_are_cut(pieces: list[str]) -> None:
    buffer, done = MarkdownBuffer(), ""
    for piece in pieces:
        done += buffer.feed(piece)
        assert not ends_inside_a_fence(done)
    assert "".join(pieces) == done + buffer.rest()


def test_a_stream_prints_everything_once_in_order() -> None:
    written = io.StringIO()
    stream = MarkdownStream(Console(file=written, width=80))
    for character in "First.\n\n```python\nx = 1\n\ny = 2\n```\n\nLast [bold]one[/bold].":
        stream.feed(character)
    stream.status("(searching ...)")
    stream.close()
    shown = written.getvalue()
    assert ["First.", "x = 1", "y = 2", "Last [bold]one[/bold]."] == [
        word for word in ("First.", "x = 1", "y = 2", "Last [bold]one[/bold].") if 1 == shown.count(word)
    ]
    assert shown.index("First.") < shown.index("x = 1") < shown.index("Last")


def test_what_looks_like_a_tag_is_printed_as_it_was_written() -> None:
    written = io.StringIO()
    stream = MarkdownStream(Console(file=written, width=80))
    stream.feed(
        "Use List<String> or `Vec<u8>`.\n\n<details>\nmore\n</details>\n\n- call f<T>() <!-- why -->\n"
    )
    stream.close()
    assert ["Use List<String> or Vec<u8>.", "<details> more </details>", "• call f<T>() <!-- why -->"] == [
        line.strip() for line in written.getvalue().splitlines() if line.strip()
    ]


def test_a_sign_turns_while_something_is_waited_for() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=60)
    stream = MarkdownStream(console)
    stream.status("waiting ...")
    stream.close()
    shown = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert any(f"{sign} " in shown for sign in "-\\|/")
    assert "waiting ..." in shown
    assert shown.isascii()
