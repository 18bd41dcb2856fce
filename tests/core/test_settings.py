from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.secrets.made_up import some
from foreword.core.settings import (
    MAX_PINS,
    Options,
    Settings,
    default_of,
    doc_of,
    environment_name,
    flatten,
    from_environment,
    keys,
    resolve,
    sources,
)


def messages(*layers: Options) -> list[str]:
    return [problem.message for problem in resolve(layers)[1]]


def test_without_options_the_defaults_hold() -> None:
    assert (Settings(), ()) == resolve([])


def test_the_stronger_layer_wins_key_by_key() -> None:
    weak = Options("config.toml", {"model": "weak", "context.budget": 10_000})
    strong = Options("command line", {"model": "strong"})
    resolved, problems = resolve([weak, strong])
    assert ("strong", 10_000, ()) == (resolved.model, resolved.context_budget, problems)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("context.budget", 1),
        ("context.budget", True),
        ("context.budget", "many"),
        ("context.budget", 10_000.5),
        ("context.budget", [10_000]),
        ("context.budget", None),
        ("model.deadline", float("nan")),
        pytest.param("model.deadline", 10**400, id="no-float-is-so-large"),
        ("limits.day", float("inf")),
        ("provider", "somebody"),
        ("model", 5),
        ("tools.rounds", -1),
    ],
)
def test_a_wrong_value_leaves_the_weaker_layer_in_force_and_is_said(key: str, value: object) -> None:
    resolved, problems = resolve([Options("file", {key: value})])
    assert Settings() == resolved
    assert [f'file: "{key}" must be '] == [
        problem.message[: len(f'file: "{key}" must be ')] for problem in problems
    ]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("context.budget", "60_001", 60_001),
        ("context.budget", "70000", 70_000),
        ("model.deadline", 30, 30.0),
        ("model.deadline", "2.5", 2.5),
        ("cache.ttl", "1h", "1h"),
        ("tools.rounds", 0, 0),
    ],
)
def test_variables_are_texts_and_numbers_are_read_from_them(
    key: str, value: object, expected: object
) -> None:
    resolved, problems = resolve([Options("environment", {key: value})])
    assert (expected, ()) == (getattr(resolved, key.replace(".", "_")), problems)


@pytest.mark.parametrize(
    "value",
    ["a.py", 5, {"a": 1}, None, [1], [["a"]], [""], ["  "], ["a\nb"], ["a" * 1_001], ["a"] * (MAX_PINS + 1)],
)
def test_a_list_is_a_list_of_short_lines_or_it_is_refused_in_one(value: object) -> None:
    resolved, problems = resolve(
        [Options("file", {"context.pins": ["kept.py"]}), Options("file", {"context.pins": value})]
    )
    (problem,) = problems
    assert ("kept.py",) == resolved.context_pins
    assert problem.message.startswith(
        f'file: "context.pins" must be a list of at most {MAX_PINS} texts, not '
    )
    assert "\n" not in problem.message
    assert len(problem.message) < 200


def test_a_stronger_list_replaces_a_weaker_one() -> None:
    weak = Options("config.toml", {"context.pins": ["a", "b"]})
    assert ("c",) == resolve([weak, Options("file", {"context.pins": ["c"]})])[0].context_pins
    assert () == resolve([weak, Options("file", {"context.pins": []})])[0].context_pins


@pytest.mark.parametrize(
    ("text", "pins"), [("", ()), ("a.py", ("a.py",)), (" shop/ , *.toml ,", ("shop/", "*.toml"))]
)
def test_a_variable_writes_a_list_with_commas(text: str, pins: tuple[str, ...]) -> None:
    resolved, problems = resolve([from_environment({"FOREWORD_CONTEXT_PINS": text})])
    assert (pins, ()) == (resolved.context_pins, problems)


def test_the_source_of_a_value_is_the_strongest_layer_that_has_a_usable_one() -> None:
    layers = [
        Options("config.toml", {"model": "a", "context.budget": 10_000, "limits.day": 1}),
        Options(".foreword.toml", {"model": 7, "context.budget": 90_000}, trusted=False, is_project=True),
        Options("environment", {"limits.day": 1.0, "zzz": 1}),
    ]
    expected = {"model": "config.toml", "context.budget": ".foreword.toml", "limits.day": "environment"}
    assert expected == sources(layers)


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("context.budgett", "context.budget"),
        ("modle", "model"),
        ("FOREWORD_CONTEXT_BUGDET", "FOREWORD_CONTEXT_BUDGET"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(wrong: str, nearest: str) -> None:
    assert [f'file: unknown setting "{wrong}"; did you mean "{nearest}"?'] == messages(
        Options("file", {wrong: 1})
    )


def test_an_unknown_key_like_no_other_leads_to_the_list() -> None:
    assert ['file: unknown setting "zzz"; see `foreword doctor` for the known ones'] == messages(
        Options("file", {"zzz": 1})
    )


@pytest.mark.parametrize("key", ["model.url", "model.catalog"])
def test_a_project_can_not_send_text_elsewhere(key: str) -> None:
    elsewhere = Options(".foreword.toml", {key: "http://198.51.100.1"}, trusted=False)
    resolved, problems = resolve([elsewhere])
    assert Settings() == resolved
    assert [f'.foreword.toml: "{key}" can\'t be set by a project; use {environment_name(key)}'] == [
        problem.message for problem in problems
    ]


def test_the_user_can_set_what_a_project_can_not() -> None:
    assert (
        "http://127.0.0.1:1"
        == resolve([Options("config.toml", {"model.url": "http://127.0.0.1:1"})])[0].model_url
    )


def test_nested_tables_become_dotted_keys() -> None:
    assert {"model": "m", "context.budget": 1, "a.b.c": 2} == flatten(
        {"model": "m", "context": {"budget": 1}, "a": {"b": {"c": 2}}, "empty": {}}
    )


def test_every_key_has_a_variable_of_its_own_and_a_meaning() -> None:
    assert len(keys()) == len({environment_name(key) for key in keys()})
    assert all(doc_of(key).endswith(".") for key in keys())


@pytest.mark.parametrize("key", keys())
def test_every_default_is_a_value_that_a_user_could_have_set(key: str) -> None:
    assert (Settings(), ()) == resolve([Options("file", {key: default_of(key)})])


def test_variables_of_other_programs_and_our_own_switches_are_no_settings() -> None:
    environ = {"PATH": "/bin", "FOREWORD_HOME": "/x", "FOREWORD_DEBUG": "1", "FOREWORD_MODEL": "m"}
    assert Options("environment", {"model": "m"}) == from_environment(environ)


def test_a_variable_of_no_key_is_reported_under_its_name() -> None:
    assert ['environment: unknown setting "FOREWORD_MODELL"; did you mean "FOREWORD_MODEL"?'] == messages(
        from_environment({"FOREWORD_MODELL": "m"})
    )


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(keys()) | st.text(), VALUES, max_size=6))
def test_no_options_are_fatal_and_each_is_taken_or_reported(values: dict[str, object]) -> None:
    resolved, problems = resolve([Options("file", values)])
    taken = [key for key in values if f'"{key}"' not in "".join(problem.message for problem in problems)]
    assert len(values) <= len(taken) + len(problems)
    assert (resolved, ()) == resolve(
        [Options("again", {key: getattr(resolved, key.replace(".", "_")) for key in keys()})]
    )


def test_two_files_of_a_project_raise_a_cost_no_further_than_one() -> None:
    user = Options("config.toml", {"context.budget": 50_000})
    first = Options(".foreword.toml", {"context.budget": 100_000}, trusted=False, is_project=True)
    second = Options("pyproject.toml", {"context.budget": 200_000}, trusted=False, is_project=True)
    settings, problems = resolve([user, first, second])
    assert 100_000 == settings.context_budget
    assert ["pyproject.toml"] == [problem.message.partition(":")[0] for problem in problems]


@pytest.mark.parametrize("key", ["provider", "model.deadline", "context.pins", "limits.day"])
def test_a_key_in_the_wrong_place_is_not_told(key: str) -> None:
    secret = "sk-" + "marked-" + "q7" * 20
    _, problems = resolve([Options("environment", {key: secret})])
    (problem,) = problems
    assert secret[:12] not in problem.message
    assert f"a text of {len(secret)} characters" in problem.message
    _, (within,) = resolve([Options("environment", {key: [secret, 5]})])
    assert secret[:12] not in within.message


@pytest.mark.parametrize("key", keys())
@pytest.mark.parametrize("origin", ["environment", "config.toml", "command line", "editor"])
@pytest.mark.parametrize(
    "make",
    [
        lambda r: "sk-ant" + "-api03-" + some(r, 93) + "AA",
        lambda r: "AKIA" + some(r, 16, "ABCDEFGHIJKLMNOP234567"),
        lambda r: some(r, 40),
        lambda r: "sk-test-key-" + some(r, 8, "0123456789"),
        lambda r: some(r, 24, "0123456789abcdef") + "7f",
    ],
    ids=["Anthropic", "AWS", "of a gateway", "plain", "hexadecimal"],
)
def test_a_key_in_the_place_of_any_setting_is_told_nowhere(
    key: str, origin: str, make: Callable[[random.Random], str]
) -> None:
    secret = make(random.Random(key))
    if key == "model.key_command":
        return
    for value in (secret, [secret], f"x {secret}", ["src", secret]):
        resolved, problems = resolve([Options(origin, {key: value})])
        assert secret not in str(resolved)
        assert 1 == len(problems)
        assert secret not in problems[0].message


def test_a_key_in_the_place_of_a_name_of_a_setting_is_told_nowhere() -> None:
    secret = some(random.Random(1), 40)
    _, (problem,) = resolve([Options("command line", {secret: 1})])
    assert secret not in problem.message


@pytest.mark.parametrize(
    "model",
    [
        "claude-sonnet-5-5",
        "us.anthropic.claude-opus-4-8-20260101-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123xyz",
        "qwen2.5-coder:32b-instruct-q4_K_M",
        "unsloth/DeepSeek-R1-Distill-Llama-70B-GGUF",
        "anthropic/claude-3.5-sonnet",
        "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q8_0",
    ],
)
def test_names_of_models_are_no_keys(model: str) -> None:
    resolved, problems = resolve([Options("environment", {"model": model})])
    assert (model, ()) == (resolved.model, problems)
