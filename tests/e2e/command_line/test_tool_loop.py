"""The model calls tools: results go back in pairs, thinking comes back untouched, and it ends after a bounded number of rounds."""

from __future__ import annotations

from typing import Any

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import (
    BadToolInput,
    MessagesApi,
    Recorded,
    Reply,
    text_block,
    thinking_block,
    tool_use_block,
)
from messages_api.errors import Json

Q = "What is a refund?"
EDITOR = "str_replace_based_edit_tool"


def view(path: str, **more: object) -> Json:
    return tool_use_block(EDITOR, {"command": "view", "path": path, **more})


def calls(*blocks: Json) -> Reply:
    """An answer that thinks, says something and calls tools."""
    return Reply((thinking_block("Let me look."), text_block("Looking. "), *blocks))


def results(recorded: Recorded) -> list[dict[str, Any]]:
    """The tool results of the last message."""
    content = (recorded.body or {})["messages"][-1]["content"]
    return [block for block in content if block["type"] == "tool_result"]


@pytest.fixture
def workspace(shop: GitRepo) -> GitRepo:
    shop.write(".env", "TOKEN=hunter2\n")
    shop.write(".gitignore", "ignored.txt\n")
    shop.write("ignored.txt", "hunter2\n")
    return shop


def test_results_go_back_paired_and_the_second_request_reads_the_first_ones_prefix(
    online: Foreword, api: MessagesApi, workspace: GitRepo
) -> None:
    api.script(
        calls(
            view("shop/checkout.py", view_range=[5, 12]),
            tool_use_block("search", {"query": "gross total"}),
            tool_use_block("symbols", {"name": "Checkout"}),
        ),
        "It is shop/checkout.py:9.",
    )
    done = online.ask(workspace.path, Q)
    assert (0, []) == (done.code, api.rejected)
    first, second = api.messages
    viewed, found, defined = results(second)
    assert "VAT_PERCENT = 19" in viewed["content"]
    assert "gross_total" in found["content"]
    assert "shop/checkout.py:8" in defined["content"]
    assert not any(result.get("is_error") for result in (viewed, found, defined))
    written = (first.usage or {})["cache_creation_input_tokens"]
    assert (second.usage or {})["cache_read_input_tokens"] >= written > 1_000
    assert len(second.marks) <= 4
    answer = done.answer
    assert "Looking.\n\nIt is shop/checkout.py:9." == answer["text"].replace("Looking. ", "Looking.")
    assert [{"path": "shop/checkout.py", "startLine": 9, "endLine": 9}] == answer["citations"]
    assert 2 == answer["receipt"]["requests"]
    assert (
        written
        == answer["receipt"]["tokens"]["write5m"] - (second.usage or {})["cache_creation_input_tokens"]
    )


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-sonnet-5-5", "claude-haiku-5-5"])
def test_thinking_is_echoed_byte_for_byte_over_several_rounds(
    online: Foreword, api: MessagesApi, workspace: GitRepo, model: str
) -> None:
    api.script(*[calls(view("shop/checkout.py", view_range=[n, n + 1])) for n in (1, 3, 5)], "Done.")
    done = online.ask(workspace.path, Q, "--model", model)
    assert (0, []) == (done.code, api.rejected)
    assert "Done." in done.answer["text"]
    before, after = ((recorded.body or {})["messages"] for recorded in api.messages[-2:])
    assert _unmarked(before) == _unmarked(after)[: len(before)]


def _unmarked(messages: list[Json]) -> list[Json]:
    return [
        {
            **message,
            "content": [
                {k: v for k, v in block.items() if k != "cache_control"} for block in message["content"]
            ],
        }
        for message in messages
    ]


FORBIDDEN = {
    "a path out of the workspace": view("../../etc/passwd"),
    "an absolute path": view("/etc/passwd"),
    "a hidden way out": view("shop/../../../etc/passwd"),
    "a secret file": view(".env"),
    "an ignored file": view("ignored.txt"),
    "git's own files": view(".git/config"),
    "a NUL byte": view("shop/\0"),
    "a number for a path": view(3),  # type: ignore[arg-type]
    "a range out of the file": view("shop/checkout.py", view_range=[9_000, 9_001]),
    "an edit": tool_use_block(
        EDITOR, {"command": "str_replace", "path": "README.md", "old_str": "Shop", "new_str": "Spot"}
    ),
    "a new file": tool_use_block(EDITOR, {"command": "create", "path": "new.py", "file_text": "x"}),
    "an unknown command": tool_use_block(EDITOR, {"command": "undo_edit", "path": "README.md"}),
    "an unknown tool": tool_use_block("bash", {"command": "cat .env"}),
    "no query": tool_use_block("search", {}),
}


def test_what_a_tool_must_not_do_comes_back_as_an_error_and_nothing_leaks(
    online: Foreword, api: MessagesApi, workspace: GitRepo
) -> None:
    api.script(calls(*FORBIDDEN.values()), "Sorry.")
    before = workspace.git("status", "--porcelain")
    done = online.ask(workspace.path, Q)
    assert (0, []) == (done.code, api.rejected)
    for name, result in zip(FORBIDDEN, results(api.messages[-1]), strict=True):
        assert result.get("is_error"), name
        assert "hunter2" not in str(result), name
        assert "root:" not in str(result), name
    assert before == workspace.git("status", "--porcelain")


def test_input_that_is_no_json_is_answered_and_the_loop_goes_on(
    online: Foreword, api: MessagesApi, workspace: GitRepo
) -> None:
    api.script((BadToolInput(), calls(tool_use_block("search", {"query": "x"}))), "Done.")
    done = online.ask(workspace.path, Q)
    assert (0, []) == (done.code, api.rejected)
    assert "Done." in done.answer["text"]
    assert results(api.messages[-1])[0]["is_error"]


def test_tools_see_what_is_saved_now_not_what_the_anchor_has(
    online: Foreword, api: MessagesApi, workspace: GitRepo
) -> None:
    workspace.write("shop/checkout.py", "SAVED = 'just now'\n")
    api.script(calls(view("shop/checkout.py"), view("."), view("./shop/")), "Done.")
    online.ask(workspace.path, Q)
    file, root, folder = (result["content"] for result in results(api.messages[-1]))
    assert "SAVED = 'just now'" in file
    assert "README.md" in root
    assert "shop/checkout.py" in folder
    assert ".env" not in root


def test_the_loop_ends_after_the_rounds_of_the_settings(
    online: Foreword, api: MessagesApi, workspace: GitRepo
) -> None:
    api.answer_with(calls(view("README.md")))
    user = Foreword(online.home, url=api.url, more={"FOREWORD_TOOLS_ROUNDS": "2"})
    done = user.ask(workspace.path, Q)
    assert (1, 3, []) == (done.code, len(api.messages), api.rejected)
    assert "2 rounds" in done.answer["note"]
    assert "answer now" in str((api.messages[-1].body or {})["messages"][-1]["content"][-1])


def test_no_rounds_offer_no_tools(online: Foreword, api: MessagesApi, workspace: GitRepo) -> None:
    user = Foreword(online.home, url=api.url, more={"FOREWORD_TOOLS_ROUNDS": "0"})
    assert 0 == user.ask(workspace.path, Q).code
    assert "tools" not in (api.messages[0].body or {})


def test_a_paused_turn_is_taken_up_again(online: Foreword, api: MessagesApi, workspace: GitRepo) -> None:
    api.script(Reply((text_block("Half. "),), "pause_turn"), "Whole.")
    done = online.ask(workspace.path, Q)
    assert (0, []) == (done.code, api.rejected)
    assert ("Half. Whole.", "end_turn") == (done.answer["text"], done.answer["stopReason"])
