"""A key is printed nowhere and kept nowhere, whatever fails."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from clients import VSCODE_CLIENT_11, usual_answers
from core.secrets.made_up import some
from editor import RpcError, connected
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import ErrorEvent, MessagesApi, Status

KEY = "sk-" + "marked-" + some(random.Random(11), 40)


def kept_in(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes())


def environments(url: str) -> Mapping[str, Mapping[str, str]]:
    """What can be wrong, as variables that hold the key somewhere."""
    nowhere = "http://127.0.0.1:9"
    return {
        "an endpoint that is not there": {"ANTHROPIC_BASE_URL": nowhere},
        "a URL with a password": {"FOREWORD_MODEL_URL": f"http://user:{KEY}@127.0.0.1:9/"},
        "a URL with a query": {"FOREWORD_MODEL_URL": f"{nowhere}/?key={KEY}"},
        "a URL that is none": {"FOREWORD_MODEL_URL": f"htp:/{KEY}@x y"},
        "a key with a newline": {"ANTHROPIC_API_KEY": f"{KEY}\n{KEY}"},
        "a key beyond ASCII": {"ANTHROPIC_API_KEY": f"{KEY}ü"},
        "a command that fails": {"FOREWORD_MODEL_KEY_COMMAND": f"sh -c 'echo {KEY} >&2; exit 3'"},
        "a command that is not there": {"FOREWORD_MODEL_KEY_COMMAND": f"no-such-command {KEY}"},
        "a command with an open quote": {"FOREWORD_MODEL_KEY_COMMAND": f"echo '{KEY}"},
        "a proxy with a password": {
            "HTTPS_PROXY": f"http://user:{KEY}@127.0.0.1:9",
            "ANTHROPIC_BASE_URL": "https://a.invalid",
        },
        "an ordinary run": {"ANTHROPIC_BASE_URL": url},
    }


@pytest.mark.parametrize("case", environments(""))
def test_a_key_is_not_told_by_what_fails(
    case: str, online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    api.answer_with("A till.")
    assert api.url
    more = {
        **online.more,
        "ANTHROPIC_API_KEY": KEY,
        "FOREWORD_MODEL_DEADLINE": "5",
        **environments(api.url)[case],
    }
    user = replace(online, more=more)
    for command in (("ask", "Why?", "--json"), ("doctor", "--settings")):
        done = user.run(*command, cwd=shop.path)
        assert KEY not in done.out + done.err, (case, command)
        assert "Traceback" not in done.err
    assert [] == list(kept_in(tmp_path))


COMMANDS = (
    ("ask", "Why?"), ("edit", "Change it.", "--json"), ("batch",), ("forecast", "Why?", "--json"), ("status", "--json"), ("models",),
    ("doctor", "--json"), ("warm",), ("why", "--json"), ("usage", "--json"),
)  # fmt: skip


@pytest.mark.parametrize("is_there", [True, False], ids=["an endpoint that answers", "one that does not"])
def test_no_command_tells_the_password_in_the_url_of_the_endpoint(
    is_there: bool, online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    host = api.url.removeprefix("http://") if is_there else "127.0.0.1:9"
    own = {"FOREWORD_MODEL_URL": f"http://user:{KEY}@{host}", "FOREWORD_MODEL_DEADLINE": "1"}
    user = replace(online, more={**online.more, **own})
    for command in COMMANDS:
        done = user.run(*command, cwd=shop.path, stdin='{"question": "Why?"}\n')
        # A part of it is too much as well.
        assert KEY[-20:] not in done.out + done.err, command
        assert "Traceback" not in done.err, command
    assert [] == list(kept_in(tmp_path))


@pytest.mark.parametrize("is_there", [True, False], ids=["an endpoint that answers", "one that does not"])
async def test_no_message_to_an_editor_tells_the_password_in_the_url_of_the_endpoint(
    is_there: bool, online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    host = api.url.removeprefix("http://") if is_there else "127.0.0.1:9"
    options = {"trusted": True, "model.url": f"http://user:{KEY}@{host}", "model.deadline": 1}
    told = list[str]()
    async with connected(online.environ(), usual_answers()) as editor:
        await editor.start([shop.path], VSCODE_CLIENT_11, initializationOptions=options)
        chat_id = (await editor.request("foreword/chat/open", {}))["chatId"]
        for method, params in (
            ("workspace/executeCommand", {"command": "foreword.ask", "arguments": [{"question": "Why?"}]}),
            ("workspace/executeCommand", {"command": "foreword.doctor", "arguments": [{"settings": True}]}),
            ("workspace/executeCommand", {"command": "foreword.status", "arguments": [{}]}),
            ("workspace/executeCommand", {"command": "foreword.models", "arguments": [{}]}),
            ("foreword/chat/send", {"chatId": chat_id, "text": "Why?"}),
        ):
            try:
                told.append(str(await editor.request(method, params)))
            except RpcError as error:
                told.append(f"{error} {error.data}")
        told += map(str, editor.heard)
    assert [] == [one for one in told if KEY[-20:] in one]


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_key_that_the_endpoint_repeats_is_not_passed_on(
    status: int, online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    message = f"the header x-api-key {KEY} is not one of ours"
    user = replace(online, more={**online.more, "ANTHROPIC_API_KEY": KEY, "FOREWORD_MODEL_DEADLINE": "5"})
    api.script(*[Status(status, message=message, should_retry=False)] * 4, ErrorEvent(message=message))
    done = user.run("ask", "Why?", cwd=shop.path)
    assert KEY not in done.out + done.err
    done = user.run("batch", cwd=shop.path, stdin='{"question": "Why?"}\n')
    assert KEY not in done.out + done.err
    assert [] == list(kept_in(tmp_path))
