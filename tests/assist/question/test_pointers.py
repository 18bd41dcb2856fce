from __future__ import annotations

from pathlib import Path

import pytest

from foreword.assist.answering.ask import prepare_now
from foreword.assist.context.build_prefix import build_prefix
from foreword.assist.question.pointers import (
    CONTEXT_LINES,
    MAX_FOLDER_TOKENS,
    Pointer,
    attachments_of,
    parse_pointer,
    pointed_names,
    resolve_pointers,
)
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.core.errors import UsageError
from foreword.core.tokens import estimate
from foreword.prefix.turn import Attachment
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.py", Pointer("a.py")),
        ("a.py:3", Pointer("a.py", 3, 3)),
        ("a.py:3-7", Pointer("a.py", 3, 7)),
        ("./src/a.py:3", Pointer("src/a.py", 3, 3)),
        ("src\\a.py", Pointer("src/a.py")),
        ("a file.py:1", Pointer("a file.py", 1, 1)),
        ("odd:name.py:2", Pointer("odd:name.py", 2, 2)),
    ],
)
def test_a_pointer_is_a_file_with_or_without_lines(written: str, expected: Pointer) -> None:
    assert expected == parse_pointer(written)


@pytest.mark.parametrize("written", ["", "a\0b", "a.py:0", "a.py:7-3", "a.py:0-3", "a\nb.py"])
def test_what_is_no_place_is_refused_in_one_line(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_pointer(written)
    assert "\n" not in str(caught.value)


def attached(fixture: WorkspaceFixture, repo: GitRepo, written: str, **unsaved: str) -> Attachment:
    with fixture.session(repo.path) as session:
        saved = take_snapshot(session)
        pointers = resolve_pointers([parse_pointer(written)], saved)
        return attachments_of(pointers, saved, build_prefix(session, saved), unsaved)[0]


@pytest.fixture
def code(repo: GitRepo) -> str:
    """A file with a definition in lines 51 to 54, far from everything else."""
    lines = [f"# {n}" for n in range(1, 101)]
    lines[50:54] = ["def work():", "    one = 1", "    two = 2", "    return one + two"]
    content = "\n".join(lines) + "\n"
    repo.write("work.py", content)
    return content


def test_a_whole_file_that_the_prefix_shows_is_only_named(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    assert Attachment("shop/cart.py", None, 1, 3) == attached(fixture, repo, "shop/cart.py")


def test_a_whole_file_that_changed_is_attached_as_it_is_now(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    fixture.ask_about(repo.path)
    repo.write("shop/cart.py", "x = 1\n")
    assert Attachment("shop/cart.py", "x = 1\n", 1, 1) == attached(fixture, repo, "shop/cart.py")


def test_unsaved_text_wins_over_the_saved_one(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    unsaved = {"shop/price.py": "one\ntwo\nthree\nfour\n"}
    found = attached(fixture, repo, "shop/price.py:4", **unsaved)
    assert (unsaved["shop/price.py"], 4) == (found.content, found.end_line)


def test_a_range_is_attached_as_it_was_given(fixture: WorkspaceFixture, repo: GitRepo, code: str) -> None:
    assert Attachment("work.py", code, 10, 12) == attached(fixture, repo, "work.py:10-12")


def test_a_range_ends_with_its_file(fixture: WorkspaceFixture, repo: GitRepo, code: str) -> None:
    assert Attachment("work.py", code, 99, 100) == attached(fixture, repo, "work.py:99-5000")


def test_a_line_in_a_definition_stands_for_the_definition(
    fixture: WorkspaceFixture, repo: GitRepo, code: str
) -> None:
    assert Attachment("work.py", code, 50, 54) == attached(fixture, repo, "work.py:53")


def test_a_line_in_no_definition_is_shown_with_some_around_it(
    fixture: WorkspaceFixture, repo: GitRepo, code: str
) -> None:
    assert Attachment("work.py", code, 30 - CONTEXT_LINES, 30 + CONTEXT_LINES) == attached(
        fixture, repo, "work.py:30"
    )
    assert Attachment("work.py", code, 1, 2 + CONTEXT_LINES) == attached(fixture, repo, "work.py:2")
    assert Attachment("work.py", code, 99 - CONTEXT_LINES, 100) == attached(fixture, repo, "work.py:99")


def test_an_absolute_path_of_the_workspace_is_taken(
    fixture: WorkspaceFixture, repo: GitRepo, code: str, tmp_path: Path
) -> None:
    (tmp_path / "door").symlink_to(repo.path)
    for folder in (repo.path, tmp_path / "door"):
        assert Attachment("work.py", code, 10, 12) == attached(fixture, repo, f"{folder}/work.py:10-12")


@pytest.mark.parametrize("written", ["shop", "shop/", "./shop", "."])
def test_a_folder_stands_for_its_files(fixture: WorkspaceFixture, repo: GitRepo, written: str) -> None:
    with fixture.session(repo.path) as session:
        saved = take_snapshot(session)
        files = [path for path in saved.paths if path.startswith("shop/") or written == "."]
        pointers = [parse_pointer(written), Pointer("note", text="x")]
        assert [*map(Pointer, files), pointers[1]] == list(resolve_pointers(pointers, saved))


def test_a_folder_with_too_much_text_is_shown_by_its_definitions(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    for n in range(60):
        repo.write(f"large/m{n:02}.py", f"def work_{n}():\n" + f"    # {'words ' * 10}\n" * 90)
    repo.write("large/deep/.env", "MODE=1\n")
    found = attached(fixture, repo, "large")
    assert ("large/", 1) == (found.path, found.start_line)
    content = found.content or ""
    assert content.startswith("60 files, too many to be shown whole")
    assert ["1", "def", "work_59()"] == content.split("large/m59.py\n")[1].split()[:3]
    assert "words" not in content
    assert ".env" not in content
    assert estimate(content) <= MAX_FOLDER_TOKENS


def test_an_empty_file_can_be_pointed_at(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("empty.py", "")
    assert (1, 1) == (
        attached(fixture, repo, "empty.py").start_line,
        attached(fixture, repo, "empty.py:1").end_line,
    )


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("missing.py", "there is no file missing.py"),
        ("../outside.py", r"there is no file \.\./outside.py"),
        ("/etc/passwd", "/etc/passwd is not in the workspace .*: open its folder with --workspace"),
        ("shop:3", "shop is a folder and has no lines"),
        pytest.param("shop/cart.py:" + "9" * 5_000, "there is no file", id="no-such-number"),
        (".env", r"\.env is left out \(secret\)"),
        ("shop/cart.py:4", "shop/cart.py has 3 lines, not 4"),
    ],
)
def test_what_can_not_be_attached_is_explained(
    fixture: WorkspaceFixture, repo: GitRepo, written: str, words: str
) -> None:
    repo.write(".env", "PASSWORD=hunter2\n")
    with pytest.raises(UsageError, match=words):
        attached(fixture, repo, written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["work.py:52"], ("work",)),
        (["work.py:51-54", "work.py:53"], ("work",)),
        (["work.py:3"], ()),
        (["work.py"], ()),
        (["shop/cart.py:3", "work.py:51"], ("add", "work")),
        (["gone.py:3"], ()),
    ],
)
@pytest.mark.usefixtures("code")
def test_a_pointer_names_the_definition_that_its_line_is_in(
    fixture: WorkspaceFixture, repo: GitRepo, written: list[str], expected: tuple[str, ...]
) -> None:
    with fixture.saved(repo.path) as saved:
        assert expected == pointed_names(saved, [parse_pointer(one) for one in written])


def test_what_the_user_points_at_is_shown_whatever_rule_leaves_it_out(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    repo.write("made.py", "# Code generated by a tool. DO NOT EDIT.\nMADE = 1\n")
    repo.write("node_modules/m/i.js", "exports.deep = 1\n")
    repo.write("large.c", "int many;\n" * 120_000)
    repo.write(".env", "TOKEN=1\n")
    repo.write(".forewordignore", "private.py\n")
    repo.write("private.py", "x = 1\n")
    (repo.path / "link.py").symlink_to("made.py")
    with fixture.session(repo.path) as session:
        for pointer, words in (
            (Pointer("made.py"), "MADE = 1"),
            (Pointer("node_modules/m/i.js"), "exports.deep"),
            (Pointer("large.c", 100_000, 100_010), "int many"),
        ):
            assert words in "".join(prepare_now(session, "What is it?", [pointer]).turn)
        for path, why in (
            (".env", "secret"),
            ("private.py", "ignored by .forewordignore"),
            ("link.py", "a symlink to made.py"),
            ("large.c", "1.2 MB: point at lines"),
        ):
            with pytest.raises(UsageError, match=why):
                prepare_now(session, "What is it?", [Pointer(path)])
