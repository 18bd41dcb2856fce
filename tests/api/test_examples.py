"""The scripts in `server/examples` run, as somebody runs them who has read nothing else."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from foreword.api.table import TYPED
from foreword.cli.parser import add_parameters, parser_of, read_parameters
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample

EXAMPLES = Path(__file__).parent.parent.parent / "server" / "examples"
PATIENCE_S = 120


def run(name: str, *arguments: str, home: Path, api: MessagesApi | None = None) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "FOREWORD_HOME": str(home / "foreword")}
    if api is not None:
        environ |= {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url}
        environ |= {"FOREWORD_MODEL": "claude-sonnet-4-6"}
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / name, *arguments],
        env=environ,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def test_a_question_is_asked_and_its_answer_cited(tmp_path: Path, api: MessagesApi) -> None:
    shop = make_sample(tmp_path / "shop", 60)  # so many that worker processes parse them
    api.script("Refunds stand in shop/checkout.py:1-3.")
    told = run("ask_and_cite.py", str(shop.path), "Where are refunds?", home=tmp_path, api=api)
    assert told.startswith("Refunds stand in shop/checkout.py:1-3.\n  shop/checkout.py:1-3\n")
    assert "claude-sonnet-4-6: cost $0." in told
    assert 1 == len(api.messages)


def test_without_a_key_the_answer_comes_from_the_index(shop: GitRepo, tmp_path: Path) -> None:
    told = run("ask_and_cite.py", str(shop.path), "Where is the checkout?", home=tmp_path)
    assert "shop/checkout.py" in told
    assert "would cost $" in told


def test_each_definition_is_asked_about(shop: GitRepo, tmp_path: Path, api: MessagesApi) -> None:
    shop.write("a.py", "def price_of(item):\n    return item.price\n")
    shop.write("b.py", "\n\ndef price_of(item):\n    return 2 * item.price\n")
    told = run("review_symbols.py", str(shop.path), "price_of", home=tmp_path, api=api)
    lines = [json.loads(line) for line in told.splitlines()]
    assert {"a.py:1", "b.py:3"} == {line["place"] for line in lines}
    assert [None, None] == [line["error"] for line in lines]
    assert 2 == len(api.messages)


def test_looking_around_sends_nothing(shop: GitRepo, tmp_path: Path, api: MessagesApi) -> None:
    told = run("explore_offline.py", str(shop.path), "refund", home=tmp_path, api=api)
    assert "the map names" in told
    assert (
        "not sent: shop is not trusted, so nothing of it is sent to anthropic: open it with trusted=True"
        in told
    )
    assert [] == api.requests


DOES = {"github-warm": "warm"}
"""What a workflow does, where that is no review."""


@pytest.mark.parametrize("workflow", sorted((EXAMPLES / "ci").iterdir()), ids=lambda path: str(path.stem))
def test_what_a_workflow_types_is_understood(workflow: Path) -> None:
    lines = list(lines_of(yaml.safe_load(workflow.read_text(encoding="utf-8"))))
    typed = [shlex.split(line.partition(">")[0]) for line in lines if line.startswith("foreword ")]
    assert ["trust", DOES.get(workflow.stem, "review")] == [words[1] for words in typed]
    for _, name, *words in typed:
        command = TYPED[name]
        assert command.load is not None
        kind, parser = command.load().parameters, parser_of(command)
        add_parameters(parser, kind)
        assert isinstance(read_parameters(kind, parser.parse_args(words)), kind)


def lines_of(part: object) -> Iterator[str]:
    """The lines of all texts in a YAML document."""
    if isinstance(part, str):
        yield from part.splitlines()
    elif isinstance(part, dict):
        yield from (line for one in part.values() for line in lines_of(one))
    elif isinstance(part, list):
        yield from (line for one in part for line in lines_of(one))
