"""Secrets in every place that a request can carry text from: none leaves, and none is kept."""

from __future__ import annotations

import json
import random
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

from core.secrets.made_up import key_of, lines_with_secrets
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

TOOL = "str_replace_based_edit_tool"


def kept_in(home: Path) -> Iterator[bytes]:
    """All that is kept on disk, with what is packed in databases unpacked."""
    for file in (path for path in home.rglob("*") if path.is_file()):
        yield file.read_bytes()
        if file.suffix == ".sqlite":
            with sqlite3.connect(file) as database:
                tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                rows = [row for (name,) in tables for row in database.execute(f'SELECT * FROM "{name}"')]  # noqa: S608 - a name of ours
            database.close()
            yield from (unpacked(value) for row in rows for value in row if isinstance(value, bytes))


def unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def test_no_secret_leaves_by_any_way(
    online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    planted = [lines_with_secrets(seed)["GitHub classic"] for seed in range(6)]
    (base, delta, constant, viewed, asked, attached) = planted
    key = key_of(random.Random(1))
    shop.write("shop/settings.py", f"# settings of the till\n{base[0]}\n\nTILL = 1\n")
    shop.write(
        "shop/certificate.py",
        'KEY = """' + "\n".join(key) + '"""\n\n\ndef certificate_of_till():\n    return KEY\n' * 3,
    )
    shop.write("shop/constants.py", f"TILL_TOKEN = '{constant[1]}'\n" + "# a till\n" * 40)
    shop.write("shop/viewed.py", f"def view_till():\n    return '{viewed[1]}'\n")
    shop.write("notes/attached.txt", f"one\n{attached[0]}\nthree\n")
    shop.commit("Add settings")
    shop.write("shop/saved.py", f"# a new till\n{delta[0]}\n")
    api.script(
        Reply((tool_use_block(TOOL, {"command": "view", "path": "shop/viewed.py"}),)),
        Reply((tool_use_block("search", {"query": "certificate_of_till view_till"}),)),
        Reply((tool_use_block("symbols", {"name": "TILL_TOKEN"}),)),
        "A till.",
    )
    done = online.run(
        "ask",
        f"What is a till? My token is {asked[1]}",
        "--path",
        "notes/attached.txt:2",
        "--json",
        cwd=shop.path,
    )
    assert 0 == done.code, done.err
    sent = json.dumps([message.body for message in api.messages])
    secrets = [secret for _, secret in planted] + key[2:5]
    assert [] == [secret for secret in secrets if secret in sent]
    assert len(planted) <= sent.count("<redacted: GitHub token>")
    in_stores = [secret for secret in secrets for data in kept_in(tmp_path) if secret.encode() in data]
    inside = {secret for _, secret in (base, delta, constant, viewed, attached)} | set(key)
    assert [] == [secret for secret in in_stores if secret not in inside]


def test_secrets_are_listed_without_their_values(offline: Foreword, shop: GitRepo) -> None:
    line, secret = lines_with_secrets(3)["Slack bot"]
    shop.write("shop/bot.py", f"import bot\n\n{line}\n")
    (found,) = offline.json("secrets", shop.path)
    assert {"path", "line", "kind", "digest"} == found.keys()
    assert ("shop/bot.py", 3) == (found["path"], found["line"])
    shown = offline.run("secrets", cwd=shop.path)
    assert "shop/bot.py:3" in shown.out
    assert secret not in shown.out + json.dumps(found)


def test_a_value_that_the_user_allows_is_shown_until_it_is_redacted_again(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    _, secret = lines_with_secrets(3)["GitHub classic"]
    _, other = lines_with_secrets(4)["GitHub classic"]
    shop.write("shop/sample.py", f"SAMPLE_TOKEN = '{secret}'\nOTHER_TOKEN = '{other}'\n")
    shop.commit("Add a public token of a test account")

    def sent() -> str:
        assert 0 == online.ask(shop.path, "What is a till?").code
        return json.dumps(api.messages[-1].body)

    first, second = online.json("secrets", shop.path)
    assert secret not in sent()
    assert [second] == online.json("secrets", shop.path, "--allow", first["digest"])
    assert secret in sent()
    assert other not in sent()
    assert [first, second] == online.json("secrets", shop.path, "--redact", first["digest"])
    assert secret not in sent()
    refused = online.run("secrets", "--allow", "0123456789abcdef", cwd=shop.path)
    assert (2, True) == (refused.code, "no redacted value here has the digest" in refused.err)


def test_an_edit_of_a_file_with_a_secret_keeps_it_on_disk(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    line, secret = lines_with_secrets(4)["GitHub classic"]
    shop.write("shop/ci.py", f"{line}\nname = 'ci'\n")
    shop.commit("Add the settings of the ci")
    change = {
        "command": "str_replace",
        "path": "shop/ci.py",
        "old_str": "name = 'ci'",
        "new_str": "name = 'cd'",
    }
    copy = {"command": "create", "path": "shop/copy.py", "file_text": "token = '<redacted: GitHub token>'\n"}
    api.script(Reply((tool_use_block(TOOL, change), tool_use_block(TOOL, copy))), "Done.")
    online.run("edit", "Rename the ci.", "--apply", cwd=shop.path)
    assert f"{line}\nname = 'cd'\n" == (shop.path / "shop/ci.py").read_text()
    assert not (shop.path / "shop/copy.py").exists()
    assert secret not in json.dumps([message.body for message in api.messages])
