from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foreword.workspace.files.working_tree import SavedFiles, can_see_again, see_again, see_files
from foreword.workspace.ignore import read_rules
from gitrepo import GitRepo, make_repo
from workspaces import repository_of

NAMES = ("a.py", "b.py", "sub/c.py", "sub/new.py", ".env", "x.local", "näm e.py")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(("", "one\n", "two\r\n"))),
        st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just("")),
        st.tuples(st.just("commit"), st.just(""), st.just("")),
        st.tuples(st.just("link"), st.sampled_from(NAMES), st.just("")),
    ),
    max_size=6,
)


def seen(repo: GitRepo, before: SavedFiles | None = None) -> SavedFiles:
    rules = read_rules(repo.path)[0]
    return see_files(repo.path, repository_of(repo.path), rules, lambda: before)


def begun(path: Path) -> GitRepo:
    repo = make_repo(path)
    repo.write(".gitignore", "*.local\n")
    for name in ("a.py", "b.py", "sub/c.py"):
        repo.write(name, "one\n")
    repo.commit("Begin")
    return repo


def do(repo: GitRepo, step: str, name: str, text: str) -> None:
    target = repo.path / name
    if step == "commit":
        repo.commit()
    elif step == "write":
        if target.is_symlink():
            target.unlink()
        repo.write(name, text)
    else:
        target.unlink(missing_ok=True)
        if step == "link":
            target.parent.mkdir(exist_ok=True)
            target.symlink_to("a.py")


@given(steps=STEPS)
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_look_that_goes_on_from_another_sees_what_a_first_look_sees(
    steps: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    repo = begun(tmp_path_factory.mktemp("w") / "r")
    before = seen(repo)
    for step, name, text in steps:
        do(repo, step, name, text)
        fresh = seen(repo)
        if step != "commit" and can_see_again(before, repo.path, [name]):
            assert fresh.tree == see_again(before, repository_of(repo.path), [name]).tree
        before = seen(repo, before)
        assert fresh == before
        assert list(fresh.tree.blobs) == list(before.tree.blobs)


def test_the_same_files_are_the_same_value(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    repo.write("a.py", "changed\n")
    before = seen(repo)
    assert before is seen(repo, before)


def test_a_repository_inside_is_seen_when_it_comes_and_when_it_goes(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    alone = seen(repo)
    make_repo(repo.path / "inner").write("x.py", "one\n")
    with_inner = seen(repo, alone)
    assert "inner" in with_inner.reasons
    shutil.rmtree(repo.path / "inner")
    assert alone == seen(repo, with_inner)


def test_an_index_that_git_wrote_again_says_the_same(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    before = seen(repo)
    os.utime(repo.path / "a.py", (1, 1))
    repo.git("update-index", "--refresh")
    after = seen(repo, before)
    assert before.index != after.index
    assert before.tree is after.tree


def test_other_rules_make_another_tree(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    before = seen(repo)
    repo.write(".forewordignore", "b.py\n")
    assert "b.py" not in seen(repo, before).tree.blobs


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("a.py", True),
        ("gone/long/ago.py", False),
        ("sub", False),
        (".gitignore", False),
        ("sub/.forewordignore", False),
        (".env", True),
    ],
)
def test_only_files_that_decide_about_themselves_are_looked_at_alone(
    path: str, known: bool, tmp_path: Path
) -> None:
    repo = begun(tmp_path / "r")
    repo.write(".env", "SECRET=1\n")
    assert known == can_see_again(seen(repo), repo.path, [path])


def test_what_was_seen_of_another_index_is_not_believed(tmp_path: Path) -> None:
    repo = begun(tmp_path / "r")
    wrong = replace(seen(repo), listing="of something", index="else", tracked={"a.py": "0" * 40})
    assert seen(repo) == seen(repo, wrong)


@pytest.mark.skipif(os.name == "nt", reason="times of another kind")
def test_outside_git_all_is_walked_again(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\n")
    rules = read_rules(tmp_path)[0]
    before = see_files(tmp_path, None, rules)
    (tmp_path / "a.py").write_text("two\n")
    assert before.tree != see_files(tmp_path, None, rules, lambda: before).tree
