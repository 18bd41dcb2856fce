from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from foreword.assist.session.snapshot.commit_history import CommitHistory
from foreword.index.search import commit_messages
from foreword.index.search.commit_messages import (
    MESSAGE_TERMS_FORMAT,
    NO_COMMIT_MESSAGES,
    Terms,
    message_terms,
)
from foreword.index.search.query import parse_query
from foreword.index.search.search import search
from foreword.workspace.git.repository import open_repository
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture

MESSAGE = """\
shop: let `price_of` round, don't truncate (#12)

Customers of HTTPServer paid "a penny too much" in shop/price.py:3; the tests of the till and
fooBarBaz say so. Directories are folders.
"""
DIGEST = "f8fb4d16960c392a"


def test_the_history_is_read_once_for_each_head(repo: GitRepo) -> None:
    past = CommitHistory(open_repository(repo.path)[0])
    first = past.commit_messages()
    assert first is past.commit_messages()
    repo.write("shop/cart.py", "x = 1\n")
    repo.commit("Empty the trolley")
    assert ["shop/cart.py"] == list(past.commit_messages().of(parse_query("trolley")))
    assert {} == first.of(parse_query("trolley"))


def test_the_next_process_finds_the_terms_of_new_messages_only(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: dict[str, object] = {}
    asked: list[str] = []

    def terms(message: str) -> Terms:
        asked.append(message.strip())
        return message_terms(message)

    monkeypatch.setattr(commit_messages, "message_terms", terms)
    first = CommitHistory(open_repository(repo.path)[0], stored.get, stored.__setitem__)
    first.commit_messages()
    assert asked
    repo.write("shop/cart.py", "x = 1\n")
    repo.commit("Empty the trolley")
    asked.clear()
    second = CommitHistory(open_repository(repo.path)[0], stored.get, stored.__setitem__)
    assert ["shop/cart.py"] == list(second.commit_messages().of(parse_query("trolley")))
    assert ["Empty the trolley"] == asked


def test_a_secret_in_a_message_is_not_stored(repo: GitRepo) -> None:
    stored: dict[str, object] = {}
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY2zA4"
    repo.write("shop/cart.py", "x = 1\n")
    repo.commit(f"Try with {secret}")
    CommitHistory(open_repository(repo.path)[0], stored.get, stored.__setitem__).commit_messages()
    assert "ab3de5" not in str(stored).lower()
    assert "try" in str(stored)


def test_other_terms_of_a_message_have_another_format() -> None:
    """If this fails, raise `MESSAGE_TERMS_FORMAT` and note the new digest: terms of earlier versions are stored."""
    told = repr((MESSAGE_TERMS_FORMAT, message_terms(MESSAGE)))
    assert DIGEST == hashlib.sha256(told.encode()).hexdigest()[:16]


def test_without_git_or_without_a_commit_there_is_none(tmp_path: Path) -> None:
    assert NO_COMMIT_MESSAGES is CommitHistory().commit_messages()
    assert (
        NO_COMMIT_MESSAGES
        is CommitHistory(open_repository(make_repo(tmp_path / "new").path)[0]).commit_messages()
    )


def test_a_history_that_git_can_not_tell_is_gone_without(repo: GitRepo) -> None:
    earlier = repo.git("rev-parse", "HEAD~1^{tree}")
    (repo.path / ".git" / "objects" / earlier[:2] / earlier[2:]).unlink()
    assert NO_COMMIT_MESSAGES is CommitHistory(open_repository(repo.path)[0]).commit_messages()


def test_search_knows_what_people_called_a_change(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("shop/price.py", "def price_of(item):\n    return round(item.price, 2)\n")
    repo.commit("Stop charging fractions of a penny")
    with fixture.saved(repo.path) as saved:
        found = search(
            saved.index, "fractions of a penny", saved.read_content, commit_messages=saved.commit_messages
        )
        assert "shop/price.py" == found[0].path
