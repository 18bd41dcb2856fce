"""Each kind of secret in each place that a request can carry text from: none is in what is sent, and none is kept."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients import VSCODE_CLIENT_11, usual_answers
from core.secrets.made_up import lines_with_secrets
from e2e.test_secrets import kept_in
from editor import connected
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

TOOL = "str_replace_based_edit_tool"
PLANTED = lines_with_secrets(11)
LINES = "".join(f"{line}\n" for line, _ in PLANTED.values())
BY_NAME = {
    f"shop/backups/{kind}": secret
    for kind, (_, secret) in PLANTED.items()
    if secret.startswith(("ghp_", "glpat-", "hf_"))
}
Channel = Callable[[Foreword, GitRepo, MessagesApi], object]


def a_committed_file(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    shop.write("shop/settings.py", LINES)
    shop.commit("Add settings")
    return user.ask(shop.path, "What is a till?")


def a_saved_file(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    user.ask(shop.path, "What is a till?")
    shop.write("shop/settings.py", LINES)
    return user.ask(shop.path, "And now?")


def a_change_of_a_file(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    shop.write("shop/settings.py", "A = 1\n" + LINES.replace("x = ", "y = "))
    shop.commit("Add settings")
    user.ask(shop.path, "What is a till?")
    shop.write("shop/settings.py", LINES)
    return user.ask(shop.path, "And now?")


def a_file_that_is_pointed_at(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    shop.write("shop/settings.lock", LINES)
    return user.ask(shop.path, "What is it?", "--path", f"shop/settings.lock:1-{len(PLANTED)}")


def an_excerpt(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    for n, line in enumerate(LINES.splitlines()):
        shop.write(f"shop/zebra_{n}.py", f"def zebra_{n}():\n    '''\n{line}\n    '''\n" + "    pass\n" * 400)
    shop.commit("Add zebras")
    for n in range(0, len(PLANTED), 6):
        user.ask(shop.path, " ".join(f"zebra_{m}" for m in range(n, n + 6)), "--budget", "2000")
    return None


def what_tools_find(user: Foreword, shop: GitRepo, api: MessagesApi) -> object:
    shop.write("shop/settings.py", LINES)
    constants = [f"ZEBRA_PASSWORD_{n} = '{secret}'" for n, (_, secret) in enumerate(PLANTED.values())]
    shop.write("shop/constants.py", "\n".join(constants) + "\n")
    looks = [
        tool_use_block(TOOL, {"command": "view", "path": "shop/settings.py"}),
        tool_use_block("search", {"query": "ZEBRA_PASSWORD_1 token key_id db_password"}),
        *(tool_use_block("symbols", {"name": f"ZEBRA_PASSWORD_{n}"}) for n in range(0, len(PLANTED), 8)),
    ]
    api.script(*(Reply((look,)) for look in looks), "Seen.")
    return user.run("ask", "What is a till?", "--json", cwd=shop.path)


def the_question(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    return user.ask(shop.path, f"Why does this fail?\n\n{LINES}")


def the_instructions_of_a_task(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    shop.write(".foreword/tasks/check.md", f"---\nname: check\nkind: answer\n---\nCheck these:\n\n{LINES}")
    user.run("trust", cwd=shop.path)
    return user.run("run", "check", cwd=shop.path)


def a_commit(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    for line in LINES.splitlines()[:9]:
        shop.write("a.txt", line)
        shop.commit(f"Change the line\n\n{line}")
    shop.write("settings.txt", LINES)
    subprocess.run(["git", "add", "--all"], cwd=shop.path, check=True)
    return user.run("commit", "--print", cwd=shop.path)


def a_batch(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    return user.batch(shop.path, [{"question": f"Why?\n{LINES}"}])


def the_instruction_of_an_edit(user: Foreword, shop: GitRepo, api: MessagesApi) -> object:
    create = {"command": "create", "path": "new.py", "file_text": "NEW = 1\n"}
    api.script(Reply((tool_use_block(TOOL, create),)), "Done.")
    # The first words of it are the title of a proposal that is kept.
    return user.run("edit", LINES, cwd=shop.path)


def the_names_of_files(user: Foreword, shop: GitRepo, _: MessagesApi) -> object:
    for folder, secret in BY_NAME.items():
        shop.write(f"{folder}/{secret}.py", "ZEBRA = 1\n")
    shop.commit("Add backups")
    return user.ask(shop.path, "Where is ZEBRA?")


CHANNELS: list[Channel] = [
    a_committed_file, a_saved_file, a_change_of_a_file, a_file_that_is_pointed_at, an_excerpt, what_tools_find,
    the_question, the_instruction_of_an_edit, the_instructions_of_a_task, a_commit, a_batch,
]  # fmt: skip


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.__name__)
def test_no_kind_of_secret_is_in_what_is_sent(
    channel: Channel, online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    channel(online, shop, api)
    is_users_own = channel in (the_question, the_instruction_of_an_edit, a_batch)
    assert_none_left(api, tmp_path / ("home" if is_users_own else "nowhere"), least=len(PLANTED) - 6)


def test_a_token_in_the_name_of_a_file_is_not_sent(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    the_names_of_files(online, shop, api)
    sent = json.dumps([message.body for message in api.messages])
    assert 3 <= len(BY_NAME)
    assert [] == [secret for secret in BY_NAME.values() if secret in sent]


async def test_no_kind_of_secret_of_an_editor_is_in_what_is_sent(
    online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    answers = usual_answers() | {"window/showMessageRequest": lambda _: {"title": "Cancel"}}
    uri = (shop.path / "shop/checkout.py").as_uri()
    async with connected(online.environ(), answers) as editor:
        await editor.start([shop.path], VSCODE_CLIENT_11, initializationOptions={"trusted": True})
        editor.open(uri, f"import os\n\n{LINES}")
        editor.open("untitled:Untitled-1", LINES)
        chat_id = (await editor.request("foreword/chat/open", {}))["chatId"]
        text = {"uri": "foreword-text:Terminal", "text": LINES}
        for attached in ([], [{"uri": "untitled:Untitled-1"}, text], [{"uri": uri}]):
            asked = {"chatId": chat_id, "text": f"Why?\n{LINES}", "attachments": attached}
            told = await editor.request("foreword/chat/send", asked)
            assert "a secret in the question" in told["note"]
        wrong = [diagnostic(n, line) for n, line in enumerate(LINES.splitlines())]
        await editor.command("foreword.ask", kind="explain", uri=uri, diagnostics=wrong, show=False)
    assert_none_left(api, tmp_path / "home", least=4 * len(PLANTED))


def diagnostic(n: int, message: str) -> dict[str, Any]:
    place = {"line": n + 2, "character": 0}
    return {"range": {"start": place, "end": place}, "message": message, "severity": 1, "source": "lint"}


def assert_none_left(api: MessagesApi, home: Path, *, least: int) -> None:
    assert [] == api.rejected
    sent = json.dumps([message.body for message in api.messages])
    assert [] == [kind for kind, (_, secret) in PLANTED.items() if secret in sent]
    assert least <= sent.count("<redacted: ")
    # The store of prefixes keeps what files hold, to compare it later.
    kept = [data for data in kept_in(home) if b"def checkout" not in data] if home.exists() else []
    assert [] == [kind for kind, (_, secret) in PLANTED.items() for data in kept if secret.encode() in data]
