from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from foreword.assist.answering.pin_files import PinChange, change_pins
from foreword.assist.session.settings_files import PROJECT_FILE
from foreword.core.errors import ConfigError, ForewordError, UsageError, WorkspaceError
from foreword.core.settings import MAX_PINS
from gitrepo import GitRepo, make_repo
from sample_repo import make_sample
from workspace_fixture import WorkspaceFixture, text_of

BUDGET = {"context.budget": 4_000}


@pytest.fixture
def fixture(tmp_path: Path) -> WorkspaceFixture:
    return WorkspaceFixture(tmp_path / "home", flags=BUDGET)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = make_sample(tmp_path / "shop", 12)
    repo.write("shop/odd/[id]/page.py", "PAGE = 1\n")
    repo.write(".gitignore", "ignored.py\n")
    repo.commit("Add a page")
    repo.write(".env", "TOKEN=1\n")
    repo.write("ignored.py", "IGNORED = 1\n")
    (repo.path / "link.py").symlink_to("README.md")
    make_repo(repo.path / "nested").write("inner.py", "INNER = 1\n")
    return repo


def change(
    fixture: WorkspaceFixture,
    repo: GitRepo,
    pin: Sequence[str] = (),
    unpin: Sequence[str] = (),
    shown: str | None = None,
) -> dict[str, Any]:
    with fixture.session(repo.path) as session:
        return change_pins(session, PinChange(pin, unpin), shown=shown).to_json()


def settings_of(repo: GitRepo) -> str | None:
    file = repo.path / PROJECT_FILE
    return file.read_text(encoding="utf-8") if file.exists() else None


def base_of(context: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {file["path"]: (file["form"], file["pinned"]) for file in context["layers"][1]["files"]}


def any_module(fixture: WorkspaceFixture, repo: GitRepo) -> str:
    """A module that ranking does not show in full."""
    forms = fixture.look_at(repo.path).base.forms
    return next(p for p, form in sorted(forms.items()) if form == "outline" and "_" in p)


def test_a_pinned_file_stands_in_full_from_now_on_and_the_cost_is_told(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    path = any_module(fixture, repo)
    before = fixture.ask_about(repo.path)
    context = change(fixture, repo, pin=[path])
    assert f'[context]\npins = [\n    "{path}",\n]\n' == settings_of(repo)
    assert ("full", True) == base_of(context)[path]
    assert {False} == {pinned for other, (_, pinned) in base_of(context).items() if other != path}
    assert ([path], []) == (context["pins"], context["notPinned"])
    done = context["change"]
    assert (PROJECT_FILE, [path], [], True) == (
        done["file"],
        done["pinned"],
        done["unpinned"],
        done["rebase"],
    )
    assert context["tokens"] == done["tokens"]
    assert (
        f"the base is laid anew with the next question; that writes about {context['tokens']:,} tokens"
        == done["message"]
    )
    prefix = fixture.ask_about(repo.path)
    assert prefix.digests["base"] != before.digests["base"]
    assert (repo.path / path).read_text() in text_of(prefix)


def test_unpinning_gives_the_base_of_before_which_the_cache_may_still_have(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = BUDGET | {"provider": "anthropic"}
    before = fixture.ask_about(repo.path)
    path = any_module(fixture, repo)
    change(fixture, repo, pin=[path])
    context = change(fixture, repo, unpin=[path])
    assert ("[context]\npins = [\n]\n", [path]) == (settings_of(repo), context["change"]["unpinned"])
    assert (True, 0) == (context["change"]["rebase"], context["change"]["tokens"])
    assert "the base of before is used again: the cache still has it" == context["change"]["message"]
    assert before.digests["base"] == fixture.look_at(repo.path).digests["base"]
    fixture.now += 4_000
    change(fixture, repo, pin=[path])
    assert 0 < change(fixture, repo, unpin=[path])["change"]["tokens"]


def test_where_everything_is_shown_a_pin_costs_nothing(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    fixture.flags = {"context.budget": 200_000}
    done = change(fixture, repo, pin=["README.md"])["change"]
    assert (False, 0, "the base stays as it is") == (done["rebase"], done["tokens"], done["message"])


def test_what_is_pinned_already_changes_nothing(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write(PROJECT_FILE, "context.pins = ['README.md']  # ours\n")
    done = change(fixture, repo, pin=["./README.md", str(repo.path / "README.md")])["change"]
    assert ([], False) == (done["pinned"], done["rebase"])
    assert "context.pins = ['README.md']  # ours\n" == settings_of(repo)


@pytest.mark.parametrize(
    ("written", "entry"),
    [
        ("shop/checkout.py", "shop/checkout.py"),
        ("shop/orders", "/shop/orders/"),
        ("shop/orders/", "/shop/orders/"),
        ("shop/odd/[id]", r"/shop/odd/\[id]/"),
        ("shop/odd/[id]/page.py", "shop/odd/[id]/page.py"),
        ("*.md", "*.md"),
    ],
)
def test_files_folders_and_patterns_can_be_pinned_and_unpinned_by_the_same_words(
    fixture: WorkspaceFixture, repo: GitRepo, written: str, entry: str
) -> None:
    context = change(fixture, repo, pin=[written])
    assert ([entry], []) == (context["pins"], [one for one in context["notPinned"] if one["path"] == entry])
    assert any(pinned for _, pinned in base_of(context).values())
    assert [] == change(fixture, repo, unpin=[written])["pins"]


@pytest.mark.parametrize(
    ("pin", "unpin", "message"),
    [
        (["README.md", "gone.py"], [], "gone.py can't be pinned: there is no such file"),
        (["ignored.py"], [], r"ignored.py can't be pinned: ignored.py is left out \(ignored by git\)"),
        (["link.py"], [], "link.py can't be pinned: .*symlink"),
        (["nested/inner.py"], [], "nested/inner.py can't be pinned: .*repository of its own"),
        ([".env"], [], r"\.env is left out \(secret\): it can't be pinned"),
        (["node_modules/a.js"], [], r"left out \(vendored\)"),
        (["../shop/README.md"], [], "can't be pinned"),
        (["/etc/passwd"], [], "/etc/passwd is not in the workspace"),
        (["*.nothing"], [], "no such file"),
        ([""], [], "that is no path"),
        (["a\0b"], [], "that is no path"),
        ([], ["shop/checkout.py"], "shop/checkout.py is pinned by /shop/: unpin that"),
        ([], ["README.md"], "README.md is not pinned"),
        (["shop"], ["shop"], "pinned and unpinned at once"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    fixture: WorkspaceFixture, repo: GitRepo, pin: list[str], unpin: list[str], message: str
) -> None:
    repo.write(PROJECT_FILE, "context.pins = ['/shop/']\n")
    with pytest.raises(UsageError, match=message):
        change(fixture, repo, pin, unpin)
    assert "context.pins = ['/shop/']\n" == settings_of(repo)


def test_there_is_a_most_of_pins(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    text = f"context.pins = {[f'{n}.py' for n in range(MAX_PINS)]}\n"
    repo.write(PROJECT_FILE, text)
    with pytest.raises(UsageError, match=f"at most {MAX_PINS} texts.*pin a folder instead"):
        change(fixture, repo, ["README.md"])
    assert text == settings_of(repo)


@pytest.mark.parametrize("text", ["context.pins = 'README.md'\n", "[context", "context.pins = [5]\n"])
def test_a_file_that_can_not_be_changed_safely_stays_as_it_is(
    fixture: WorkspaceFixture, repo: GitRepo, text: str
) -> None:
    repo.write(PROJECT_FILE, text)
    with pytest.raises(ConfigError, match="by hand"):
        change(fixture, repo, ["README.md"])
    assert text == settings_of(repo)


def test_a_file_that_is_no_text_stays_as_it_is(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    (repo.path / PROJECT_FILE).write_bytes(b"# \xff\n")
    with pytest.raises(ConfigError, match="no UTF-8"):
        change(fixture, repo, ["README.md"])
    assert b"# \xff\n" == (repo.path / PROJECT_FILE).read_bytes()


def test_pins_that_are_set_elsewhere_are_changed_there(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("pyproject.toml", "[tool.foreword.context]\npins = ['README.md']\n")
    with pytest.raises(ConfigError, match=r"context\.pins is not set by \.foreword\.toml alone"):
        change(fixture, repo, ["shop/checkout.py"])
    assert settings_of(repo) is None


def test_what_the_editor_has_not_saved_is_not_overwritten(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write(PROJECT_FILE, "model = 'm'\n")
    with pytest.raises(ConfigError, match="has changes in the editor: save it"):
        change(fixture, repo, ["README.md"], shown="model = 'other'\n")
    assert "model = 'm'\n" == settings_of(repo)
    assert ["README.md"] == change(fixture, repo, ["README.md"], shown="model = 'm'\r\n")["pins"]


@pytest.mark.skipif(os.name == "nt", reason="symlinks need a privilege there")
def test_a_settings_file_that_leads_elsewhere_is_not_written(
    fixture: WorkspaceFixture, repo: GitRepo, tmp_path: Path
) -> None:
    target = tmp_path / "theirs.toml"
    target.write_text("")
    (repo.path / PROJECT_FILE).symlink_to(target)
    with pytest.raises(WorkspaceError, match="symlink"):
        change(fixture, repo, ["README.md"])
    assert not target.read_text()


def test_a_settings_file_that_is_read_only_stays_as_it_is(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write(PROJECT_FILE, "model = 'm'\n")
    (repo.path / PROJECT_FILE).chmod(0o444)
    with pytest.raises(ForewordError, match="read-only"):
        change(fixture, repo, ["README.md"])
    assert "model = 'm'\n" == settings_of(repo)
