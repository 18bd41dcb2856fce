"""What a pin does to the next questions, as the stand-in's cache sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample

BUDGET = "[context]\nbudget = 8_000\n"


@pytest.fixture
def large(tmp_path: Path) -> GitRepo:
    """More than the budget holds."""
    repo = make_sample(tmp_path / "shop", 30)
    repo.write(".foreword.toml", BUDGET)
    repo.commit("Keep it small")
    return repo


def written_and_read(user: Foreword, repo: GitRepo) -> tuple[int, int, str, str]:
    """Tokens, and what is said of the cache."""
    receipt = user.ask(repo.path, "What is the VAT rate?").answer["receipt"]
    tokens, cache = receipt["tokens"], receipt["cache"]
    return tokens["write5m"] + tokens["write1h"], tokens["read"], cache["verdict"], cache["detail"]


def shows(api: MessagesApi, text: str) -> bool:
    """Whether the last request has a text in its first message."""
    body = api.messages[-1].body or {}
    return any(text in block["text"] for block in body["messages"][0]["content"])


def test_a_pin_is_paid_once_and_its_file_is_sent_from_then_on(
    online: Foreword, api: MessagesApi, large: GitRepo
) -> None:
    api.script(*["19 percent."] * 4)
    base = online.json("context", large.path)["layers"][1]
    path = next(f["path"] for f in base["files"] if f["form"] == "outline" and f["path"].endswith("9.py"))
    text = (large.path / path).read_text()
    written_and_read(online, large)
    assert "hit" == written_and_read(online, large)[2]
    assert not shows(api, text)
    told = online.json("context", large.path, "--pin", path)["change"]
    written, read, verdict, detail = written_and_read(online, large)
    assert (0, "changed") == (read, verdict)
    assert "context.pins" in detail
    assert told["tokens"] == pytest.approx(written, rel=0.3)
    assert shows(api, text)
    written, read, verdict, _ = written_and_read(online, large)
    assert ("hit", 0) == (verdict, written)
    assert read > 0
