"""Nothing of a workspace leaves the machine before somebody trusts it, whatever the front door forgets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import foreword
from foreword.assist.answering.ask import ask
from foreword.assist.answering.batch_answers import BatchAnswer, run_batch
from foreword.assist.chat.chat import Chat
from foreword.assist.chat.chat_store import ChatStore
from foreword.assist.chat.chat_turn import ChatTurnRun, UserMessage
from foreword.assist.edits.edit import edit
from foreword.assist.session.ports import TRUSTED, Trust
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.session.trust_store import is_revoked, is_trusted, set_trust, trust_json
from foreword.assist.spending.warm_up import current_prefix, warm_now
from foreword.core.errors import TrustError
from foreword.storage.directories import find_places
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample

Send = Callable[[Session], Coroutine[Any, Any, None]]


async def ask_it(session: Session) -> None:
    async with aclosing(ask(session, "What is a refund?")) as events:
        async for _ in events:
            pass


async def edit_it(session: Session) -> None:
    async with aclosing(edit(session, "Rename it")) as events:
        async for _ in events:
            pass


async def ask_a_batch(session: Session) -> None:
    async def lines() -> AsyncIterator[str]:
        yield '{"question": "What is a refund?"}'

    def emit(_: BatchAnswer) -> None: ...

    await run_batch(session, lines(), emit, parallel=1)


async def chat_about_it(session: Session) -> None:
    chat = Chat(uuid4().hex, session.worktree, "", session.clock())
    with ChatStore(session.places.chats) as store:
        store.create(chat)
    async with aclosing(ChatTurnRun(session, chat, UserMessage("What is a refund?")).events()) as events:
        async for _ in events:
            pass


async def warm_it(session: Session) -> None:
    await warm_now(session, current_prefix(session, take_snapshot(session)))


SENDERS = (ask_it, edit_it, ask_a_batch, chat_about_it, warm_it)
"""Whatever sends; `test_keeping.py` has the one that does so by itself."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    with MessagesApi() as stand_in:
        for name, value in {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": stand_in.url}.items():
            monkeypatch.setenv(name, value)
        yield stand_in


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 6)


@pytest.fixture
def session(shop: GitRepo, api: MessagesApi, tmp_path: Path) -> Iterator[Session]:
    environ = {
        "ANTHROPIC_API_KEY": "any",
        "ANTHROPIC_BASE_URL": api.url,
        "FOREWORD_HOME": str(tmp_path / "home"),
    }
    with open_session(shop.path, {"model": "claude-sonnet-4-6"}, environ) as opened:
        yield opened


@pytest.mark.parametrize("send", SENDERS)
async def test_a_front_door_that_forgets_trust_sends_nothing(
    send: Send, session: Session, api: MessagesApi
) -> None:
    with pytest.raises(TrustError, match="shop is not trusted, so nothing of it is sent to anthropic"):
        await send(session)
    assert [] == api.requests
    assert () == session.ledger.totals("kind", 0)
    session.trust = TRUSTED
    await send(session)
    assert [] != api.requests


async def test_who_is_asked_hears_of_the_provider_and_may_say_no(session: Session, api: MessagesApi) -> None:
    heard: list[str] = []

    async def no(provider: str) -> bool:
        heard.append(provider)
        return False

    session.trust = Trust(lambda: False, no, "say yes the next time")
    with pytest.raises(TrustError, match="say yes the next time, or choose the provider offline"):
        await ask_it(session)
    assert ["anthropic"] == heard
    with pytest.raises(TrustError):
        await ask_it(replace(session, trust=session.trust.without_asking()))
    assert ["anthropic"] == heard
    assert [] == api.requests


async def test_an_offline_answer_needs_no_trust(shop: GitRepo, tmp_path: Path) -> None:
    with open_session(shop.path, {}, {"FOREWORD_HOME": str(tmp_path / "home")}) as session:
        await ask_it(session)
        assert 1 == sum(total.n_requests for total in session.ledger.totals("kind", 0))


def test_trust_is_kept_for_each_folder_by_itself(tmp_path: Path) -> None:
    places = find_places({"FOREWORD_HOME": str(tmp_path / "home")})
    root, child = tmp_path / "w", tmp_path / "w" / "child"
    assert not is_trusted(places, root)
    set_trust(places, root, trusted=True)
    set_trust(places, root, trusted=True)
    assert (True, False) == (is_trusted(places, root), is_trusted(places, child))
    assert trust_json(places, root)["trusted"]
    set_trust(places, root, trusted=False)
    set_trust(places, root, trusted=False)
    assert not is_trusted(places, root)


def test_trust_that_was_taken_back_is_remembered_until_it_is_granted_again(tmp_path: Path) -> None:
    places, root = find_places({"FOREWORD_HOME": str(tmp_path / "home")}), tmp_path
    assert not is_revoked(places, root)
    set_trust(places, root, trusted=False)
    assert is_revoked(places, root)
    set_trust(places, root, trusted=True)
    assert not is_revoked(places, root)


def test_there_is_one_way_to_a_provider() -> None:
    """Whatever sends opens its provider here, and so passes trust."""
    source = Path(foreword.__file__).parent
    ways = [
        (path.relative_to(source).as_posix(), line.strip())
        for path in sorted(source.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bimport\b.*\bopen_provider\b", line)
    ]
    assert ["assist/session/providers.py"] == [path for path, _ in ways]
