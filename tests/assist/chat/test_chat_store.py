"""Chats on disk: what comes back, several processes at once, and processes that are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_driver import Talker, continues
from foreword.assist.chat.chat import (
    Chat,
    Conversation,
    Exchange,
    PinnedPrefix,
    Turn,
    decode_exchange,
    decode_opening,
    echo,
    encode_exchange,
    encode_opening,
    messages_of,
    pack,
    title_of,
    unpack,
)
from foreword.assist.chat.chat_store import ChatStore, Ending
from foreword.core.errors import StoreError
from foreword.prefix.layers import Anchor, Base, Block, Part, ShownVersion
from foreword.prefix.request_body import Parameters
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block

VOICE = ("anthropic", "claude-sonnet-5-5")
PARAMETERS = Parameters(
    VOICE[1], 1000, "You are.", ({"name": "search", "input_schema": {"b": 1, "a": 2}},), None
)
OPENING = PinnedPrefix(
    "variant",
    Anchor("git", "tree", "commit"),
    Base((Block("stable\n", (Part("a.py", "full", "d", 1.5),)),), (Block("rest\n"),), whole=True),
    (Block("<changes>\n", (Part("b.py", "diff", "e", 0.1),)),),
    {"b.py": "2" * 40, "a.py": "1" * 40},
    {"b.py": ShownVersion("2" * 40, "outline"), "gone.py": ShownVersion(None, "outline")},
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def exchange(text: str) -> Exchange:
    asked = {"role": "user", "content": [{"type": "text", "text": text}]}
    said = {"role": "assistant", "content": [{"type": "text", "text": "Yes."}]}
    return Exchange(VOICE, PARAMETERS, (asked, said), None, {})


def done(text: str) -> Ending:
    return Ending("done", {"text": "Yes."}, 2.0, exchange(text), OPENING)


def turn(name: str, at: float = 1.0) -> Turn:
    return Turn(f"q-{name}", f"a-{name}", at, f"{name}?", ({"uri": "file:///a.py"},))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ChatStore]:
    with ChatStore(path) as opened:
        opened.create(Chat("c", "here", "", 1.0))
        yield opened


def say(store: ChatStore, name: str) -> None:
    store.begin("c", turn(name))
    store.end("c", f"q-{name}", done(name))


def questions(store: ChatStore) -> list[tuple[str, str]]:
    return [(found.question, found.status) for found in store.turns("c")]


@settings(deadline=None, max_examples=60)
@given(
    content=st.lists(
        st.dictionaries(st.text(), json_values, max_size=4).map(
            lambda more: {**more, "type": "text", "text": "shown"}
        ),
        min_size=1,
        max_size=3,
    )
)
def test_messages_come_back_byte_for_byte(content: list[dict[str, Any]]) -> None:
    kept = replace(exchange("?"), messages=({"role": "assistant", "content": content},))
    raw, pieces = encode_exchange(kept)
    back = decode_exchange(unpack(pack(raw)), pieces.__getitem__)
    assert json.dumps(list(kept.messages)) == json.dumps(list(back.messages))
    assert kept == back
    assert list(PARAMETERS.tools[0]["input_schema"]) == list(back.parameters.tools[0]["input_schema"])


def test_a_lone_surrogate_comes_back() -> None:
    assert {"x": "\ud83d"} == unpack(pack({"x": "\ud83d"}))


def test_an_opening_comes_back_and_shares_its_large_parts() -> None:
    raw, pieces = encode_opening(OPENING)
    assert OPENING == decode_opening(unpack(pack(raw)), pieces.__getitem__)
    assert pieces == encode_opening(replace(OPENING, delta=(), shown={}))[1]


def test_turns_come_back_in_order_with_what_became_of_them(store: ChatStore) -> None:
    say(store, "one")
    store.begin("c", turn("two"))
    store.end("c", "q-two", Ending("failed", {"text": "", "note": "No."}, 3.0))
    say(store, "three")
    assert [("one?", "done"), ("two?", "failed"), ("three?", "done")] == questions(store)
    conversation = store.conversation("c")
    assert OPENING == conversation.opening
    assert (*exchange("one").messages, *exchange("three").messages) == conversation.history(VOICE)
    assert PARAMETERS == conversation.parameters(VOICE)
    assert (Chat("c", "here", "one?", 1.0, 3),) == store.chats("here")
    assert () == store.chats("there")


def test_an_id_that_no_database_takes_is_that_of_no_chat(store: ChatStore) -> None:
    assert store.find("\ud800") is None
    assert not store.truncate("chat", "\ud800")


def test_another_process_that_goes_on_wins(path: Path, store: ChatStore) -> None:
    store.begin("c", turn("one"))
    with ChatStore(path) as other:
        say(other, "two")
    with pytest.raises(StoreError, match="went on in another window"):
        store.end("c", "q-one", done("one"))
    store.end("c", "q-one", Ending("cancelled", {}, 3.0))
    assert [("one?", "interrupted"), ("two?", "done")] == questions(store)
    assert exchange("two").messages == store.conversation("c").history(VOICE)


def test_a_chat_that_is_cut_off_meanwhile_takes_no_answer(path: Path, store: ChatStore) -> None:
    say(store, "one")
    store.begin("c", turn("two"))
    with ChatStore(path) as other:
        assert other.truncate("c", "q-one")
    with pytest.raises(StoreError, match="ask again"):
        store.end("c", "q-two", done("two"))
    assert Conversation(None) == store.conversation("c")


def test_a_turn_without_an_opening_is_part_of_the_conversation(store: ChatStore) -> None:
    store.begin("c", turn("one"))
    store.end("c", "q-one", replace(done("one"), opening=None))
    assert Conversation(None, (exchange("one"),)) == store.conversation("c")
    say(store, "two")
    assert Conversation(OPENING, (exchange("one"), exchange("two"))) == store.conversation("c")


def test_truncating_everything_lets_the_chat_begin_anew(store: ChatStore) -> None:
    say(store, "one")
    say(store, "two")
    assert store.truncate("c", "q-two")
    assert OPENING == store.conversation("c").opening
    assert store.truncate("c", "a-one")
    assert [("one?", "cancelled")] == questions(store)
    assert store.conversation("c").opening is None
    assert store.truncate("c", "q-one")
    assert [] == questions(store)


def test_chats_without_a_word_are_forgotten_after_a_day(store: ChatStore) -> None:
    store.create(Chat("d", "here", "", 86_000.0))
    say(store, "one")
    store.create(Chat("e", "here", "", 200_000.0))
    assert (True, False, True) == tuple(store.find(name) is not None for name in "cde")


def test_a_damaged_chat_says_so(store: ChatStore) -> None:
    say(store, "one")
    store._connection.execute("UPDATE turn SET exchange = X'00'")  # noqa: SLF001 - damage
    with pytest.raises(StoreError, match="open a new one"):
        store.conversation("c")
    store._connection.execute("DELETE FROM piece")  # noqa: SLF001 - damage
    with pytest.raises(StoreError, match="open a new one"):
        store.conversation("c")


def test_messages_are_what_clients_show() -> None:
    asked = turn("one", at=5.0)
    assert [("q-one", "user", "pending")] == [(m["id"], m["role"], m["status"]) for m in messages_of(asked)]
    whole = replace(asked, status="done", answered_at=6.0, reply={"text": "Yes.", "proposals": []})
    question, answer = messages_of(whole)
    assert ("a-one", "assistant", "Yes.", 6.0, []) == tuple(
        answer[key] for key in ("id", "role", "text", "at", "proposals")
    )
    assert [{"uri": "file:///a.py"}] == question["attachments"]


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ([{"type": "text", "text": "Yes."}], ["user", "assistant"]),
        ([], ["user"]),
        ([{"type": "thinking", "thinking": "", "signature": "x"}], ["user"]),
        ([{"type": "tool_use", "id": "t", "name": "search", "input": {}}], ["user", "assistant", "user"]),
    ],
)
def test_whatever_the_model_said_last_the_user_may_go_on(
    content: list[dict[str, Any]], roles: list[str]
) -> None:
    asked = {"role": "user", "content": [{"type": "text", "text": "?"}]}
    assert roles == [message["role"] for message in echo([asked], content)]


def test_a_long_first_question_makes_a_short_title() -> None:
    assert "What is this?" == title_of("What\n is  this?")
    assert 60 == len(title_of("word " * 40))


CHILD = """
import sys
from pathlib import Path
from chat_driver import Talker
home, folder, url, chat = sys.argv[1:]
Talker(Path(home), Path(folder), url, chat_id=chat).say("Two?")
"""


def test_a_process_that_is_killed_leaves_the_question_and_nothing_half(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MessagesApi() as api:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(os.path.abspath, sys.path)))
        talker = Talker(tmp_path / "home", repo.path, api.url)
        talker.say("One?")
        api.script((Hold(2), Reply((text_block("A long answer that is never heard to its end."),))))
        arguments = [str(talker.home), str(talker.folder), api.url, talker.chat_id]
        with subprocess.Popen([sys.executable, "-c", CHILD, *arguments]) as child:
            api.wait_for_request(2, timeout=60)
            child.send_signal(signal.SIGKILL)
            assert -signal.SIGKILL == child.wait(60)
        api.release()
        talker.say("Three?")
        asked = [(m["text"], m["status"]) for m in talker.messages() if m["role"] == "user"]
        assert [("One?", "done"), ("Two?", "interrupted"), ("Three?", "done")] == asked
        first, last = api.messages[0].body, api.messages[2].body
        assert first is not None
        assert last is not None
        assert continues(first, last)
        assert 3 == len(last["messages"])
