"""What going back costs, against the stand-in: what was sent and is still warm is read and not written again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import CHECKOUT, make_sample

EDITED = CHECKOUT.replace("VAT_PERCENT = 19", "VAT_PERCENT = 21")
N_PARTS = 40


@pytest.fixture
def sample(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    """A repository of two branches that differ in many files."""
    repo = make_sample(tmp_path_factory.mktemp("sample") / "shop", 30)
    repo.git("branch", "main-line")
    repo.git("checkout", "-q", "-b", "other")
    for n in range(N_PARTS):
        repo.write(f"shop/part_{n:02}.py", CHECKOUT[: 600 + n])
    repo.commit("Split the shop into parts")
    repo.git("checkout", "-q", "main-line")
    return repo


def _edit(repo: GitRepo) -> None:
    repo.write("shop/checkout.py", EDITED)


def _undo(repo: GitRepo) -> None:
    repo.write("shop/checkout.py", CHECKOUT)


def _stash(repo: GitRepo) -> None:
    repo.git("stash", "-q")


def _pop(repo: GitRepo) -> None:
    repo.git("stash", "pop", "-q")


def _away(repo: GitRepo) -> None:
    repo.git("checkout", "-q", "other")


def _back(repo: GitRepo) -> None:
    repo.git("checkout", "-q", "main-line")


WALKS: dict[str, tuple[Callable[[GitRepo], None], ...]] = {
    "edit, undo, redo, undo": (_edit, _undo, _edit, _undo),
    "edit, stash, pop, stash": (_edit, _stash, _pop, _stash),
    "branch away, back, away, back": (_away, _back, _away, _back),
}


@pytest.mark.parametrize("walk", WALKS)
def test_a_state_that_was_sent_is_read_and_only_a_new_one_is_written(
    online: Foreword, api: MessagesApi, sample: GitRepo, walk: str
) -> None:
    there, back, *again = WALKS[walk]
    answers = [online.ask(sample.path, "What does checkout do?").answer]
    for step in (there, back, *again):
        step(sample)
        answers.append(online.ask(sample.path, "What does checkout do?").answer)
    assert [] == api.rejected
    seen = [recorded.usage or {} for recorded in api.messages]
    base = seen[0]["cache_creation_input_tokens"]
    new = seen[1]["cache_creation_input_tokens"]
    assert base > 0
    assert new > 0
    assert [(0, base), (base, new), (base, 0), (base + new, 0), (base, 0)] == [
        (usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) for usage in seen
    ]
    assert ["cold", *["hit"] * 4] == [answer["receipt"]["cache"]["verdict"] for answer in answers]
    changed = [len(answer["receipt"]["freshness"]["deltaFiles"]) for answer in answers]
    assert [0, changed[1], 0, changed[1], 0] == changed
