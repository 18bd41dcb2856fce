"""How much a model puts into an answer: what a request names of it, what the cache makes of a change, and who may ask for more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from chat_driver import Talker, continues
from foreword.assist.answering.ask import prepare_now
from foreword.assist.spending.forecast import forecast_request
from foreword.core.settings import EFFORTS, Options, resolve
from foreword.model.catalog.catalog import load_catalog
from foreword.model.catalog.model_info import effort_of, thinking_of
from gitrepo import GitRepo
from messages_api import MessagesApi
from messages_api.models import MODELS
from messages_api.parameters import check_output_config, check_thinking

CATALOG = load_catalog()[0]


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as server:
        yield server


@pytest.fixture
def talker(repo: GitRepo, api: MessagesApi, tmp_path: Path) -> Talker:
    return Talker(tmp_path / "home", repo.path, api.url)


@pytest.mark.parametrize(
    ("model", "wanted", "named"),
    [
        ("claude-sonnet-5-5", "auto", None),
        ("claude-sonnet-5-5", "high", None),  # its own
        ("claude-opus-5-5", "high", "high"),
        ("claude-opus-5-5", "medium", None),
        ("claude-sonnet-4-6", "xhigh", None),  # the next lower one is its own
        ("claude-sonnet-4-6", "max", "max"),
        ("claude-opus-4-5", "max", None),
        ("claude-haiku-4-5", "low", None),  # it knows of none
        ("a-model-of-tomorrow", "xhigh", "xhigh"),
    ],
)
def test_a_request_names_what_the_model_takes(model: str, wanted: str, named: str | None) -> None:
    assert named == effort_of(CATALOG.find(model)[0], wanted)


@pytest.mark.parametrize(
    ("model", "style"),
    [
        ("claude-sonnet-5-5", "between_tools"),
        ("claude-haiku-5-5", "disabled"),
        ("claude-opus-5-5", "adaptive"),  # it can't be kept from thinking
        ("claude-haiku-4-5", None),
    ],
)
def test_thinking_is_kept_to_what_the_model_allows(model: str, style: str | None) -> None:
    found = thinking_of(CATALOG.find(model)[0], plain=True)
    assert style == (found and found["type"])


def test_with_little_thinking_goes_no_great_effort() -> None:
    model = CATALOG.find("claude-haiku-5-5")[0]
    assert ["high", "max"] == [effort_of(model, "max", plain=plain) for plain in (True, False)]


@pytest.mark.parametrize("name", sorted(MODELS.keys() & CATALOG.models.keys()))
def test_the_api_takes_what_is_named(name: str) -> None:
    model = CATALOG.find(name)[0]
    for wanted, plain in product(EFFORTS, (False, True)):
        thinking, effort = thinking_of(model, plain=plain), effort_of(model, wanted, plain=plain)
        body = {
            "max_tokens": 16_000,
            "thinking": thinking,
            "output_config": {"effort": effort} if effort else None,
        }
        given = {key: value for key, value in body.items() if value is not None}
        check_output_config(given, MODELS[name])
        check_thinking(given, MODELS[name])


def test_another_effort_begins_a_cache_of_its_own_and_the_verdict_says_so(talker: Talker) -> None:
    talker.say("What is this?")
    talker.flags |= {"model.effort": "low"}
    with talker.session() as session:
        seen = forecast_request(session, prepare_now(session, "And?", keep=False))
        assert seen.warm_until is None
    talker.chat_id = ""
    receipt = talker.say("And?").answer.receipt
    assert ("changed", "low") == (receipt.verdict.kind, receipt.effort)
    assert "effort changed from the model's own to low: each has a cache of its own" == receipt.verdict.detail
    assert "· effort low ·" in receipt.summary
    talker.chat_id = ""
    assert "hit" == talker.say("And now?").answer.receipt.verdict.kind
    talker.chat_id, talker.flags = "", {"model": "claude-sonnet-5-5", "model.effort": "high"}
    # The model's own effort, named, is the model's own.
    assert "hit" == talker.say("And with more?").answer.receipt.verdict.kind


def test_a_chat_goes_on_with_another_effort_over_the_same_bytes(talker: Talker, api: MessagesApi) -> None:
    talker.say("What is this?")
    talker.flags |= {"model.effort": "low"}
    talker.say("And this?")
    talker.say("And that?")
    first, second, third = (recorded.body or {} for recorded in api.messages)
    assert continues(first, second)
    assert continues(second, third)
    assert [None, "low", "low"] == [
        one.get("output_config", {}).get("effort") for one in (first, second, third)
    ]
    assert (api.messages[-1].usage or {})["cache_read_input_tokens"] > 0
    assert [] == api.rejected


def test_a_project_may_ask_for_less_and_not_for_the_most() -> None:
    def chosen(own: str, projects: str) -> tuple[str, int]:
        layers = [
            Options("config.toml", {"model.effort": own}),
            Options(".foreword.toml", {"model.effort": projects}, trusted=False, is_project=True),
        ]
        settings, problems = resolve(layers)
        return settings.model_effort, len(problems)

    assert ("low", 0) == chosen("auto", "low")
    assert ("high", 0) == chosen("low", "high")
    assert ("auto", 1) == chosen("auto", "max")
    assert ("max", 0) == chosen("max", "max")
