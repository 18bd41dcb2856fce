"""Edits while the model still writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.assist.edits.draft import DraftEdit, DraftReader
from foreword.assist.edits.edit_tool import Editor, EditScope
from foreword.core.documents.text import Text
from foreword.core.reply import Finished, ToolCallStarted, ToolInputDelta
from foreword.core.tokens import Usage
from foreword.model.tool_call import ReplaceCall, parse_call

TOOL = "str_replace_based_edit_tool"
TILL = "# Till\nVAT = 19\n\n\ndef total(prices):\n    return sum(prices)\n"
END = Finished("msg_1", (), "tool_use", Usage())


def drafts(text: str, *calls: dict[str, Any], size: int = 7) -> list[DraftEdit]:
    """What is shown of the calls, whose JSON comes in pieces."""
    reader = DraftReader({"till.py": text}.get)

    def events() -> Iterator[ToolCallStarted | ToolInputDelta | Finished]:
        for call in calls:
            yield ToolCallStarted(TOOL)
            written = json.dumps(call)
            for at in range(0, len(written), size):
                yield ToolInputDelta(written[at : at + size])
        yield END

    return [draft for event in events() if (draft := reader.hear(event))]


def replacing(old: str, new: str) -> dict[str, Any]:
    return {"command": "str_replace", "path": "/till.py", "old_str": old, "new_str": new}


def test_new_lines_grow_at_their_place_while_they_are_written() -> None:
    new = "    rounded = round(sum(prices))\n    print(rounded)\n    return rounded\n"
    found = drafts(TILL, replacing("    return sum(prices)\n", new))
    assert {(0, "till.py", 5, 6)} == {(one.number, one.path, one.first, one.last) for one in found}
    assert len(found) >= 3
    assert new == found[-1].text
    assert all(new.startswith(one.text.removesuffix("\n")) for one in found)


def test_a_part_of_a_line_is_shown_as_the_whole_line() -> None:
    (found,) = drafts(TILL, replacing("19", "20"), size=1000)
    assert DraftEdit(0, "till.py", 1, 2, "VAT = 20\n") == found


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            {"command": "insert", "path": "till.py", "insert_line": 1, "insert_text": "TIP = 5"},
            [DraftEdit(0, "till.py", 1, 1, "TIP = 5\n")],
        ),
        (
            {"command": "create", "path": "till.py", "file_text": "VAT = 1\n"},
            [DraftEdit(0, "till.py", 0, 6, "VAT = 1\n")],
        ),
        (replacing("VAT = 19\n", ""), [DraftEdit(0, "till.py", 1, 2, "")]),
        (replacing("not there", "x"), []),
        (replacing("r", "x"), []),
        ({"command": "str_replace", "path": "other.py", "old_str": "19", "new_str": "20"}, []),
        ({"command": "view", "path": "till.py"}, []),
        ({"command": "str_replace", "new_str": "20", "path": "till.py", "old_str": "19"}, []),
    ],
    ids=[
        "insert",
        "rewrite",
        "delete lines",
        "no such text",
        "several places",
        "a file not open",
        "no edit",
        "text first",
    ],
)
def test_a_draft_is_shown_where_it_is_sure_to_go(call: dict[str, Any], expected: list[DraftEdit]) -> None:
    assert expected == drafts(TILL, call, size=1000)


def test_calls_of_one_answer_are_told_apart() -> None:
    found = drafts(TILL, replacing("19", "20"), replacing("sum(prices)", "max(prices)"))
    assert [0, 1] == sorted({one.number for one in found})
    assert "    return max(prices)\n" == found[-1].text


@given(
    old=st.sampled_from(["19", "VAT = 19\n", "total(prices):\n    return", "\n\n\n"]),
    new=st.text(max_size=60),
)
def test_a_finished_draft_makes_the_text_that_the_edit_makes(old: str, new: str) -> None:
    found = drafts(TILL, replacing(old, new), size=5)
    editor = Editor(EditScope(lambda _: Text(TILL), lambda _: True, lambda _: None, lambda _: False))
    call = parse_call({"name": TOOL, "input": replacing(old, new)})
    assert isinstance(call, ReplaceCall)
    editor.edit(call)
    edited = editor.read("till.py")
    if found and not editor.problems and "\r" not in new:
        lines = TILL.splitlines(keepends=True)
        last = found[-1]
        made = "".join([*lines[: last.first], last.text, *lines[last.last :]])
        assert made == edited
