from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from anthropic.resources.messages import messages as sdk_messages

from foreword.model.catalog.catalog import Catalog, load_catalog
from foreword.model.catalog.model_info import UNKNOWN, Cliff, thinking_of


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()[0]


def test_the_shipped_table_has_no_wrong_entry() -> None:
    catalog, problems = load_catalog()
    assert () == problems
    assert "2026-11-22" == catalog.version
    assert [] == [name for name, model in catalog.models.items() if model.estimated and not model.retired]


@pytest.mark.parametrize(
    ("model_id", "known_as"),
    [
        ("claude-sonnet-5-5", "claude-sonnet-5-5"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("anthropic.claude-opus-5-5-v1:0", "claude-opus-5-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("us-gov.anthropic.claude-haiku-5-5", "claude-haiku-5-5"),
        ("global.anthropic.claude-fable-5-2-v1", "claude-fable-5-2"),
        ("publishers/anthropic/models/claude-opus-4-6", "claude-opus-4-6"),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-4-8-v1:0",
            "claude-opus-4-8",
        ),
        ("anthropic/claude-opus-5", "claude-opus-5"),
        ("anthropic/claude-sonnet-5.5", "claude-sonnet-5-5"),
        ("openrouter/anthropic/claude-opus-4.8:thinking", "claude-opus-4-8"),
        ("vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("claude-fable-5.2-20261109", "claude-fable-5-2"),
    ],
)
def test_every_spelling_of_an_id_is_found_and_goes_out_as_it_was_given(
    catalog: Catalog, model_id: str, known_as: str
) -> None:
    model, problem = catalog.find(model_id)
    assert (known_as, model_id, None) == (model.known_as, model.id, problem)


def test_an_unknown_model_gets_safe_assumptions_and_a_notice(catalog: Catalog) -> None:
    model, problem = catalog.find("claude-sonet-5-5")
    assert (200_000, 4096, None) == (model.context, model.minimum, thinking_of(model))
    assert ("claude-sonet-5-5", "", True) == (model.id, model.known_as, model.estimated)
    assert problem is not None
    assert "did you mean 'claude-sonnet-5-5'" in problem.message
    _, local = catalog.find("qwen2.5-coder")
    assert local is not None
    assert "did you mean" not in local.message


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2026, 9, 30), None),
        (date(2026, 10, 1), "retires on 2026-11-30: use 'claude-sonnet-5-5' instead"),
        (date(2026, 11, 30), "is retired since 2026-11-30: use 'claude-sonnet-5-5' instead"),
    ],
)
def test_a_retirement_is_announced_sixty_days_ahead(catalog: Catalog, today: date, says: str | None) -> None:
    _, problem = catalog.find("claude-sonnet-4-5", today)
    assert says == (problem and problem.message.removeprefix("Model 'claude-sonnet-4-5' ").rstrip("."))


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("claude-sonnet-5-5", {"type": "adaptive", "display": "summarized"}),
        ("claude-opus-5", {"type": "adaptive"}),
        ("claude-sonnet-4-6", {"type": "adaptive"}),
        ("claude-haiku-4-5", None),
        ("another", None),
    ],
)
def test_thinking_is_asked_for_as_the_model_takes_it(
    catalog: Catalog, model_id: str, expected: object
) -> None:
    assert expected == thinking_of(catalog.find(model_id)[0])


def test_a_file_of_the_user_changes_and_adds_models(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(
        "[models.claude-opus-5-5]\ninput = 8\n\n[models.qwen]\ninput = 0\ncontext = 32_768\nminimum = 1\n"
        "cliff = { above = 10, factor = 2 }\n"
    )
    catalog, problems = load_catalog(path)
    assert () == problems
    opus, _ = catalog.find("anthropic.claude-opus-5-5")
    assert (8.0, 20.0, 10.0, 16.0, 0.4) == (
        opus.prices.input,
        opus.prices.output,
        opus.prices.write_5m,
        opus.prices.write_1h,
        opus.prices.read,
    )
    assert 1024 == opus.minimum  # on Bedrock
    qwen, problem = catalog.find("qwen")
    assert problem is None
    assert (0.0, 0.0, 32_768, False) == (qwen.prices.input, qwen.prices.read, qwen.context, qwen.estimated)
    assert Cliff(10, 2) == qwen.cliff
    assert catalog.version.startswith("2026-11-22+")


def test_wrong_entries_are_reported_with_their_file_and_the_rest_counts(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(
        'versoin = 1\n[models.a]\ninput = "cheap"\ncontext = 5\noutput = -1\nminimun = 3\nthinking = "deep"\n'
        'retired = "2026-11-30"\ncliff = 3\nminimum = true\n[models]\nb = 7\n'
    )
    catalog, problems = load_catalog(path)
    assert {str(path)} == {problem.path for problem in problems}
    said = "\n".join(problem.message for problem in problems)
    for part in (
        "'versoin' in the models file (did you mean 'version'?)",
        "'input' of 'a' must be a price",
        "'output' of 'a' must be a price",
        "'minimun' in 'a' (did you mean 'minimum'?)",
        "'thinking' of 'a' must be one of",
        "'retired' of 'a' must be a date",
        "'cliff' of 'a' must be",
        "'minimum' of 'a' must be",
        "'b' must be a table",
    ):
        assert part in said
    assert 5 == catalog.find("a")[0].context
    assert UNKNOWN.prices == catalog.find("a")[0].prices


@pytest.mark.parametrize("content", [b"[models", b"models = 3", b"\xff"])
def test_a_file_that_is_no_table_is_ignored_and_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "models.toml"
    path.write_bytes(content)
    catalog, problems = load_catalog(path)
    assert 1 == len(problems)
    assert problems[0].message.endswith("it is ignored.")
    assert load_catalog()[0].models == catalog.models


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    _, problems = load_catalog(tmp_path / "nothing.toml")
    assert "can't be read" in problems[0].message


def test_the_catalog_knows_the_last_day_of_each_model_that_the_sdk_deprecates(catalog: Catalog) -> None:
    def day(words: str) -> date:
        return (
            datetime.strptime(re.sub(r"(?<=\d)(st|nd|rd|th)", "", words), "%B %d, %Y")
            .replace(tzinfo=UTC)
            .date()
        )

    told = {name: day(words) for name, words in vars(sdk_messages)["DEPRECATED_MODELS"].items()}
    assert told == {name: catalog.find(name)[0].retired for name in told}
    successors = {model.successor for model in catalog.models.values() if model.successor}
    assert [] == sorted(name for name in successors if catalog.models[name].retired)


@pytest.mark.parametrize(
    ("model_id", "factor"),
    [
        ("claude-sonnet-5-5", 1.0),
        ("anthropic.claude-sonnet-5-5", 1.0),
        ("global.anthropic.claude-sonnet-5-5", 1.0),
        ("us.anthropic.claude-sonnet-5-5", 1.1),
        ("eu.anthropic.claude-sonnet-5-5-v1:0", 1.1),
        ("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-5-5", 1.1),
        ("us-gov.anthropic.claude-sonnet-5-5", 1.2),
        ("anthropic/claude-sonnet-5.5", 1.0),
    ],
)
def test_a_region_has_its_price(catalog: Catalog, model_id: str, factor: float) -> None:
    model, _ = catalog.find(model_id)
    told = (model.prices.input, model.prices.output, model.prices.write_5m, model.prices.read)
    assert pytest.approx([2.0 * factor, 10.0 * factor, 2.5 * factor, 0.1 * factor]) == told


def test_bedrock_caches_no_shorter_prefix_than_it_says(catalog: Catalog) -> None:
    minimums = [catalog.find(f"{group}claude-sonnet-5-5")[0].minimum for group in ("", "us.anthropic.")]
    assert [512, 1024] == minimums
    assert 4096 == catalog.find("us.anthropic.claude-haiku-4-5")[0].minimum


@pytest.mark.parametrize(
    ("model_id", "region", "bedrock"),
    [
        ("claude-sonnet-5-5", "eu-west-1", "global.anthropic.claude-sonnet-5-5"),
        ("claude-sonnet-4-5", "", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("claude-opus-4-6", "us-gov-west-1", "us-gov.anthropic.claude-opus-4-6-v1"),
        ("us.anthropic.claude-opus-5", "us-east-1", "us.anthropic.claude-opus-5"),
        ("my-own-profile", "us-east-1", "my-own-profile"),
    ],
)
def test_a_model_has_its_own_id_on_bedrock(
    catalog: Catalog, model_id: str, region: str, bedrock: str
) -> None:
    assert bedrock == catalog.bedrock_id(model_id, region)


def test_every_model_is_found_by_its_id_on_bedrock(catalog: Catalog) -> None:
    for name in catalog.models:
        assert name == catalog.find(catalog.bedrock_id(name, "eu-west-1"))[0].known_as
