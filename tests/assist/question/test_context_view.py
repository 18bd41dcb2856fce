"""`foreword.context/1`: which layers the cache holds, and until when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.context_view import context_report
from foreword.assist.session.providers import provider_name
from foreword.prefix.prefix_store import SentRequest
from gitrepo import GitRepo
from sample_repo import make_sample
from workspace_fixture import TTL_S, WorkspaceFixture

Warmth = dict[str, tuple[bool | None, float | None]]
COLD, NONE = (False, None), (None, None)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 6)


@pytest.fixture
def fixture(tmp_path: Path) -> WorkspaceFixture:
    return WorkspaceFixture(tmp_path / "home")


def view(fixture: WorkspaceFixture, repo: GitRepo, *, sends: bool = False, **other: str) -> dict[str, Any]:
    """The context of now; it `sends` the prefix first, to the provider and with the digests of `other`."""
    with fixture.session(repo.path) as session:
        prepared = prepare_now(session, "What is the rate?", keep=sends)
        if sends:
            provider = other.pop("provider", provider_name(session))
            model, digests = prepared.parameters.model, {**prepared.digests, **other}
            sent = SentRequest(provider, model, fixture.now, TTL_S, digests)
            session.prefix_store.record_sent(session.worktree, prepared.prefix.variant, sent)
        return context_report(session, prepared).to_json()


def warmth(shown: dict[str, Any]) -> Warmth:
    return {layer["name"]: (layer["warm"], layer["warmUntil"]) for layer in shown["layers"]}


def test_a_prefix_is_cold_before_it_is_sent_and_warm_until_its_end(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    assert {"instructions": COLD, "base": COLD, "delta": NONE} == warmth(view(fixture, repo))
    warm = (True, fixture.now + TTL_S)
    assert {"instructions": warm, "base": warm, "delta": NONE} == warmth(view(fixture, repo, sends=True))
    fixture.now += TTL_S - 1
    assert warm == warmth(view(fixture, repo))["base"]
    fixture.now += 1
    assert COLD == warmth(view(fixture, repo))["base"]


def test_a_delta_is_warm_when_it_was_sent_as_it_is(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    view(fixture, repo, sends=True)
    repo.write("shop/new.py", "STALLS = 40\n")
    warm = (True, fixture.now + TTL_S)
    assert {"instructions": warm, "base": warm, "delta": COLD} == warmth(view(fixture, repo))
    assert warm == warmth(view(fixture, repo, sends=True))["delta"]


@pytest.mark.parametrize("other", [{"provider": "anthropic"}, {"instructions": "other"}, {"base": "other"}])
def test_what_went_elsewhere_or_was_otherwise_warms_nothing(
    fixture: WorkspaceFixture, repo: GitRepo, other: dict[str, str]
) -> None:
    shown = warmth(view(fixture, repo, sends=True, **other))
    assert {"instructions": COLD, "base": COLD, "delta": NONE} == shown


def test_what_is_too_short_for_the_cache_is_neither_warm_nor_cold(
    fixture: WorkspaceFixture, tmp_path: Path
) -> None:
    small = make_sample(tmp_path / "kiosk", 0)
    fixture.flags = {"model": "claude-haiku-4-5"}
    shown = view(fixture, small, sends=True)
    assert shown["tokens"] < shown["minimum"]
    assert {NONE} == set(warmth(shown).values())
