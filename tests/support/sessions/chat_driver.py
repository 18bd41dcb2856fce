"""Talks in one chat through the real SDK with the stand-in; each turn has a session of its own, as after a restart.

talker = Talker(tmp_path / "home", repo.path, api.url)
spoken = talker.say("What is this?")
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from foreword.assist.chat.chat import Chat, messages_of
from foreword.assist.chat.chat_store import ChatStore
from foreword.assist.chat.chat_turn import ChatTurnRun, TurnResult, UserMessage
from foreword.assist.session.ports import TRUSTED, Consent, refuse
from foreword.assist.session.session import Session, open_session

Json = dict[str, Any]


@dataclass
class Talker:
    """`flags` are settings for the next turn; without `url` it talks offline.

    `disclose` says whether secrets in the words are sent.
    """

    home: Path
    folder: Path
    url: str = ""
    flags: dict[str, object] = field(default_factory=lambda: {"model": "claude-sonnet-5-5"})
    chat_id: str = ""
    disclose: Consent = refuse

    @property
    def environ(self) -> Mapping[str, str]:
        """Somebody with a key for the stand-in."""
        found = {"FOREWORD_HOME": str(self.home), "PATH": os.environ["PATH"]}
        key = os.environ.get("ANTHROPIC_API_KEY", "any")
        return found | ({"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": self.url} if self.url else {})

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session with the settings of now."""
        with open_session(self.folder, self.flags, self.environ) as session:
            session.trust = TRUSTED
            session.disclose = self.disclose
            yield session

    def chat(self, session: Session) -> Chat:
        """The chat, made when it is first needed."""
        with ChatStore(session.places.chats) as store:
            found = store.find(self.chat_id)
            if found is None:
                self.chat_id = uuid4().hex
                found = Chat(self.chat_id, session.worktree, "", session.clock())
                store.create(found)
        return found

    def say(self, text: str, **more: Any) -> TurnResult:  # noqa: ANN401 - what `UserMessage` takes
        """What comes of a turn; an error is raised."""

        async def run() -> TurnResult:
            with self.session() as session:
                speech = ChatTurnRun(session, self.chat(session), UserMessage(text, **more))
                async with aclosing(speech.events()) as events:
                    last = [event async for event in events][-1]
                assert isinstance(last, TurnResult)
                return last

        return asyncio.run(run())

    @contextmanager
    def store(self) -> Iterator[ChatStore]:
        """The store of chats."""
        with self.session() as session, ChatStore(session.places.chats) as store:
            yield store

    def messages(self) -> list[Json]:
        """The chat as clients see it."""
        with self.store() as store:
            return [message for turn in store.turns(self.chat_id) for message in messages_of(turn)]

    def truncate(self, message_id: str) -> bool:
        """Drop a message and all after it."""
        with self.store() as store:
            return store.truncate(self.chat_id, message_id)


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A body, or a part of it, without its cache marks."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key != "cache_control"}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def continues(earlier: Json, later: Json) -> bool:
    """Whether a request begins with exactly the request before it, cache marks aside, its model's own words next."""
    first, second = plain(earlier), plain(later)
    n_known = len(first["messages"])
    return (
        (first["system"], first["tools"], first["model"])
        == (second["system"], second["tools"], second["model"])
        and first["messages"] == second["messages"][:n_known]
        and second["messages"][n_known]["role"] == "assistant"
    )


def text_of(message: Json) -> str:
    """All text of a message."""
    return "".join(block.get("text", "") for block in message["content"])
