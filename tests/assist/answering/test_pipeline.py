"""What every way of asking has in common: each thing is looked up, read and parsed once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from foreword.assist.answering.ask import ask
from foreword.assist.answering.batch_answers import BatchAnswer, run_batch
from foreword.assist.chat.chat import Chat
from foreword.assist.chat.chat_store import ChatStore
from foreword.assist.chat.chat_turn import ChatTurnRun, TurnResult, UserMessage
from foreword.assist.edits.edit import EditOutcome, edit
from foreword.assist.session.ports import TRUSTED
from foreword.assist.session.session import Session, open_session
from foreword.index.outline.syntax_errors import error_lines
from foreword.model.catalog.catalog import Catalog
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block
from sample_repo import make_sample

READS_RATIO = "SELECT ratio FROM ratio"


@dataclass
class Counts:
    """How often what is counted happened; `parsed` by text."""

    lookups: int = 0
    ratios: int = 0
    parsed: Counter[bytes] = field(default_factory=Counter)

    def see(self, statement: str) -> None:
        self.ratios += READS_RATIO in statement


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 12)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    with MessagesApi() as served:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        yield served


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    counted = Counts()
    find = Catalog.find

    def counted_find(catalog: Catalog, *arguments: Any) -> Any:  # noqa: ANN401 - as `find` takes them
        counted.lookups += 1
        return find(catalog, *arguments)

    def counted_lines(language: str | None, data: bytes) -> tuple[int, ...]:
        counted.parsed[data] += 1
        return error_lines(language, data)

    monkeypatch.setattr(Catalog, "find", counted_find)
    monkeypatch.setattr("foreword.assist.edits.proposal.error_lines", counted_lines)
    return counted


@contextmanager
def opened(tmp_path: Path, shop: GitRepo, api: MessagesApi, counts: Counts) -> Iterator[Session]:
    """A session of a user with a key for the stand-in; what happened before does not count."""
    environ = {**os.environ, "FOREWORD_HOME": str(tmp_path / "home"), "ANTHROPIC_BASE_URL": api.url}
    counts.lookups = counts.ratios = 0
    with open_session(shop.path, {"model": "claude-sonnet-5-5"}, environ) as session:
        session.trust = TRUSTED
        session.ledger._connection.set_trace_callback(counts.see)  # noqa: SLF001 - it is what is to be seen
        yield session


async def last_of(events: AsyncGenerator[Any, None]) -> Any:  # noqa: ANN401 - of whatever it gives
    async with aclosing(events) as some:
        return [event async for event in some][-1]


async def by_ask(session: Session) -> None:
    await last_of(ask(session, "What does checkout do?"))


async def by_edit(session: Session) -> None:
    await last_of(edit(session, "Explain checkout"))


async def by_chat(session: Session) -> None:
    chat = Chat(uuid4().hex, session.worktree, "", session.clock())
    with ChatStore(session.places.chats) as store:
        store.create(chat)
    assert isinstance(await last_of(ChatTurnRun(session, chat, UserMessage("Hello?")).events()), TurnResult)


async def by_batch(session: Session) -> None:
    async def lines() -> AsyncIterator[str]:
        yield '{"question": "What does checkout do?"}'

    answers: list[BatchAnswer] = []
    assert () == await run_batch(session, lines(), answers.append, parallel=1)
    assert ["foreword.answer/1"] == [answer.to_json()["schema"] for answer in answers]


WAYS: dict[str, Callable[[Session], Any]] = {
    "ask": by_ask,
    "edit": by_edit,
    "chat": by_chat,
    "batch": by_batch,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_warm_question_looks_the_model_up_once_and_reads_the_ratio_once(
    tmp_path: Path, shop: GitRepo, api: MessagesApi, counts: Counts, way: str
) -> None:
    api.answer_with("It adds up.")
    for _ in range(2):
        with opened(tmp_path, shop, api, counts) as session:
            await WAYS[way](session)
    # Learning from the answer reads the ratio once more, in the transaction that writes it.
    assert (1, 1 + 1) == (counts.lookups, counts.ratios)


async def test_a_proposal_of_two_files_parses_each_of_them_once(
    tmp_path: Path, shop: GitRepo, api: MessagesApi, counts: Counts
) -> None:
    shop.write("a.py", "A = 1\n")
    shop.write("b.py", "B = 1\n")
    shop.commit("Count")
    calls = [
        tool_use_block(
            "str_replace_based_edit_tool",
            {"command": "str_replace", "path": f"{name}.py", "old_str": " = 1", "new_str": " = 2"},
        )
        for name in ("a", "b")
    ]
    api.script(Reply(tuple(calls)), "Done.")
    with opened(tmp_path, shop, api, counts) as session:
        edited = await last_of(edit(session, "Count on"))
        assert isinstance(edited, EditOutcome)
        assert () == edited.problems
        assert "+A = 2" in edited.proposal.diff
        _ = edited.proposal.problems, edited.to_json()
    assert {b"A = 2\n": 1, b"B = 2\n": 1} == counts.parsed


async def test_what_another_process_learned_of_the_ratio_counts_from_the_next_question_on(
    tmp_path: Path, shop: GitRepo, api: MessagesApi, counts: Counts
) -> None:
    api.answer_with("It adds up.")
    with opened(tmp_path, shop, api, counts) as one, opened(tmp_path, shop, api, counts) as other:
        before = one.ratio
        other.calibrate(1_000_000.0, 500_000)
        assert before == one.ratio
        one.forget_ratio()
        assert before != one.ratio == other.ratio
