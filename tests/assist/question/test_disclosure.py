"""A secret in the user's own words: sent if the user says so, and else a placeholder, which the user is told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_driver import Talker
from core.secrets.made_up import lines_with_secrets
from foreword.assist.session.ports import agree
from gitrepo import GitRepo
from messages_api import MessagesApi

TOKEN = lines_with_secrets(5)["GitHub classic"][1]


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as server:
        yield server


@pytest.fixture
def talker(repo: GitRepo, api: MessagesApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talker:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    return Talker(tmp_path / "home", repo.path, api.url)


def test_without_a_yes_a_placeholder_is_sent_and_said(talker: Talker, api: MessagesApi) -> None:
    spoken = talker.say(f"Why is {TOKEN} refused?")
    assert "a secret in the question (GitHub token) was not sent" in (spoken.answer.note or "")
    assert TOKEN not in json.dumps(api.messages[0].body)
    assert "Why is <redacted: GitHub token> refused?" in json.dumps(api.messages[0].body)


def test_with_a_yes_it_is_sent_in_this_and_later_turns_and_kept_from_view(
    talker: Talker, api: MessagesApi
) -> None:
    talker.disclose = agree
    assert talker.say(f"Why is {TOKEN} refused?").answer.note is None
    talker.say("And now?")
    assert [] == api.rejected
    assert all(TOKEN in json.dumps(recorded.body) for recorded in api.messages)
    assert TOKEN not in json.dumps([one for one in talker.messages() if one["role"] == "user"])
