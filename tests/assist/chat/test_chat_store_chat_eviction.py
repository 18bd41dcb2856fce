"""What is kept of the chats when they take too much room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from foreword.assist.chat.chat import Chat, Exchange, PinnedPrefix, Turn
from foreword.assist.chat.chat_store import KEPT_DAYS, ChatStore, Ending, prune
from foreword.prefix.layers import Anchor, Base, Block
from foreword.prefix.request_body import Parameters
from foreword.storage.database import SharedConnection, open_database, transaction

DAY_S = 86_400.0
NOW = 1000 * DAY_S
ROOM = 300_000
PARAMETERS = Parameters("m", 1000, "You are.", (), None)


def noise(seed: int, n_characters: int) -> str:
    """A text that hardly gets shorter by compression."""
    return Random(seed).randbytes(n_characters // 2).hex()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ChatStore]:
    with ChatStore(path) as opened:
        yield opened


@pytest.fixture
def connection(path: Path, store: ChatStore) -> Iterator[SharedConnection]:
    assert not store.problems
    opened, _ = open_database(path, "")
    yield opened
    opened.close()


def keep(store: ChatStore, name: str, *, age_days: float, base: int, n_characters: int = 200_000) -> None:
    """A chat of one turn over the base with a number."""
    at = NOW - age_days * DAY_S
    store.create(Chat(name, "here", "", at))
    store.begin(name, Turn(f"q-{name}", f"a-{name}", at, "?"))
    text = Block(f"base {base}\n" + noise(base, n_characters))
    opening = PinnedPrefix("v", Anchor("git", "tree", "commit"), Base((), (text,), whole=True), (), {}, {})
    said = {"role": "user", "content": [{"type": "text", "text": name}]}
    store.end(
        name,
        f"q-{name}",
        Ending("done", {}, at, Exchange(("p", "m"), PARAMETERS, (said,), None, {}), opening),
    )


def pruned(store: ChatStore, connection: SharedConnection, *opened: str, limit: int = ROOM) -> list[str]:
    """The chats that are left, the oldest first."""
    with transaction(connection) as held:
        prune(held, NOW, opened, limit)
    return [chat.id for chat in reversed(store.chats("here"))]


def test_chats_stay_as_long_as_there_is_room(store: ChatStore, connection: SharedConnection) -> None:
    keep(store, "old", age_days=900, base=1)

    assert ["old"] == pruned(store, connection)


def test_the_oldest_go_first_and_only_as_many_as_must(store: ChatStore, connection: SharedConnection) -> None:
    for age, name in enumerate(("d", "c", "b", "a"), 100):
        keep(store, name, age_days=age, base=age)

    assert ["c", "d"] == pruned(store, connection)


def test_what_is_open_or_was_heard_of_lately_stays(store: ChatStore, connection: SharedConnection) -> None:
    keep(store, "open", age_days=400, base=1)
    keep(store, "resumed", age_days=300, base=2)
    keep(store, "left", age_days=200, base=3)
    keep(store, "late", age_days=KEPT_DAYS - 1, base=4)
    store.resume("resumed", NOW - DAY_S)

    assert ["open", "late", "resumed"] == pruned(store, connection, "open", limit=0)


def test_a_base_that_another_chat_begins_with_stays(store: ChatStore, connection: SharedConnection) -> None:
    keep(store, "old", age_days=200, base=1)
    keep(store, "new", age_days=1, base=1)
    keep(store, "alone", age_days=100, base=2)

    assert ["new"] == pruned(store, connection, limit=0)
    conversation = store.conversation("new")
    assert conversation.opening is not None
    assert conversation.opening.base.rest[0].text.startswith("base 1\n")
    # The base, the known files and the parameters.
    assert 3 == connection.execute("SELECT count(*) FROM piece").fetchone()[0]


def test_a_new_chat_makes_room(store: ChatStore) -> None:
    keep(store, "old", age_days=200, base=1)
    keep(store, "open", age_days=100, base=2)
    store.create(Chat("new", "here", "", NOW), ["open"], limit=0)

    assert ["open"] == [chat.id for chat in store.chats("here")]


def test_a_chat_without_turns_holds_no_base(store: ChatStore, connection: SharedConnection) -> None:
    keep(store, "one", age_days=1, base=1)
    keep(store, "other", age_days=1, base=1)
    n_pieces = connection.execute("SELECT count(*) FROM piece").fetchone()[0]

    assert store.truncate("one", "q-one")
    assert n_pieces == connection.execute("SELECT count(*) FROM piece").fetchone()[0]
    assert store.truncate("other", "a-other")
    assert 1 == connection.execute("SELECT count(*) FROM piece").fetchone()[0]
