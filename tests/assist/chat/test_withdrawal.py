"""A chat never sends again what may not be shown any more, and says so."""

from __future__ import annotations

import json
import random
import string
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chat_driver import Talker, continues
from foreword.assist.chat.chat import encode_opening, pack
from foreword.prefix.layers import Block
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, text_block, tool_use_block

EDITOR = "str_replace_based_edit_tool"
PLANS = "def merger():\n    return 'Falcon buys Osprey'\n"
LARGE = "".join(f"def function_{n}(argument):\n    return argument + {n}\n" for n in range(400))
KEY = "gh" + "p_" + "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=36))


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as server:
        yield server


@pytest.fixture
def talker(repo: GitRepo, api: MessagesApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talker:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    repo.write("shop/large.py", LARGE)
    repo.write("shop/plans.py", PLANS)
    repo.commit("Plan")
    return Talker(tmp_path / "home", repo.path, api.url)


def sent(api: MessagesApi) -> str:
    """The last request."""
    assert [] == api.rejected
    return json.dumps(api.messages[-1].body)


def kept(talker: Talker) -> str:
    """All that the store of chats holds for later requests, unpacked."""
    with talker.store() as store:
        rows = store._connection.execute("SELECT data FROM piece UNION ALL SELECT exchange FROM turn")  # noqa: SLF001
        return "".join(zlib.decompress(row[0]).decode() for row in rows if row[0])


def ignore_in_workspace(repo: GitRepo) -> None:
    repo.write(".forewordignore", "plans.py\n")


def ignore_in_git(repo: GitRepo) -> None:
    repo.write(".gitignore", "plans.py\n")
    repo.git("rm", "-q", "--cached", "shop/plans.py")


@pytest.mark.parametrize("withhold", [ignore_in_workspace, ignore_in_git])
def test_a_file_that_may_not_be_shown_any_more_is_in_no_later_request(
    withhold: object, talker: Talker, repo: GitRepo, api: MessagesApi
) -> None:
    view = tool_use_block(EDITOR, {"command": "view", "path": "shop/plans.py"})
    api.script(
        "Apples cost one.", Reply((view,)), "It returns that Falcon buys Osprey.", "Nobody but Osprey."
    )
    talker.say("What do apples cost?")
    talker.say("What is planned?")
    talker.say("And who is bought?")
    assert "Osprey" in sent(api)
    withhold(repo)  # type: ignore[operator]
    api.script("Gone.", "Still gone.")
    spoken = talker.say("And now?")
    assert "Osprey" not in sent(api)
    assert "merger" not in sent(api)
    assert "What do apples cost?" in sent(api)
    assert "Apples cost one." in sent(api)
    assert "the chat began again over a new base: it no longer sends shop/plans.py" in (
        spoken.answer.note or ""
    )
    assert "2 earlier turns" in (spoken.answer.note or "")
    assert "Osprey" not in kept(talker)
    before = api.messages[-1].body or {}
    assert talker.say("And after that?").answer.note is None
    assert continues(before, api.messages[-1].body or {})


def test_a_file_that_a_chat_was_told_of_later_is_forgotten_too(
    talker: Talker, repo: GitRepo, api: MessagesApi
) -> None:
    talker.say("One?")
    repo.write("notes.md", "Falcon buys Kestrel.\n")
    talker.say("Two?")
    assert "Kestrel" in sent(api)
    repo.write(".gitignore", "notes.md\n")
    assert "notes.md (ignored by git)" in (talker.say("Three?").answer.note or "")
    assert "Kestrel" not in sent(api)
    assert "One?" in sent(api)


def test_a_file_that_is_deleted_or_too_large_by_now_is_no_reason(
    talker: Talker, repo: GitRepo, api: MessagesApi
) -> None:
    talker.say("One?")
    first = api.messages[-1].body or {}
    (repo.path / "shop/plans.py").unlink()
    repo.write("shop/large.py", LARGE * 60)
    assert talker.say("Two?").answer.note is None
    assert continues(first, api.messages[-1].body or {})


def test_a_chat_that_holds_what_is_a_secret_by_the_rules_of_now_begins_again(
    talker: Talker, api: MessagesApi
) -> None:
    talker.say("One?")
    with talker.store() as store:
        opening = store.conversation(talker.chat_id).opening
        assert opening is not None
        base = replace(opening.base, rest=(*opening.base.rest, Block(f"key = {KEY}\n")))
        raw, pieces = encode_opening(replace(opening, base=base, variant="of an earlier version"))
        connection = store._connection  # noqa: SLF001 - as an earlier version left it
        connection.execute("UPDATE chat SET opening = ?", (pack(raw),))
        connection.executemany("INSERT OR IGNORE INTO piece VALUES (?, ?)", list(pieces.items()))
        connection.commit()
    assert KEY in kept(talker)
    spoken = talker.say("Two?")
    assert KEY not in sent(api)
    assert "One?" in sent(api)
    assert "a value that is secret by the rules of now" in (spoken.answer.note or "")
    assert KEY not in kept(talker)


def test_where_nobody_can_tell_what_a_file_held_all_turns_are_forgotten(
    talker: Talker, repo: GitRepo, api: MessagesApi
) -> None:
    api.script(Reply((text_block("Apples cost one."),)))
    talker.say("What do apples cost?")
    blob = repo.git("rev-parse", "HEAD:shop/plans.py").strip()
    repo.write(".forewordignore", "plans.py\n")
    (repo.path / "shop/plans.py").unlink()
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert "1 earlier turn " in (talker.say("And now?").answer.note or "")
    assert "Apples" not in sent(api)
    assert "merger" not in sent(api)
