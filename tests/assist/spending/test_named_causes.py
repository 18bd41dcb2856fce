"""A miss that a setting, an ignore file or a release brought about is told by its name, with the old and the new value."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from foreword.assist.answering.ask import ask
from foreword.assist.question.answer import Answer
from foreword.assist.session.ports import TRUSTED
from foreword.assist.session.session import open_session
from foreword.assist.session.snapshot import workspace_snapshot
from foreword.assist.session.snapshot.workspace_snapshot import prefix_inputs
from foreword.assist.spending.explain import explain
from foreword.prefix import instructions
from foreword.prefix.manifest import as_digests, changed_inputs
from gitrepo import GitRepo, make_repo, run_git
from messages_api import MessagesApi

Flags = dict[str, object]
MODEL = "claude-sonnet-4-6"


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "shop")
    for n in range(30):
        repo.write(f"shop/part_{n}.py", "".join(f"def f{n}_{m}(x):\n    return x + {m}\n" for m in range(40)))
    repo.commit("Begin")
    return repo


@pytest.fixture
def api(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        bare_environment.setenv("FOREWORD_HOME", str(tmp_path / "home"))
        bare_environment.setenv("ANTHROPIC_API_KEY", "any")
        bare_environment.setenv("ANTHROPIC_BASE_URL", running.url)
        yield running


def why(repo: GitRepo, **flags: object) -> tuple[str, str]:
    """The verdict on an answer, and the first line of `foreword why` on it."""

    async def run() -> tuple[str, str]:
        given = {"model": MODEL, "context.budget": 8_000} | {k.replace("_", "."): v for k, v in flags.items()}
        with open_session(repo.path, given, os.environ) as session:
            session.trust = TRUSTED
            async with aclosing(ask(session, "What is this?")) as events:
                async for event in events:
                    last = event
            assert isinstance(last, Answer)
            return last.receipt.verdict.kind, explain(session.ledger, str(session.root)).lines[0]

    return asyncio.run(run())


def _ignore(repo: GitRepo) -> Flags:
    repo.write(".forewordignore", "shop/part_0.py\n")
    return {}


def _release(patch: pytest.MonkeyPatch) -> Flags:
    patch.setattr(workspace_snapshot, "PREFIX_FORMAT", 999)
    patch.setattr(instructions, "SYSTEM_PROMPT", "You know this repository.")
    return {}


CAUSES: dict[str, tuple[Callable[[GitRepo, pytest.MonkeyPatch], Flags], str]] = {
    "a budget": (
        lambda _repo, _patch: {"context_budget": 4_000},
        "context.budget changed from 8,000 to 4,000",
    ),
    "a pin": (
        lambda _repo, _patch: {"context_pins": ["shop/part_29.py"]},
        "context.pins changed from nothing to shop/part_29.py",
    ),
    "an ignore file": (
        lambda repo, _patch: _ignore(repo),
        ".forewordignore changed from nothing to 1 pattern (",
    ),
    "a release": (
        lambda _repo, patch: _release(patch),
        "the format of a release of Foreword changed from ",
    ),
    "rounds of tools": (
        lambda _repo, _patch: {"tools_rounds": 0},
        "tools.rounds changed from 8 to 0",
    ),
    "a model": (
        lambda _repo, _patch: {"model": "claude-opus-4-6"},
        f"the cache was warm for {MODEL}; each model has its own, and this went to claude-opus-4-6",
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_what_changed_is_named_with_its_old_and_its_new_value(
    shop: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change, words = CAUSES[name]
    assert "cold" == why(shop)[0]
    flags = change(shop, monkeypatch)
    kind, line = why(shop, **flags)
    assert kind in {"changed", "tools_changed", "model_changed"}
    assert words in line
    others = [other for key, (_, other) in CAUSES.items() if key != name]
    assert [] == [other for other in others if other.split(" changed from")[0] in line]
    assert 2 == len(api.messages)


def test_a_shallow_clone_and_a_whole_one_have_another_history(
    shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "-q", "--depth", "1", shop.path.as_uri(), str(clone))
    told = []
    for folder in (shop.path, clone):
        with open_session(folder, {}, os.environ) as session:
            told.append(as_digests(prefix_inputs(session)))
    assert "the history changed from a whole one to that of a shallow clone" == changed_inputs(*told)
    assert [] == api.messages


def test_a_record_of_an_older_release_names_nothing() -> None:
    assert "" == changed_inputs({"base": "b"}, as_digests({"context.budget": "8,000"}))
