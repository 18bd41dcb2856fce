from __future__ import annotations

from pathlib import Path

from foreword.assist.session.snapshot.commit_history import Past
from foreword.index.search.commit_messages import NO_COMMIT_MESSAGES
from foreword.index.search.query import parse_query
from foreword.index.search.search import search
from foreword.workspace.git.repository import open_repository
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture


def test_the_history_is_read_once_for_each_head(repo: GitRepo) -> None:
    past = Past(open_repository(repo.path)[0])
    first = past.commit_messages()
    assert first is past.commit_messages()
    repo.write("shop/cart.py", "x = 1\n")
    repo.commit("Empty the trolley")
    assert ["shop/cart.py"] == list(past.commit_messages().of(parse_query("trolley")))
    assert {} == first.of(parse_query("trolley"))


def test_without_git_or_without_a_commit_there_is_none(tmp_path: Path) -> None:
    assert NO_COMMIT_MESSAGES is Past().commit_messages()
    assert NO_COMMIT_MESSAGES is Past(open_repository(make_repo(tmp_path / "new").path)[0]).commit_messages()


def test_a_history_that_git_can_not_tell_is_gone_without(repo: GitRepo) -> None:
    earlier = repo.git("rev-parse", "HEAD~1^{tree}")
    (repo.path / ".git" / "objects" / earlier[:2] / earlier[2:]).unlink()
    assert NO_COMMIT_MESSAGES is Past(open_repository(repo.path)[0]).commit_messages()


def test_search_knows_what_people_called_a_change(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("shop/price.py", "def price_of(item):\n    return round(item.price, 2)\n")
    repo.commit("Stop charging fractions of a penny")
    with fixture.saved(repo.path) as saved:
        found = search(
            saved.index, "fractions of a penny", saved.read_content, commit_messages=saved.commit_messages
        )
        assert "shop/price.py" == found[0].path
