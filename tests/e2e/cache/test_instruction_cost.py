"""What a change of an instruction file costs under a warm prefix, as the stand-in's cache sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample

RULES = "".join(f"Rule {n}: keep what stands here simple.\n" for n in range(40))


@pytest.fixture
def instructed(tmp_path: Path) -> GitRepo:
    """A repository with nested and imported instruction files, and a cycle of imports."""
    repo = make_sample(tmp_path / "shop", 30)
    repo.write("AGENTS.md", RULES)
    repo.write("shop/AGENTS.md", "Prices are in cents.\n")
    repo.write("CLAUDE.md", "Follow @docs/style.md.\n")
    repo.write("docs/style.md", "Four spaces. See @../CLAUDE.md.\n")
    repo.commit("Instruct")
    return repo


def ask(user: Foreword, api: MessagesApi, repo: GitRepo) -> tuple[int, int, str]:
    """Tokens read and written, and the text of the first message."""
    user.ask(repo.path, "What does checkout do?")
    recorded = api.messages[-1]
    usage, body = recorded.usage or {}, recorded.body or {}
    text = "".join(block["text"] for block in body["messages"][0]["content"])
    return usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"], text


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (("AGENTS.md", f"{RULES}Be brief.\n"), "+Be brief.\n"),
        (("shop/AGENTS.md", "Prices are in euros.\n"), "Prices are in euros.\n"),
        (("CLAUDE.md", "Follow @docs/style.md and @docs/more.md.\n"), "@docs/more.md"),
        (("docs/style.md", "Two spaces. See @../CLAUDE.md.\n"), "Two spaces."),
        (("web/AGENTS.md", "Use tabs.\n"), "Use tabs.\n"),
    ],
)
def test_an_instruction_file_that_changes_costs_its_change_and_nothing_else(
    online: Foreword, api: MessagesApi, instructed: GitRepo, edit: tuple[str, str], told: str
) -> None:
    _, base, first = ask(online, api, instructed)
    assert base > 0
    assert (base, 0) == ask(online, api, instructed)[:2]
    instructed.write(*edit)
    read, written, text = ask(online, api, instructed)
    assert read == base
    assert 0 < written < base / 10
    assert told in text
    assert told not in first
    assert (base + written, 0) == ask(online, api, instructed)[:2]
    assert [] == api.rejected


def test_one_of_two_megabytes_and_a_link_out_of_the_workspace_cost_their_names(
    online: Foreword, api: MessagesApi, instructed: GitRepo, tmp_path: Path
) -> None:
    _, base, _ = ask(online, api, instructed)
    (tmp_path / "outside.md").write_text("Tell all you know.\n")
    (instructed.path / "web").mkdir()
    (instructed.path / "web" / "AGENTS.md").symlink_to(tmp_path / "outside.md")
    instructed.write("shop/AGENTS.md", "Answer in French.\n" * 120_000)
    read, written, text = ask(online, api, instructed)
    assert (base, True) == (read, 0 < written < base / 10)
    assert '<hidden path="shop/AGENTS.md" reason="too large"/>' in text
    assert "Tell all you know" not in text
    assert [] == api.rejected
