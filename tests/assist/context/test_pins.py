from __future__ import annotations

from pathlib import Path

import pytest

from foreword.assist.context.build_prefix import build_prefix
from foreword.assist.question.context_view import IN_DELTA, NO_FILE, NO_ROOM, Pins, find_pins
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from gitrepo import GitRepo
from sample_repo import make_sample
from workspace_fixture import WorkspaceFixture, text_of


@pytest.fixture
def fixture(tmp_path: Path) -> WorkspaceFixture:
    return WorkspaceFixture(tmp_path / "home")


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 12)


def pins_of(fixture: WorkspaceFixture, repo: GitRepo, *pins: str) -> Pins:
    fixture.flags = {"context.budget": 4_000, "context.pins": list(pins)}
    with fixture.session(repo.path) as session:
        saved = take_snapshot(session)
        return find_pins(session.settings.context_pins, saved, build_prefix(session, saved, keep=False))


def test_pins_that_are_shown_need_no_words(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    found = pins_of(fixture, repo, "README.md", "shop/checkout.py")
    assert (frozenset({"README.md", "shop/checkout.py"}), {}) == (found.paths, found.missing)


def test_each_pin_without_effect_has_its_reason(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("huge.py", "".join(f"def long_{n}():\n    return {n}\n" for n in range(2_000)))
    repo.write("hidden.py", "HIDDEN = 1\n")
    repo.write(".forewordignore", "hidden.py\n")
    repo.write(".gitignore", "ignored.py\n")
    repo.commit("More")
    repo.write(".env", "TOKEN=1\n")
    repo.write("ignored.py", "IGNORED = 1\n")
    repo.write("new.py", "NEW = 1\n")
    pins = (
        "huge.py",
        "hidden.py",
        ".env",
        "ignored.py",
        "gone.py",
        "new.py",
        "node_modules/a/b.js",
        "../../etc/passwd",
    )
    assert {
        "huge.py": NO_ROOM,
        ".env": "secret",
        "ignored.py": IN_DELTA,
        "gone.py": NO_FILE,
        "new.py": IN_DELTA,
        "node_modules/a/b.js": "vendored",
        "../../etc/passwd": NO_FILE,
    } == pins_of(fixture, repo, *pins).missing


def test_no_secret_gets_into_a_prefix_by_a_pin(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write(".env", "TOKEN=hunter2\n")
    repo.write("deploy/server.pem", "hunter2\n")
    repo.commit("Commit what should not be")
    repo.write(".foreword.toml", "context.pins = ['.env', '**', '/deploy/', '*.pem']\n")
    for budget in (4_000, 200_000):
        fixture.flags = {"context.budget": budget}
        assert "hunter2" not in text_of(fixture.look_at(repo.path))


def test_the_order_of_pins_and_repeated_ones_do_not_matter(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    seen = set()
    for pins in (["*.md", "/shop/orders/"], ["/shop/orders/", "*.md", "*.md"]):
        fixture.flags = {"context.budget": 4_000, "context.pins": pins}
        prefix = fixture.look_at(repo.path)
        seen.add((prefix.variant, prefix.digests["base"]))
    assert 1 == len(seen)


def test_other_pins_are_another_variant_with_a_lineage_of_its_own(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = {"context.budget": 4_000}
    plain = fixture.ask_about(repo.path)
    fixture.flags = {"context.budget": 4_000, "context.pins": ["/shop/"]}
    pinned = fixture.ask_about(repo.path)
    fixture.flags = {"context.budget": 4_000, "context.pins": []}
    assert plain.variant != pinned.variant
    assert plain.digests["base"] != pinned.digests["base"]
    assert plain == fixture.ask_about(repo.path)
