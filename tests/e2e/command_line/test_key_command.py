"""A key that a command prints: only the user may name the command, and only what it prints is sent."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from foreword_cli import MODEL, Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi

Q = "What is a refund?"
PRINTS = shlex.join([sys.executable, "-c", "print('sk-printed')"])


@pytest.fixture
def keyless(tmp_path: Path, api: MessagesApi) -> Foreword:
    more = {"ANTHROPIC_BASE_URL": api.url, "FOREWORD_MODEL": MODEL}
    return Foreword(tmp_path / "user", more=more)


def test_the_printed_key_is_the_one_that_is_sent(keyless: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    config = keyless.data / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"[model]\nkey_command = {json.dumps(PRINTS)}\n", encoding="utf-8")
    assert "anthropic" == keyless.ask(shop.path, Q).answer["provider"]
    assert ["Bearer sk-printed"] == [message.headers["authorization"] for message in api.messages]


def test_a_projects_file_runs_no_command(keyless: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    touch = shlex.join([sys.executable, "-c", f"open({str(trace)!r}, 'w')"])
    shop.write(".foreword.toml", f"[model]\nkey_command = {json.dumps(touch)}\n")
    done = keyless.ask(shop.path, Q)
    assert "model.key_command" in done.complaint
    # The endpoint on this machine is asked without a key.
    assert "anthropic" == done.answer["provider"]
    assert not trace.exists()


def test_a_command_that_fails_is_one_line(keyless: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    failing = shlex.join([sys.executable, "-c", "raise SystemExit(2)"])
    user = Foreword(keyless.home, more={**keyless.more, "FOREWORD_MODEL_KEY_COMMAND": failing})
    done = user.ask(shop.path, Q)
    assert 5 == done.code
    assert "model.key_command failed with exit code 2" in done.complaint
    assert [] == api.messages
