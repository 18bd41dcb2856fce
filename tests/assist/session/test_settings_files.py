from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from foreword.assist.session.settings_files import read_settings, settings_sources
from foreword.core.settings import AUTO_BUDGET, Settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def user(tmp_path: Path) -> Path:
    (tmp_path / "user").mkdir()
    return tmp_path / "user"


def test_without_any_file_the_defaults_hold(root: Path, user: Path) -> None:
    assert (Settings(), ()) == read_settings(root, user / "missing", {}, {})


def test_each_place_is_stronger_than_the_one_before(root: Path, user: Path) -> None:
    seen = [read_settings(root, user, {}, {})[0].model]
    (user / "config.toml").write_text('model = "claude-sonnet-5"\n')
    seen.append(read_settings(root, user, {}, {})[0].model)
    (root / ".foreword.toml").write_text('model = "claude-haiku-5-5"\n')
    seen.append(read_settings(root, user, {}, {})[0].model)
    (root / "pyproject.toml").write_text('[tool.foreword]\nmodel = "claude-haiku-4-5"\n')
    seen.append(read_settings(root, user, {}, {})[0].model)
    environ = {"FOREWORD_MODEL": "variable"}
    seen.append(read_settings(root, user, environ, {})[0].model)
    seen.append(read_settings(root, user, environ, {"model": "flag"})[0].model)
    assert [
        Settings().model,
        "claude-sonnet-5",
        "claude-haiku-5-5",
        "claude-haiku-4-5",
        "variable",
        "flag",
    ] == seen


def test_places_add_up_key_by_key(root: Path, user: Path) -> None:
    (user / "config.toml").write_text("context.budget = 9_000\n[limits]\nday = 2.5\n")
    (root / ".foreword.toml").write_text("[context]\nbudget = 8_000\n")
    settings, problems = read_settings(root, user, {"FOREWORD_TOOLS_ROUNDS": "3"}, {})
    assert (8_000, 2.5, 3, ()) == (
        settings.context_budget,
        settings.limits_day,
        settings.tools_rounds,
        problems,
    )


@pytest.mark.parametrize("file", [".foreword.toml", "pyproject.toml"])
def test_a_project_can_not_send_the_code_elsewhere(root: Path, user: Path, file: str) -> None:
    table = "[tool.foreword]\n" if file == "pyproject.toml" else ""
    (root / file).write_text(f'{table}model.url = "http://198.51.100.1"\nmodel.catalog = "prices.toml"\n')
    settings, problems = read_settings(root, user, {}, {})
    assert ("", "") == (settings.model_url, settings.model_catalog)
    assert [file, file] == [problem.message.split(":")[0] for problem in problems]


def test_an_unknown_key_is_named_with_its_file_and_the_nearest_key(root: Path, user: Path) -> None:
    (root / ".foreword.toml").write_text("[context]\nbuget = 5\n")
    assert ['.foreword.toml: unknown setting "context.buget"; did you mean "context.budget"?'] == [
        problem.message for problem in read_settings(root, user, {}, {})[1]
    ]


def test_a_wrong_type_is_named_and_the_rest_of_the_file_counts(root: Path, user: Path) -> None:
    (root / ".foreword.toml").write_text('context.budget = "plenty"\nmodel = "claude-haiku-5-5"\n')
    settings, problems = read_settings(root, user, {}, {})
    assert ("claude-haiku-5-5", Settings().context_budget) == (settings.model, settings.context_budget)
    assert [
        ".foreword.toml: \"context.budget\" must be a whole number from 2,000 to 900,000, or auto, not 'plenty'"
    ] == [problem.message for problem in problems]


@pytest.mark.parametrize(
    "content",
    [
        b"model = ",
        b"\xff\xfe\x00",
        b"a = 1\na = 2\n",
        pytest.param(b"a = " + b"9" * 5_000, id="many-digits"),
    ],
)
def test_a_file_that_is_no_toml_is_passed_over_in_one_line(root: Path, user: Path, content: bytes) -> None:
    (root / ".foreword.toml").write_bytes(content)
    (user / "config.toml").write_text('model = "claude-sonnet-5"\n')
    settings, problems = read_settings(root, user, {}, {})
    assert "claude-sonnet-5" == settings.model
    assert 1 == len(problems)
    assert problems[0].message.startswith(".foreword.toml: not read")
    assert len(problems[0].message) < 300


def test_a_file_that_is_nested_too_deeply_for_its_reader_is_passed_over_in_one_line(
    root: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deeper(_: str) -> dict[str, object]:
        raise RecursionError("maximum recursion depth exceeded")

    (root / ".foreword.toml").write_text("a = 1\n")
    monkeypatch.setattr("tomllib.loads", deeper)
    _, problems = read_settings(root, user, {}, {})
    assert [".foreword.toml: not read, it is no valid TOML (maximum recursion depth exceeded)"] == [
        problem.message for problem in problems
    ]


def test_a_folder_in_the_place_of_a_file_is_passed_over(root: Path, user: Path) -> None:
    (root / "pyproject.toml").mkdir()
    settings, problems = read_settings(root, user, {}, {})
    assert Settings() == settings
    assert ["pyproject.toml: not read, it is no regular file that can be read"] == [
        problem.message for problem in problems
    ]


@pytest.mark.parametrize("content", ["tool = 5\n", "[tool]\nforeword = 5\n", "[tool.other]\nmodel = 'x'\n"])
def test_a_pyproject_without_a_table_of_ours_says_nothing(root: Path, user: Path, content: str) -> None:
    (root / "pyproject.toml").write_text(content)
    assert (Settings(), ()) == read_settings(root, user, {}, {})


def test_a_file_that_may_not_be_read_is_said_to_be_so(root: Path, user: Path) -> None:
    file = root / ".foreword.toml"
    file.write_text('model = "m"\n')
    file.chmod(0)
    try:
        file.read_bytes()
    except PermissionError:
        assert [".foreword.toml: not read (Permission denied)"] == [
            problem.message for problem in read_settings(root, user, {}, {})[1]
        ]
    finally:
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
@pytest.mark.parametrize("name", [".foreword.toml", "pyproject.toml"])
@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "large"])
def test_settings_that_are_no_regular_file_of_a_sensible_size_are_not_read(
    kind: str, name: str, root: Path, user: Path
) -> None:
    file = root / name
    match kind:
        case "fifo":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "folder":
            file.mkdir()
        case "large":
            file.write_text("# a word\n" * 200_000)
    settings, problems = read_settings(root, user, {}, {})
    assert Settings() == settings
    assert [name] == [problem.path for problem in problems]


def test_a_project_cannot_raise_the_price_without_bounds_nor_choose_who_is_paid(
    root: Path, user: Path
) -> None:
    (root / ".foreword.toml").write_text(
        'provider = "bedrock"\n[context]\nbudget = 900_000\nexcerpts = 1_000\n[answer]\ntokens = 128_000\n[tools]\nrounds = 50\n'
    )
    settings, problems = read_settings(root, user, {}, {})
    own = Settings()
    assert (own.provider, 2 * AUTO_BUDGET, 1_000) == (
        settings.provider,
        settings.context_budget,
        settings.context_excerpts,
    )
    assert (2 * own.answer_tokens, 2 * own.tools_rounds) == (settings.answer_tokens, settings.tools_rounds)
    assert 4 == len(problems)
    (user / "config.toml").write_text("[context]\nbudget = 500_000\n")
    assert 900_000 == read_settings(root, user, {}, {})[0].context_budget


@pytest.mark.parametrize("file", [".foreword.toml", "pyproject.toml"])
@pytest.mark.parametrize("model", ["claude-opus-4-8", "claude-nobody-9"])
def test_a_project_chooses_no_model_that_costs_more_than_the_users_own(
    root: Path, user: Path, file: str, model: str
) -> None:
    table = "[tool.foreword]\n" if file == "pyproject.toml" else ""
    (root / file).write_text(f'{table}model = "{model}"\n')
    settings, (problem,) = read_settings(root, user, {}, {})
    assert Settings().model == settings.model
    assert f'{file}: "model" stays {settings.model}, {model} ' in problem.message
    assert problem.message.endswith("to have it, set FOREWORD_MODEL")
    assert "model" not in settings_sources(root, user, {})
    (user / "config.toml").write_text(f'model = "{model}"\n')
    settings, problems = read_settings(root, user, {}, {})
    assert (model, ()) == (settings.model, problems)


def test_a_project_does_not_switch_the_cache_off(root: Path, user: Path) -> None:
    (root / ".foreword.toml").write_text('[cache]\nttl = "off"\n')
    settings, (problem,) = read_settings(root, user, {}, {})
    assert "auto" == settings.cache_ttl
    assert "costs money" in problem.message


def test_a_project_may_say_that_nobody_is_asked(root: Path, user: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.foreword]\nprovider = "offline"\n')
    settings, problems = read_settings(root, user, {}, {})
    assert ("offline", ()) == (settings.provider, problems)
