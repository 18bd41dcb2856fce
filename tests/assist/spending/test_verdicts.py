"""Each verdict on the cache, provoked against the stand-in for the Messages API through the real SDK."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from foreword.assist.answering.ask import ask
from foreword.assist.question.answer import Answer
from foreword.assist.session.ports import TRUSTED
from foreword.assist.session.session import open_session
from gitrepo import GitRepo
from messages_api import MessagesApi, SlowStart

IMPATIENT_S = 2.0
"""How long a request waits for another one to write the prefix, and may take itself."""

LINES = [f"def function_{n}(argument):\n    return argument + {n}\n" for n in range(400)]
STABLE = "".join(f"STABLE_{n} = 'a value that stays as it is for good'\n" for n in range(400))


@dataclass
class Asker:
    """Asks questions about a folder; `now` is the time for Foreword and for the stand-in's cache.

    `tick` is how many seconds pass whenever Foreword looks at the clock.
    """

    api: MessagesApi
    folder: Path
    now: float = 1_750_000_000.0
    tick: float = 0.0
    flags: dict[str, object] = field(default_factory=dict)

    def ask(self, **flags: object) -> dict[str, Any]:
        """The receipt of an answer."""
        return asyncio.run(self.asked("What is this?", flags))

    async def asked(self, question: str, flags: Mapping[str, object]) -> dict[str, Any]:
        with open_session(self.folder, {**self.flags, **flags}, os.environ, clock=self.clock) as session:
            session.trust = TRUSTED
            async with aclosing(ask(session, question)) as events:
                async for event in events:
                    last = event
        assert isinstance(last, Answer)
        return last.receipt.to_json()

    def clock(self) -> float:
        self.now += self.tick
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def cache(self, **flags: object) -> dict[str, Any]:
        """What a receipt says of the cache."""
        cache = self.ask(**flags)["cache"]
        assert isinstance(cache, dict)
        return cache


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, repo: GitRepo) -> Iterator[Asker]:
    repo.write("shop/large.py", "".join(LINES))
    repo.write("shop/stable.py", STABLE)
    repo.commit("Grow")
    clock: list[Asker] = []
    with MessagesApi(clock=lambda: clock[0].now) as api:
        monkeypatch.setenv("FOREWORD_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        monkeypatch.setenv("FOREWORD_CACHE_DIAGNOSTICS", "on")
        clock.append(Asker(api, repo.path))
        yield clock[0]


def test_the_first_request_is_cold_and_the_next_one_hits(asker: Asker) -> None:
    assert ["cold", "hit"] == [asker.cache()["verdict"] for _ in range(2)]
    first, second = (recorded.body or {} for recorded in asker.api.messages)
    assert {"previous_message_id": None} == first["diagnostics"]
    assert {"previous_message_id": asker.api.messages[0].message_id} == second["diagnostics"]


def test_a_delta_that_grows_is_still_a_hit(asker: Asker, repo: GitRepo) -> None:
    asker.ask()
    repo.write("shop/price.py", "def price_of(item):\n    return 0\n")
    assert "hit" == asker.cache()["verdict"]


def test_a_pause_longer_than_the_time_to_live(asker: Asker) -> None:
    asker.ask()
    written = asker.api.messages[0].usage or {}
    asker.wait(301)
    cache = asker.cache()
    assert "expired" == cache["verdict"]
    assert "idle for 5 min" in cache["detail"]
    assert written["cache_creation_input_tokens"] == cache["tokensLost"]


def test_a_commit_that_moves_the_anchor_is_named_with_its_file(asker: Asker, repo: GitRepo) -> None:
    asker.flags = {"context.delta": 500}
    asker.ask()
    repo.write("shop/large.py", "".join(LINES[:200]).replace("argument", "amount_in_cents"))
    commit = repo.commit("Halve the functions")
    cache = asker.cache()
    assert ("changed", "shop/large.py", "base") == (cache["verdict"], cache["file"], cache["layer"])
    assert f"commit {commit[:7]} Halve the functions" in cache["cause"]
    before, after = ((recorded.usage or {}) for recorded in asker.api.messages)
    cached = before["cache_creation_input_tokens"] + before["cache_read_input_tokens"]
    assert cached - after["cache_read_input_tokens"] == cache["tokensLost"] > 0
    assert "the API says messages_changed" in cache["detail"]


def test_saves_that_fold_the_delta_are_named_with_the_file(asker: Asker, repo: GitRepo) -> None:
    asker.flags = {"context.delta": 500}
    repo.write("shop/cart.py", "class Cart:\n    def drop(self, item):\n        self.items.remove(item)\n")
    asker.ask()
    repo.write("shop/cart.py", "class Cart:\n    size = 0\n" + "".join(LINES[:120]))
    cache = asker.cache()
    assert ("changed", "shop/cart.py", "delta") == (cache["verdict"], cache["file"], cache["layer"])
    assert "saving shop/cart.py" in cache["cause"]
    assert cache["tokensLost"] > 0


def test_another_model_whose_base_has_another_size_is_named_as_the_cause(asker: Asker) -> None:
    asker.ask()
    cache = asker.cache(model="claude-opus-5-5")
    assert "model_changed" == cache["verdict"]
    assert "claude-sonnet-5-5" in cache["detail"]


def test_another_model_has_a_cache_of_its_own(asker: Asker) -> None:
    asker.flags = {"context.budget": 60_000}
    asker.ask()
    cache = asker.cache(model="claude-opus-5-5")
    assert "model_changed" == cache["verdict"]
    assert "claude-sonnet-5-5" in cache["detail"]
    assert "the API says model_changed" in cache["detail"]


def test_other_tools_change_everything_behind_them(asker: Asker) -> None:
    asker.ask()
    cache = asker.cache(**{"tools.rounds": 0})
    assert ("tools_changed", "tools") == (cache["verdict"], cache["layer"])
    assert "the API says tools_changed" in cache["detail"]


def test_other_settings_lay_another_base(asker: Asker) -> None:
    asker.ask()
    cache = asker.cache(**{"context.budget": 8_000})
    assert ("changed", "base") == (cache["verdict"], cache["layer"])
    assert "context.budget" in cache["detail"]


def test_a_prefix_under_the_minimum(asker: Asker, repo: GitRepo) -> None:
    for path in ("shop/large.py", "shop/stable.py"):
        repo.remove(path)
    repo.commit("Shrink")
    assert "below_minimum" == asker.cache(model="claude-haiku-4-5", **{"tools.rounds": 0})["verdict"]


def test_an_eviction_at_the_provider(asker: Asker) -> None:
    asker.ask()
    asker.api.evict()
    cache = asker.cache()
    assert "server_side" == cache["verdict"]
    assert cache["tokensLost"] > 0
    assert "file" not in cache


async def test_two_requests_that_write_the_same_prefix_at_once(asker: Asker) -> None:
    asker.tick = 0.001
    asker.api.script((SlowStart(), "The first."))
    writing = asyncio.create_task(asker.asked("What is this?", {}))
    await asyncio.to_thread(asker.api.wait_for_request)
    overtaking = await asker.asked("And that?", {"model.deadline": IMPATIENT_S})
    asker.api.release()
    first = await writing
    assert ["concurrent_write", "cold"] == [receipt["cache"]["verdict"] for receipt in (first, overtaking)]
    assert first["tokens"]["write5m"] == overtaking["tokens"]["write5m"] == first["cache"]["tokensLost"] > 0


def test_a_request_without_marks_is_not_judged_and_not_compared(asker: Asker) -> None:
    assert "off" == asker.cache(**{"cache.ttl": "off"})["verdict"]
    assert "diagnostics" not in (asker.api.messages[0].body or {})


def test_an_endpoint_that_is_not_anthropic_s_own_is_not_asked_why(asker: Asker) -> None:
    asker.ask(**{"cache.diagnostics": "auto"})
    assert "diagnostics" not in (asker.api.messages[0].body or {})
